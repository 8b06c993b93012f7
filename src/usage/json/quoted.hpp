// quoted.hpp: any text as a JSON string.
#pragma once

#include <string>
#include <string_view>

namespace weir::usage::json {

// In quotes, escaped; only ASCII comes out: bytes beyond are taken for UTF-8 and written as \u, those that are none as
// U+FFFD.
void append_quoted(std::string& out, std::string_view text);

[[nodiscard]] inline std::string quoted(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

}  // namespace weir::usage::json
