// envoy_binary.hpp: which Envoy to run, and whether our module can live in it.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace weir::cli {

struct EnvoyVersion {
  int major = 0;
  int minor = 0;
  int patch = 0;
  friend auto operator<=>(const EnvoyVersion&, const EnvoyVersion&) = default;
};
[[nodiscard]] std::string to_string(const EnvoyVersion& version);

// From what `envoy --version` prints: `... version: COMMIT/1.40.0/Clean/RELEASE/BoringSSL`.
[[nodiscard]] std::optional<EnvoyVersion> parse_envoy_version(std::string_view printed);

enum class Compatibility { built_for, may_work, cannot_work };
// The module is built for 1.40. Envoy loads a module built for the release before its own; the functions the module
// needs are there since 1.38, whose ABI has another name and logs so.
[[nodiscard]] Compatibility compatibility(const EnvoyVersion& version);

struct EnvoySearch {
  std::optional<std::string> option;       // --envoy
  std::optional<std::string> environment;  // $WEIR_ENVOY
  std::filesystem::path program_folder;    // of weir
  std::string path;                        // $PATH
};

// In this order: the option, the environment, beside weir, the .venv of the project that weir was built in, PATH. The
// first two must be right when given. The error is a sentence.
[[nodiscard]] std::expected<std::filesystem::path, std::string> find_envoy(const EnvoySearch& search);

// Runs `envoy --version` for at most five seconds. The error is a sentence.
[[nodiscard]] std::expected<EnvoyVersion, std::string> ask_envoy_version(const std::filesystem::path& envoy);

}  // namespace weir::cli
