// names.hpp: what the members of request bodies are called, provider by provider.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace weir::usage {

enum class Fact : std::uint8_t {
  nothing,
  model,
  user,
  stream,
  stream_options,
  include_usage,
  response_mode,
  incremental_output,
  maximum,          // output tokens of one answer
  maximum_or_none,  // the same, and a negative number is no bound
  answers,
};

struct Name {
  std::string_view object;  // the member of the outermost object it lies in; empty: of that object itself
  std::string_view member;
  Fact fact;
};

inline constexpr std::array names{
    Name{"", "model", Fact::model},
    Name{"", "user", Fact::user},
    Name{"metadata", "user_id", Fact::user},  // Anthropic
    Name{"", "stream", Fact::stream},
    Name{"", "stream_options", Fact::stream_options},
    Name{"stream_options", "include_usage", Fact::include_usage},
    Name{"", "response_mode", Fact::response_mode},                      // Dify
    Name{"parameters", "incremental_output", Fact::incremental_output},  // DashScope
    Name{"", "max_tokens", Fact::maximum},                       // OpenAI chat (old), Anthropic, Cohere, Mistral, ...
    Name{"", "max_completion_tokens", Fact::maximum},            // OpenAI chat
    Name{"", "max_output_tokens", Fact::maximum},                // OpenAI Responses
    Name{"", "max_tokens_to_sample", Fact::maximum},             // Anthropic's text completions
    Name{"", "max_gen_len", Fact::maximum},                      // Bedrock: Llama
    Name{"", "maxTokens", Fact::maximum},                        // Bedrock: AI21
    Name{"generationConfig", "maxOutputTokens", Fact::maximum},  // Gemini; its other spelling is protobuf's
    Name{"generationConfig", "max_output_tokens", Fact::maximum},
    Name{"generation_config", "maxOutputTokens", Fact::maximum},
    Name{"generation_config", "max_output_tokens", Fact::maximum},
    Name{"inferenceConfig", "maxTokens", Fact::maximum},           // Bedrock Converse
    Name{"inferenceConfig", "max_new_tokens", Fact::maximum},      // Bedrock: Nova
    Name{"textGenerationConfig", "maxTokenCount", Fact::maximum},  // Bedrock: Titan
    Name{"parameters", "max_tokens", Fact::maximum},               // DashScope
    Name{"parameters", "max_completion_tokens", Fact::maximum},
    Name{"parameters", "max_new_tokens", Fact::maximum},    // Text Generation Inference
    Name{"options", "num_predict", Fact::maximum_or_none},  // Ollama: -1 is endless, -2 fills the context
    Name{"", "n", Fact::answers},
    Name{"", "best_of", Fact::answers},          // OpenAI completions: written and charged, not sent
    Name{"", "num_generations", Fact::answers},  // Cohere v1
    Name{"generationConfig", "candidateCount", Fact::answers},
    Name{"generationConfig", "candidate_count", Fact::answers},
    Name{"generation_config", "candidateCount", Fact::answers},
    Name{"generation_config", "candidate_count", Fact::answers},
    Name{"parameters", "n", Fact::answers},
};

// Nothing when there is no such name.
[[nodiscard]] constexpr const Name* find_name(std::string_view object, std::string_view member) noexcept {
  for (const Name& name : names) {
    if (name.member == member && name.object == object) return &name;
  }
  return nullptr;
}

// The object as the table spells it, empty when nothing in it counts.
[[nodiscard]] constexpr std::string_view find_object(std::string_view member) noexcept {
  for (const Name& name : names) {
    if (!name.object.empty() && name.object == member) return name.object;
  }
  return {};
}

}  // namespace weir::usage
