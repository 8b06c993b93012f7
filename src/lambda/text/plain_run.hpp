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

// The first byte that is not plain; `end` when all are. Sixteen bytes a step where the machine has SSE2.
[[nodiscard]] inline const char* end_of_plain_run(const char* at, const char* end) noexcept {
#if defined(__SSE2__)
  const __m128i space = _mm_set1_epi8(0x20);
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i below = _mm_cmplt_epi8(bytes, space);  // signed: bytes from 0x80 up are below, too
    const __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(below, marks)));
    if (found != 0) return at + std::countr_zero(found);
  }
#endif
  while (at != end && is_plain(*at)) ++at;
  return at;
}

// Copies plain bytes up to one that is not, moving both on. At `to` there is room for all that is left to read.
inline void copy_plain_run(const char*& at, const char* end, char*& to) noexcept {
#if defined(__SSE2__)
  const __m128i space = _mm_set1_epi8(0x20);
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  while (end - at >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
    const __m128i below = _mm_cmplt_epi8(bytes, space);
    const __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(below, marks)));
    const int plain = found != 0 ? std::countr_zero(found) : 16;
    at += plain;
    to += plain;
    if (found != 0) return;
  }
#endif
  while (at != end && is_plain(*at)) *to++ = *at++;
}

}  // namespace weir::lambda
