// anthropic.hpp: Anthropic's messages. Sources: docs.anthropic.com (messages, streaming, prompt caching).
// message_start tells the input and a placeholder for the output, message_delta what it came to.
#pragma once

#include <array>

#include "usage/providers/wanted.hpp"

namespace weir::usage::providers {

inline constexpr std::array anthropic{
    Wanted{"type", Field::event},
    Wanted{"id", Field::id},
    Wanted{"model", Field::model},
    Wanted{"message.id", Field::id, Dialect::anthropic},
    Wanted{"message.model", Field::model, Dialect::anthropic},
    Wanted{"message.usage.input_tokens", Field::input, Dialect::anthropic},
    Wanted{"message.usage.output_tokens", Field::output, Dialect::anthropic},
    Wanted{"message.usage.cache_read_input_tokens", Field::cache_read, Dialect::anthropic},
    Wanted{"message.usage.cache_creation_input_tokens", Field::cache_creation, Dialect::anthropic},
    Wanted{"delta.text", Field::content},
    Wanted{"delta.thinking", Field::content},
    Wanted{"delta.partial_json", Field::content},
    Wanted{"delta.stop_reason", Field::finish_reason},
    Wanted{"content[].text", Field::content},
    Wanted{"content[].thinking", Field::content},
    Wanted{"stop_reason", Field::finish_reason},
    Wanted{"error", Field::error},
    Wanted{"usage.input_tokens", Field::input},
    Wanted{"usage.output_tokens", Field::output},
    Wanted{"usage.cache_read_input_tokens", Field::cache_read},
    Wanted{"usage.cache_creation_input_tokens", Field::cache_creation},
};

}  // namespace weir::usage::providers
