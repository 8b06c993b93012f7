// settings_source.hpp: where the module's settings come from: its configuration in Envoy's bootstrap, or a file that
// the configuration names.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace weir::gateway {

struct SettingsSource {
  std::string file;      // to read and to watch; empty: none
  std::string in_place;  // without a file: the settings
};

// `config`: {"settings_file": PATH}, {"settings": {...}}, or the settings themselves. Throws std::exception when it is
// no JSON object.
[[nodiscard]] SettingsSource settings_source(std::string_view config);

inline constexpr std::size_t most_settings = std::size_t{64} << 20;  // bytes

// The whole file, or a sentence that says why it can't be read.
[[nodiscard]] std::expected<std::string, std::string> read_settings_file(const std::string& path);

}  // namespace weir::gateway
