// plain_run.hpp: how far text stands for itself inside a JSON string.
#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>

#include <bit>
#endif

namespace weir::lambda {

// Printable ASCII but the quote and the backslash.
[[nodiscard]] constexpr bool is_plain(char byte) noexcept {
  const auto number = static_cast<unsigned char>(byte);
  return number >= 0x20 && number < 0x80 && byte != '"' && byte != '\\';
}

#if defined(__SSE2__)
inline constexpr int plain_step = 16;

// Of sixteen bytes, a bit for each that is not plain; the first is the lowest.
[[nodiscard]] inline unsigned not_plain(__m128i bytes) noexcept {
  const __m128i below = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));  // signed: bytes from 0x80 up are below, too
  const __m128i marks =
      _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(below, marks)));
}
[[nodiscard]] inline unsigned not_plain(const char* at) noexcept {
  return not_plain(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
}
#endif

// The first byte that is not plain; `end` when all are. Sixteen bytes a step where the machine has SSE2.
[[nodiscard]] inline const char* end_of_plain_run(const char* at, const char* end) noexcept {
#if defined(__SSE2__)
  for (; end - at >= plain_step; at += plain_step) {
    if (const unsigned found = not_plain(at); found != 0) return at + std::countr_zero(found);
  }
#endif
  while (at != end && is_plain(*at)) ++at;
  return at;
}

// Copies plain bytes up to one that is not, moving both on. At `to` there is room for all that is left to read.
inline void copy_plain_run(const char*& at, const char* end, char*& to) noexcept {
#if defined(__SSE2__)
  while (end - at >= plain_step) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
    const unsigned found = not_plain(bytes);
    const int plain = found != 0 ? std::countr_zero(found) : plain_step;
    at += plain;
    to += plain;
    if (found != 0) return;
  }
#endif
  while (at != end && is_plain(*at)) *to++ = *at++;
}

}  // namespace weir::lambda
