// openai.hpp: OpenAI's chat completions and Responses, and those who speak nearly the same.
// Sources: platform.openai.com/docs/api-reference (chat, chat/streaming, responses, responses-streaming);
// api-docs.deepseek.com; platform.moonshot.ai (usage inside a choice); console.groq.com (x_groq); docs.dify.ai.
#pragma once

#include <array>

#include "usage/providers/wanted.hpp"

namespace weir::usage::providers {

inline constexpr std::array openai_chat{
    Wanted{"id", Field::id},
    Wanted{"model", Field::model},
    Wanted{"error", Field::error},
    Wanted{"choices[].delta.content", Field::content, Dialect::openai_chat},
    Wanted{"choices[].delta.reasoning_content", Field::content, Dialect::openai_chat},
    Wanted{"choices[].delta.reasoning", Field::content, Dialect::openai_chat},
    Wanted{"choices[].delta.refusal", Field::content, Dialect::openai_chat},
    Wanted{"choices[].delta.tool_calls[].function.arguments", Field::content, Dialect::openai_chat},
    Wanted{"choices[].delta.function_call.arguments", Field::content, Dialect::openai_chat},
    Wanted{"choices[].message.content", Field::content, Dialect::openai_chat},
    Wanted{"choices[].message.reasoning_content", Field::content, Dialect::openai_chat},
    Wanted{"choices[].message.refusal", Field::content, Dialect::openai_chat},
    Wanted{"choices[].message.tool_calls[].function.arguments", Field::content, Dialect::openai_chat},
    Wanted{"choices[].text", Field::content, Dialect::openai_chat},
    Wanted{"choices[].finish_reason", Field::finish_reason, Dialect::openai_chat},
    Wanted{"usage.prompt_tokens", Field::prompt},
    Wanted{"usage.completion_tokens", Field::output},
    Wanted{"usage.total_tokens", Field::total},
    Wanted{"usage.prompt_tokens_details.cached_tokens", Field::cached},
    Wanted{"usage.completion_tokens_details.reasoning_tokens", Field::reasoning},
    Wanted{"usage.prompt_cache_hit_tokens", Field::cached, Dialect::openai_chat},      // DeepSeek
    Wanted{"usage.cached_tokens", Field::cached},                                      // Moonshot
    Wanted{"choices[].usage.prompt_tokens", Field::prompt, Dialect::openai_chat},      // Moonshot
    Wanted{"choices[].usage.completion_tokens", Field::output, Dialect::openai_chat},  // Moonshot
    Wanted{"choices[].usage.total_tokens", Field::total, Dialect::openai_chat},        // Moonshot
    Wanted{"choices[].usage.cached_tokens", Field::cached, Dialect::openai_chat},      // Moonshot
    Wanted{"x_groq.usage.prompt_tokens", Field::prompt, Dialect::openai_chat},         // Groq
    Wanted{"x_groq.usage.completion_tokens", Field::output, Dialect::openai_chat},     // Groq
    Wanted{"x_groq.usage.total_tokens", Field::total, Dialect::openai_chat},           // Groq
};

// The last event echoes the whole answer below `response`; only its usage is looked at there.
inline constexpr std::array openai_responses{
    Wanted{"type", Field::event},
    Wanted{"delta", Field::content, Dialect::openai_responses},
    Wanted{"response.id", Field::id, Dialect::openai_responses},
    Wanted{"response.model", Field::model, Dialect::openai_responses},
    Wanted{"response.usage.input_tokens", Field::input, Dialect::openai_responses},
    Wanted{"response.usage.output_tokens", Field::output, Dialect::openai_responses},
    Wanted{"response.usage.total_tokens", Field::total, Dialect::openai_responses},
    Wanted{"response.usage.input_tokens_details.cached_tokens", Field::cached, Dialect::openai_responses},
    Wanted{"response.usage.output_tokens_details.reasoning_tokens", Field::reasoning, Dialect::openai_responses},
    Wanted{"response.error", Field::error, Dialect::openai_responses},
    Wanted{"output[].content[].text", Field::content, Dialect::openai_responses},
    Wanted{"output[].arguments", Field::content, Dialect::openai_responses},
    Wanted{"usage.input_tokens", Field::input},
    Wanted{"usage.output_tokens", Field::output},
    Wanted{"usage.total_tokens", Field::total},
    Wanted{"usage.input_tokens_details.cached_tokens", Field::cached},
    Wanted{"usage.output_tokens_details.reasoning_tokens", Field::reasoning},
};

inline constexpr std::array dify{
    Wanted{"event", Field::event},
    Wanted{"answer", Field::content, Dialect::dify},
    Wanted{"metadata.usage.prompt_tokens", Field::prompt, Dialect::dify},
    Wanted{"metadata.usage.completion_tokens", Field::output, Dialect::dify},
    Wanted{"metadata.usage.total_tokens", Field::total, Dialect::dify},
};

}  // namespace weir::usage::providers
