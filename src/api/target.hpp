// target.hpp: what a request's target is made of (RFC 3986). Nothing is normalised: `.`, `..` and an escaped slash are
// data like any other.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::api {

struct Target {
  std::string_view path;
  std::string_view query;  // without its ?
};
[[nodiscard]] Target split_target(std::string_view target);

// None when a % is not followed by two hexadecimal digits.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);
// Unreserved characters stay (RFC 3986, 2.3), every other byte is escaped.
[[nodiscard]] std::string percent_encoded(std::string_view text);

// The decoded values under this name, in order; here `+` is a space, as forms and every client's library have it.
// None when one of them, or a name, has a % that is no escape.
[[nodiscard]] std::optional<std::vector<std::string>> query_values(std::string_view query, std::string_view name);

}  // namespace weir::api
