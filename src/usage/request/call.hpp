// call.hpp: what a request asks a model's API for, as far as its path says.
#pragma once

#include <cstdint>
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
  embeddings,
};

// Who says whether the answer is a stream.
enum class Streaming : std::uint8_t { body, body_or_yes, always, never };

struct Call {
  Operation operation = Operation::other;
  Streaming streaming = Streaming::body;
  // Decoded; empty where the body names it. Where the path has one, it counts, whatever the body says.
  std::string model{};

  // `in_body`: the body's own flag, nothing when it has none.
  template <class Flag>
  [[nodiscard]] bool streams(const Flag& in_body) const {
    return streaming == Streaming::body          ? in_body.value_or(false)
           : streaming == Streaming::body_or_yes ? in_body.value_or(true)
                                                 : streaming == Streaming::always;
  }
};

// Of a request target as it was sent: a query string is left aside, what stands before the API's own path (a prefix
// that an upstream strips, a version) does not matter. O(size), allocates only the model.
[[nodiscard]] Call call_of(std::string_view target);

}  // namespace weir::usage
