// gemini.hpp: Gemini's generateContent and streamGenerateContent. Source: ai.google.dev/api/generate-content.
#pragma once

#include <array>

#include "usage/providers/wanted.hpp"

namespace weir::usage::providers {

inline constexpr std::array gemini{
    Wanted{"responseId", Field::id, Dialect::gemini},
    Wanted{"modelVersion", Field::model, Dialect::gemini},
    Wanted{"error", Field::error},
    Wanted{"candidates[].content.parts[].text", Field::content, Dialect::gemini},
    Wanted{"candidates[].finishReason", Field::finish_reason, Dialect::gemini},
    Wanted{"usageMetadata.promptTokenCount", Field::prompt, Dialect::gemini},
    Wanted{"usageMetadata.candidatesTokenCount", Field::output, Dialect::gemini},
    Wanted{"usageMetadata.thoughtsTokenCount", Field::thoughts, Dialect::gemini},
    Wanted{"usageMetadata.toolUsePromptTokenCount", Field::tool_prompt, Dialect::gemini},
    Wanted{"usageMetadata.cachedContentTokenCount", Field::cached, Dialect::gemini},
    Wanted{"usageMetadata.totalTokenCount", Field::total, Dialect::gemini},
};

}  // namespace weir::usage::providers
