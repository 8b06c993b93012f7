// pattern_text.hpp: a pattern of the config as the limiter's KeySet reads it.
#pragma once

#include "config/config.hpp"

#include <string>
#include <vector>

namespace weir::gateway {

[[nodiscard]] std::string pattern_text(const config::Pattern& pattern);
[[nodiscard]] std::vector<std::string> pattern_texts(const std::vector<config::Pattern>& patterns);

}  // namespace weir::gateway
