// environment.hpp: `${VAR}` and `${VAR:-default}` in a value. `$${` is a literal `${`.
#pragma once

#include "config/parse.hpp"

#include <expected>
#include <string>
#include <string_view>

namespace weir::config {

struct Expanded {
  std::string text;
  std::string variables;  // `${A}, ${B}`: what was put in; empty for none
};

// As in the shell, the default stands for a variable that is unset or empty. What comes in is data: it is not expanded
// again, and no character in it has a meaning. An error names the variable, never a value.
[[nodiscard]] std::expected<Expanded, std::string> expand(std::string_view text, const Environment& environment);

}  // namespace weir::config
