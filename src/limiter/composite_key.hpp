// composite_key.hpp: a key of several parts as one text: a JSON list of strings, `["eu","user:42"]`.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace weir::limiter {

// Appends the text; one part is its plain self. Two different lists never give the same text: quotes, backslashes and
// control bytes are escaped as JSON.stringify does, every other byte stays as it is. Allocates only when `out` grows.
void append_composite_key(std::string& out, std::span<const std::string_view> parts);
[[nodiscard]] std::string composite_key(std::span<const std::string_view> parts);

}  // namespace weir::limiter
