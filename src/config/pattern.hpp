// pattern.hpp: what picks keys in `only`, `when`, `overrides`, `allow` and `deny`: a value, a CIDR, a glob (`*` any
// text, `?` one byte) or ~RE2. `\` before `*`, `?`, `~` and itself makes them plain.
#pragma once

#include "config/config.hpp"
#include "config/refusal.hpp"

#include <string>
#include <string_view>

namespace weir::config {

inline constexpr std::string_view pattern_shape = "a value, a CIDR like 10.0.0.0/8, a glob like team-* or a ~pattern";

// The reason why a regular expression cannot be used is in the refusal's hint.
[[nodiscard]] Parsed<Pattern> parse_pattern(std::string_view text);

}  // namespace weir::config
