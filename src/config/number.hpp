// number.hpp: whole decimal numbers, nothing else: no sign but -, no blanks, no fractions, no 1e3.
#pragma once

#include "config/characters.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::config {

inline std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t value = 0;
  const char* begin = text.data();
  const char* end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

}  // namespace weir::config
