// utf8.hpp: one UTF-8 sequence at a time (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::lambda {

inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";  // U+FFFD

struct Utf8Sequence {
  enum class Kind : unsigned char { whole, cut, none };
  Kind kind = Kind::none;
  unsigned char size = 0;  // of a whole one; of a cut one, if its rest comes
};

// The sequence at the begin of `text`, which is not empty. Cut: these bytes begin one, but it is longer than the text.
[[nodiscard]] constexpr Utf8Sequence utf8_sequence(std::string_view text) noexcept {
  using Kind = Utf8Sequence::Kind;
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {Kind::whole, 1};
  if (lead < 0xC2 || lead > 0xF4) return {};
  const unsigned char size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // What the second byte may be; the others are 80 to BF.
  unsigned char least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  unsigned char most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  for (std::size_t at = 1; at < size; ++at) {
    if (at == text.size()) return {Kind::cut, size};
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < least || byte > most) return {};
    least = 0x80;
    most = 0xBF;
  }
  return {Kind::whole, size};
}

// Writes a code point that is no surrogate, at most four bytes; returns the end.
constexpr char* write_utf8(char* to, std::uint32_t point) noexcept {
  const auto continuation = [](std::uint32_t bits) { return static_cast<char>(0x80U | (bits & 0x3FU)); };
  if (point < 0x80) {
    *to++ = static_cast<char>(point);
  } else if (point < 0x800) {
    *to++ = static_cast<char>(0xC0U | (point >> 6U));
    *to++ = continuation(point);
  } else if (point < 0x10000) {
    *to++ = static_cast<char>(0xE0U | (point >> 12U));
    *to++ = continuation(point >> 6U);
    *to++ = continuation(point);
  } else {
    *to++ = static_cast<char>(0xF0U | (point >> 18U));
    *to++ = continuation(point >> 12U);
    *to++ = continuation(point >> 6U);
    *to++ = continuation(point);
  }
  return to;
}

}  // namespace weir::lambda
