// cohere.hpp: Cohere's chat, version 2. Source: docs.cohere.com (v2/chat, streaming).
// `usage.tokens` is what the model read and wrote; `billed_units` leaves out what Cohere gives for free.
#pragma once

#include <array>

#include "usage/providers/wanted.hpp"

namespace weir::usage::providers {

inline constexpr std::array cohere{
    Wanted{"type", Field::event},
    Wanted{"id", Field::id},
    Wanted{"delta.message.content.text", Field::content, Dialect::cohere},
    Wanted{"delta.message.content.thinking", Field::content, Dialect::cohere},
    Wanted{"delta.message.tool_plan", Field::content, Dialect::cohere},
    Wanted{"delta.message.tool_calls.function.arguments", Field::content, Dialect::cohere},
    Wanted{"delta.finish_reason", Field::finish_reason},
    Wanted{"delta.usage.tokens.input_tokens", Field::input, Dialect::cohere},
    Wanted{"delta.usage.tokens.output_tokens", Field::output, Dialect::cohere},
    Wanted{"delta.usage.billed_units.input_tokens", Field::billed_input, Dialect::cohere},
    Wanted{"delta.usage.billed_units.output_tokens", Field::billed_output, Dialect::cohere},
    Wanted{"message.content[].text", Field::content},
    Wanted{"message.content[].thinking", Field::content},
    Wanted{"finish_reason", Field::finish_reason},
    Wanted{"usage.tokens.input_tokens", Field::input, Dialect::cohere},
    Wanted{"usage.tokens.output_tokens", Field::output, Dialect::cohere},
    Wanted{"usage.billed_units.input_tokens", Field::billed_input, Dialect::cohere},
    Wanted{"usage.billed_units.output_tokens", Field::billed_output, Dialect::cohere},
};

}  // namespace weir::usage::providers
