// envoy_module.hpp: where libweir_envoy.so lies.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

namespace weir::cli {

// The folder of the running program.
[[nodiscard]] std::filesystem::path program_folder();

// Beside `weir` (a build tree) or in ../lib/weir (an installed one). The error is a sentence that names both places.
[[nodiscard]] std::expected<std::filesystem::path, std::string> find_envoy_module(
    const std::filesystem::path& program_folder = cli::program_folder());

}  // namespace weir::cli
