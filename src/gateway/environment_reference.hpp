// environment_reference.hpp: text with `${VAR}`s as Envoy's formatter reads it, so that a secret is in no file: Envoy
// looks into its own environment for %ENVIRONMENT(VAR)%.
#pragma once

#include "config/parse.hpp"

#include <set>
#include <string>
#include <string_view>

namespace weir::gateway {

// `written` is as the file has it (config::Secret). A default that stands for an unset or empty variable is in the
// result literally.
[[nodiscard]] std::string environment_reference(std::string_view written, const config::Environment& environment);

// The variables that `written` names.
[[nodiscard]] std::set<std::string> variables_in(std::string_view written, const config::Environment& environment);

}  // namespace weir::gateway
