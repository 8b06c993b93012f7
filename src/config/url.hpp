// url.hpp: where an upstream is, `http://host:port/path`.
#pragma once

#include "config/reader.hpp"
#include "config/refusal.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::config {

struct Url {
  bool tls = false;
  std::string host;  // lower case; an IPv6 address without its brackets
  std::uint16_t port = 0;
  std::string path;  // parse_url: without a / at its end; empty for none
};

[[nodiscard]] Parsed<Url> parse_url(std::string_view text);

// The same with a path as it is written, `/` for none, and a query after it.
[[nodiscard]] Parsed<Url> parse_full_url(std::string_view text);

// Reads a URL; one that may hold a password or a token is not shown in an error.
[[nodiscard]] std::optional<Url> read_url(Reading& reading, const Field& field, std::string_view expected,
                                          Parsed<Url> (*parse)(std::string_view));

// Letters, digits, - . and _ in labels of 1 to 63, at most 253 in all.
[[nodiscard]] bool is_host_name(std::string_view text);

}  // namespace weir::config
