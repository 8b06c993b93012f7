// header_map.hpp: mappings of header names to values, in routes and upstreams.
#pragma once

#include "config/reader.hpp"

#include <string>
#include <utility>
#include <vector>

namespace weir::config {

// Names in lower case, each once; values without control characters, and never shown in an error. `refusal` says
// what else is wrong with a name, or nothing.
[[nodiscard]] std::vector<std::pair<std::string, Secret>> read_header_map(Reading& reading, const Field& field,
                                                                          std::string (*refusal)(std::string_view));

}  // namespace weir::config
