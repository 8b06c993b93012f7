// normal_path.hpp: paths as requests have them once Envoy has normalised them.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace weir::config {

// Without `//` and dot segments.
[[nodiscard]] inline bool is_normalised(std::string_view path) {
  const std::string closed = std::string(path) + "/";
  return path.find("//") == std::string_view::npos && closed.find("/./") == std::string::npos &&
         closed.find("/../") == std::string::npos;
}

// Visible ASCII, as a percent-encoded path is.
[[nodiscard]] inline bool is_visible(std::string_view path) {
  return std::ranges::all_of(path, [](char c) { return c > ' ' && c < 0x7F; });
}

}  // namespace weir::config
