// dashscope.hpp: DashScope's own text and multimodal generation. Source: help.aliyun.com/zh/model-studio (DashScope
// API). Counts are cumulative in every event; finish_reason is the string "null" until the end.
#pragma once

#include <array>

#include "usage/providers/wanted.hpp"

namespace weir::usage::providers {

inline constexpr std::array dashscope{
    Wanted{"request_id", Field::id, Dialect::dashscope},
    Wanted{"output.text", Field::content, Dialect::dashscope},
    Wanted{"output.finish_reason", Field::finish_reason, Dialect::dashscope},
    Wanted{"output.choices[].finish_reason", Field::finish_reason, Dialect::dashscope},
    Wanted{"output.choices[].message.content", Field::content, Dialect::dashscope},
    Wanted{"output.choices[].message.content[].text", Field::content, Dialect::dashscope},
    Wanted{"output.choices[].message.reasoning_content", Field::content, Dialect::dashscope},
    Wanted{"usage.input_tokens", Field::input},
    Wanted{"usage.output_tokens", Field::output},
    Wanted{"usage.total_tokens", Field::total},
    Wanted{"usage.prompt_tokens_details.cached_tokens", Field::cached},
    Wanted{"usage.output_tokens_details.reasoning_tokens", Field::reasoning},
};

}  // namespace weir::usage::providers
