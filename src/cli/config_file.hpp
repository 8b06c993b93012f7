// config_file.hpp: weir.yaml from the disk. What is wrong with it goes to stderr, in full.
#pragma once

#include <optional>
#include <string>

#include "config/config.hpp"

namespace weir::cli {

// Reads and parses `path`. Nothing when the file cannot be read or has errors; all of them have been printed then.
[[nodiscard]] std::optional<config::Config> read_config(const std::string& path);

}  // namespace weir::cli
