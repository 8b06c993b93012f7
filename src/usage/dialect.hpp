// dialect.hpp: what an answer turns out to be, whatever its upstream was said to speak.
#pragma once

#include <cstdint>

namespace weir::usage {

enum class Dialect : std::uint8_t {
  unknown,
  openai_chat,
  openai_responses,
  anthropic,
  gemini,
  bedrock,
  bedrock_invoke,  // a stream of InvokeModel: events of a model's family, in frames
  dashscope,
  ollama,
  cohere,
  dify,
};

}  // namespace weir::usage
