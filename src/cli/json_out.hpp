// json_out.hpp: JSON, piece by piece, for output that is written line by line.
#pragma once

#include <weir/decision.hpp>

#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::cli {

// JSON whose texts may hold bytes that are no UTF-8, as a key of several parts may: those become U+FFFD.
void append_as_utf8(std::string& out, std::string_view json);

template <std::integral Number>
void append_number(std::string& out, Number number) {
  std::array<char, 24> digits;
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

// Unix seconds, with as many decimals as are needed.
void append_seconds(std::string& out, Instant time);

}  // namespace weir::cli
