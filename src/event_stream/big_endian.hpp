// big_endian.hpp: numbers as event streams write them.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

namespace weir::event_stream {

// From the first sizeof(Number) bytes, which must be there.
template <std::integral Number>
[[nodiscard]] constexpr Number big_endian(std::string_view bytes) noexcept {
  using Unsigned = std::make_unsigned_t<Number>;
  Unsigned number = 0;
  for (std::size_t at = 0; at < sizeof(Number); ++at) {
    number = static_cast<Unsigned>((number << 7U << 1U) | static_cast<unsigned char>(bytes[at]));
  }
  return static_cast<Number>(number);
}

template <std::integral Number>
void append_big_endian(std::string& out, Number number) {
  using Unsigned = std::make_unsigned_t<Number>;
  for (std::size_t at = sizeof(Number); at-- > 0;) {
    out += static_cast<char>(static_cast<Unsigned>(number) >> (8U * at) & 0xFFU);
  }
}

}  // namespace weir::event_stream
