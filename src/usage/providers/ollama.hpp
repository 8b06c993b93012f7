// ollama.hpp: Ollama's own chat and generate, a JSON object a line. Source: github.com/ollama/ollama, docs/api.md.
// prompt_eval_count may be absent: a prompt that was in the cache is not counted.
#pragma once

#include <array>

#include "usage/providers/wanted.hpp"

namespace weir::usage::providers {

inline constexpr std::array ollama{
    Wanted{"model", Field::model},
    Wanted{"error", Field::error},
    Wanted{"message.content", Field::content},
    Wanted{"message.thinking", Field::content},
    Wanted{"response", Field::content},
    Wanted{"done", Field::is_done, Dialect::ollama},
    Wanted{"done_reason", Field::finish_reason, Dialect::ollama},
    Wanted{"prompt_eval_count", Field::prompt, Dialect::ollama},
    Wanted{"eval_count", Field::output, Dialect::ollama},
};

}  // namespace weir::usage::providers
