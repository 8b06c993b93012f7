// pattern.hpp: what picks keys in `overrides`, `allow` and `deny`: a value, a CIDR, a glob (`*` any text, `?` one
// character) or ~RE2.
#pragma once

#include "config/config.hpp"
#include "config/refusal.hpp"

#include <string_view>

namespace weir::config {

[[nodiscard]] Parsed<Pattern> parse_pattern(std::string_view text);

}  // namespace weir::config
