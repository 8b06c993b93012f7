// half_a_pair.hpp: where Boost.JSON cannot judge a text, as it takes half of a surrogate pair for no JSON. The grammar
// of RFC 8259 allows it (section 8.2), and so do our readers.
#pragma once

#include <charconv>
#include <cstddef>
#include <string_view>

namespace weir {

// Whether a `\u` of the text names half of a surrogate pair without its other half. O(n).
[[nodiscard]] inline bool has_half_a_pair(std::string_view text) {
  const auto unit = [&](std::size_t at) -> unsigned {  // what the escape at `at` names; 0 for none
    if (text.size() < at + 6 || text.substr(at, 2) != "\\u") return 0;
    unsigned code = 0;
    const char* const digits = text.data() + at + 2;
    return std::from_chars(digits, digits + 4, code, 16).ptr == digits + 4 ? code : 0;
  };
  for (std::size_t at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
    const unsigned code = unit(at);
    at += code == 0 ? 2 : 6;
    if ((code & 0xFC00) == 0xDC00) return true;
    if ((code & 0xFC00) != 0xD800) continue;
    if ((unit(at) & 0xFC00) != 0xDC00) return true;
    at += 6;
  }
  return false;
}

}  // namespace weir
