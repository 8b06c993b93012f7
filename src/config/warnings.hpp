// warnings.hpp: what is allowed in weir.yaml and will still surprise.
#pragma once

#include "config/config.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weir::config {

struct Warning {
  Place place;
  std::string message;  // what will happen, and what to do
};

// In the file's order. Takes time that grows with the square of the routes, up to 5000 of them; further ones are not
// held against each other.
[[nodiscard]] std::vector<Warning> warnings(const Config& config);

// `FILE:LINE:COL: warning: message`, one line without its end.
[[nodiscard]] std::string describe(const Warning& warning, std::string_view file);

}  // namespace weir::config
