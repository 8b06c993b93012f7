#include "usage/request/call.hpp"

#include <array>

namespace weir::usage {
namespace {

struct Ending {
  std::string_view text;
  Operation operation;
  Streaming streaming;
  std::string_view model_behind{};  // the path's part that the model stands behind; empty: not in the path
};

// The first that fits: the longer of two with the same end stands first.
constexpr std::array endings{
    Ending{"/chat/completions", Operation::chat_completions, Streaming::body,
           "/deployments/"},  // Azure's path names it
    Ending{"/completions", Operation::completions, Streaming::body, "/deployments/"},
    Ending{"/embeddings", Operation::embeddings, Streaming::never, "/deployments/"},
    Ending{"/responses", Operation::responses, Streaming::body},
    Ending{"/messages", Operation::messages, Streaming::body},
    Ending{":generateContent", Operation::generate_content, Streaming::never, "/models/"},
    Ending{":streamGenerateContent", Operation::generate_content, Streaming::always, "/models/"},
    Ending{":rawPredict", Operation::messages, Streaming::never, "/models/"},  // Vertex AI
    Ending{":streamRawPredict", Operation::messages, Streaming::always, "/models/"},
    Ending{"/converse", Operation::converse, Streaming::never, "/model/"},
    Ending{"/converse-stream", Operation::converse, Streaming::always, "/model/"},
    Ending{"/invoke", Operation::invoke_model, Streaming::never, "/model/"},
    Ending{"/invoke-with-response-stream", Operation::invoke_model, Streaming::always, "/model/"},
    Ending{"/text-generation/generation", Operation::dashscope, Streaming::header},
    Ending{"/multimodal-generation/generation", Operation::dashscope, Streaming::header},
    Ending{"/api/chat", Operation::ollama_chat, Streaming::body_or_yes},
    Ending{"/api/generate", Operation::ollama_generate, Streaming::body_or_yes},
    Ending{"/v2/chat", Operation::cohere_chat, Streaming::body},
    Ending{"/v1/chat", Operation::cohere_chat, Streaming::body},
    Ending{"/chat-messages", Operation::dify, Streaming::mode},
    Ending{"/completion-messages", Operation::dify, Streaming::mode},
};

int hex(char digit) {
  return digit >= '0' && digit <= '9'   ? digit - '0'
         : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
         : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                        : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 2 < text.size() && hex(text[at + 1]) >= 0 && hex(text[at + 2]) >= 0) {
      out += static_cast<char>(hex(text[at + 1]) << 4 | hex(text[at + 2]));
      at += 2;
    } else {
      out += text[at];
    }
  }
  return out;
}

// What stands between `behind` and the operation. Gemini's tuned models are behind a word that ends the same way.
std::string model_in(std::string_view before, std::string_view behind) {
  std::size_t at = before.rfind(behind);
  std::size_t size = behind.size();
  if (at == std::string_view::npos && behind == "/models/") {
    constexpr std::string_view tuned = "/tunedModels/";
    at = before.rfind(tuned);
    size = tuned.size();
  }
  return at == std::string_view::npos ? std::string() : percent_decoded(before.substr(at + size));
}

}  // namespace

Call call_of(std::string_view target) {
  std::string_view path = target.substr(0, target.find_first_of("?#"));
  while (path.ends_with('/')) path.remove_suffix(1);
  for (const Ending& ending : endings) {
    if (!path.ends_with(ending.text)) continue;
    Call call{.operation = ending.operation, .streaming = ending.streaming};
    if (!ending.model_behind.empty()) {
      call.model = model_in(path.substr(0, path.size() - ending.text.size()), ending.model_behind);
    }
    return call;
  }
  return {};
}

}  // namespace weir::usage
