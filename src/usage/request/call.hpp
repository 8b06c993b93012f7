// call.hpp: what a request asks a model's API for, as far as its path says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::usage {

enum class Operation : std::uint8_t {
  other,             // none that answers with tokens of a model in a known way
  chat_completions,  // OpenAI and whoever speaks its words
  completions,
  responses,
  messages,          // Anthropic; also as Vertex AI offers it
  generate_content,  // Gemini
  converse,          // Bedrock
  invoke_model,      // Bedrock: a model's own words
  dashscope,
  ollama_chat,
  ollama_generate,
  cohere_chat,
  dify,
  embeddings,
};

// Who says whether the answer is a stream. `header`: X-DashScope-SSE or Accept; `mode`: the body's `response_mode`.
enum class Streaming : std::uint8_t { body, body_or_yes, header, mode, always, never };

struct Call {
  Operation operation = Operation::other;
  Streaming streaming = Streaming::body;
  // Decoded; empty where the body names it. Where the path has one, it counts, whatever the body says.
  std::string model{};

  // `said`: what the body, the header or the mode says; nothing when it says nothing.
  [[nodiscard]] bool streams(std::optional<bool> said) const {
    const bool may_say = streaming != Streaming::always && streaming != Streaming::never;
    return may_say ? said.value_or(streaming == Streaming::body_or_yes) : streaming == Streaming::always;
  }
};

// Of a request target as it was sent: a query string is left aside, what stands before the API's own path (a prefix
// that an upstream strips, a version) does not matter. O(size), allocates only the model.
[[nodiscard]] Call call_of(std::string_view target);

}  // namespace weir::usage
