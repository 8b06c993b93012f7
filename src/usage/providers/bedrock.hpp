// bedrock.hpp: Amazon Bedrock. Source: docs.aws.amazon.com/bedrock/latest (API reference, and the user guide's
// "Inference request parameters and response fields").
//
// Converse: in a stream the event's kind stands in the frame's headers, and usage in the payload of `metadata`.
// InvokeModel: each family in its own words. Whoever its model is, the last event of a stream has the metrics of the
// invocation.
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

// Beside what Anthropic's and OpenAI's families say, who have their own tables.
inline constexpr std::array bedrock_invoke{
    Wanted{"amazon-bedrock-invocationMetrics", Field::is_done, Dialect::bedrock_invoke},
    Wanted{"amazon-bedrock-invocationMetrics.inputTokenCount", Field::input, Dialect::bedrock_invoke},
    Wanted{"amazon-bedrock-invocationMetrics.outputTokenCount", Field::output, Dialect::bedrock_invoke},
    Wanted{"amazon-bedrock-invocationMetrics.cacheReadInputTokenCount", Field::cache_read, Dialect::bedrock_invoke},
    Wanted{"amazon-bedrock-invocationMetrics.cacheWriteInputTokenCount", Field::cache_creation,
           Dialect::bedrock_invoke},
    Wanted{"outputText", Field::content, Dialect::bedrock_invoke},  // Titan
    Wanted{"completionReason", Field::finish_reason, Dialect::bedrock_invoke},
    Wanted{"inputTextTokenCount", Field::prompt, Dialect::bedrock_invoke},
    Wanted{"totalOutputTextTokenCount", Field::output, Dialect::bedrock_invoke},
    Wanted{"results[].outputText", Field::content, Dialect::bedrock_invoke},
    Wanted{"results[].completionReason", Field::finish_reason, Dialect::bedrock_invoke},
    Wanted{"results[].tokenCount", Field::output, Dialect::bedrock_invoke},
    Wanted{"generation", Field::content, Dialect::bedrock_invoke},  // Llama
    Wanted{"stop_reason", Field::finish_reason},
    Wanted{"prompt_token_count", Field::prompt, Dialect::bedrock_invoke},
    Wanted{"generation_token_count", Field::output, Dialect::bedrock_invoke},
    Wanted{"outputs[].text", Field::content, Dialect::bedrock_invoke},  // Mistral
    Wanted{"outputs[].stop_reason", Field::finish_reason, Dialect::bedrock_invoke},
    Wanted{"contentBlockDelta.delta.text", Field::content, Dialect::bedrock_invoke},  // Nova
    Wanted{"contentBlockDelta.delta.toolUse.input", Field::content, Dialect::bedrock_invoke},
    Wanted{"messageStop.stopReason", Field::finish_reason, Dialect::bedrock_invoke},
    Wanted{"metadata.usage.inputTokens", Field::input, Dialect::bedrock_invoke},
    Wanted{"metadata.usage.outputTokens", Field::output, Dialect::bedrock_invoke},
    Wanted{"metadata.usage.cacheReadInputTokenCount", Field::cache_read, Dialect::bedrock_invoke},
    Wanted{"metadata.usage.cacheWriteInputTokenCount", Field::cache_creation, Dialect::bedrock_invoke},
};

}  // namespace weir::usage::providers
