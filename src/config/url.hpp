// url.hpp: where an upstream is, `http://host:port/path`.
#pragma once

#include "config/refusal.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::config {

struct Url {
  bool tls = false;
  std::string host;  // lower case; an IPv6 address without its brackets
  std::uint16_t port = 0;
  std::string path;  // without a / at its end; empty for none
};

[[nodiscard]] Parsed<Url> parse_url(std::string_view text);

// Letters, digits, - . and _ in labels of 1 to 63, at most 253 in all.
[[nodiscard]] bool is_host_name(std::string_view text);

}  // namespace weir::config
