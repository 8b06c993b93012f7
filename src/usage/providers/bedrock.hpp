// bedrock.hpp: Amazon Bedrock's Converse and ConverseStream. Source: docs.aws.amazon.com/bedrock/latest/APIReference.
// In a stream the event's kind stands in the frame's headers, and usage in the payload of `metadata`.
#pragma once

#include <array>

#include "usage/providers/wanted.hpp"

namespace weir::usage::providers {

inline constexpr std::array bedrock{
    Wanted{"delta.text", Field::content},
    Wanted{"delta.reasoningContent.text", Field::content, Dialect::bedrock},
    Wanted{"delta.toolUse.input", Field::content, Dialect::bedrock},
    Wanted{"output.message.content[].text", Field::content, Dialect::bedrock},
    Wanted{"output.message.content[].reasoningContent.reasoningText.text", Field::content, Dialect::bedrock},
    Wanted{"stopReason", Field::finish_reason, Dialect::bedrock},
    Wanted{"usage.inputTokens", Field::input, Dialect::bedrock},
    Wanted{"usage.outputTokens", Field::output, Dialect::bedrock},
    Wanted{"usage.totalTokens", Field::total, Dialect::bedrock},
    Wanted{"usage.cacheReadInputTokens", Field::cache_read, Dialect::bedrock},
    Wanted{"usage.cacheWriteInputTokens", Field::cache_creation, Dialect::bedrock},
};

}  // namespace weir::usage::providers
