// utf8.hpp: one character at a time out of bytes that may be anything.
#pragma once

#include <cstddef>
#include <string_view>

namespace weir::config {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
  bool valid = false;  // false: one byte that is no UTF-8; its value is the byte
};

// The first character of `text`, which must not be empty. Overlong forms, surrogates and values above U+10FFFF are not
// valid.
[[nodiscard]] CodePoint first_code_point(std::string_view text);

// Characters in `text`; a byte that is no UTF-8 counts as one.
[[nodiscard]] int count_code_points(std::string_view text);

// False for control characters and for those that move or hide their neighbours on a terminal (bidi, zero width).
[[nodiscard]] bool is_printable(const CodePoint& point);

inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace weir::config
