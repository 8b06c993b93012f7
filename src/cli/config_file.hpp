// config_file.hpp: weir.yaml from the disk. What is wrong with it goes to stderr, in full.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "config/config.hpp"

namespace weir::cli {

// The bytes of `path`, at most 16 MiB. The error is why they cannot be read.
[[nodiscard]] std::expected<std::string, std::string> read_file(const std::string& path);

// Reads and parses `path`. The error is all that is wrong, as people read it, with its line ends.
[[nodiscard]] std::expected<config::Config, std::string> load_config(const std::string& path);

// The same for a command that can't go on without: nothing when there are errors; all have been printed then.
[[nodiscard]] std::optional<config::Config> read_config(const std::string& path);

// What will surprise whoever runs this config: a line each, to stderr.
void print_warnings(const config::Config& config, const std::string& path);

}  // namespace weir::cli
