// bytes.hpp: what a long stretch of bytes is searched for, 16 at a time where the processor can (every x86-64 has
// SSE2).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "usage/text.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace weir::usage::json {

// The first quote or backslash of [at, end), or end.
[[nodiscard]] inline const char* quote_or_backslash(const char* at, const char* end) noexcept {
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto found = static_cast<unsigned>(
        _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash))));
    if (found != 0) return at + std::countr_zero(found);
  }
#endif
  while (at != end && *at != '"' && *at != '\\') ++at;
  return at;
}

// The first CR or LF of [at, end), or end.
[[nodiscard]] inline const char* line_end(const char* at, const char* end) noexcept {
#ifdef __SSE2__
  const __m128i cr = _mm_set1_epi8('\r');
  const __m128i lf = _mm_set1_epi8('\n');
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto found =
        static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, cr), _mm_cmpeq_epi8(bytes, lf))));
    if (found != 0) return at + std::countr_zero(found);
  }
#endif
  while (at != end && *at != '\r' && *at != '\n') ++at;
  return at;
}

// Characters that begin in [at, end): bytes that continue one of UTF-8 are not counted.
[[nodiscard]] inline Text characters(const char* at, const char* end) noexcept {
  Text text;
#ifdef __SSE2__
  const __m128i zero = _mm_setzero_si128();
  const __m128i one = _mm_set1_epi8(1);
  const __m128i last_continuation = _mm_set1_epi8(static_cast<char>(0xBF));
  __m128i ascii = zero;  // two sums of 64 bits
  __m128i leads = zero;
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i beyond = _mm_cmplt_epi8(bytes, zero);
    const __m128i lead = _mm_and_si128(beyond, _mm_cmpgt_epi8(bytes, last_continuation));
    ascii = _mm_add_epi64(ascii, _mm_sad_epu8(_mm_andnot_si128(beyond, one), zero));
    leads = _mm_add_epi64(leads, _mm_sad_epu8(_mm_and_si128(lead, one), zero));
  }
  const auto sum = [](__m128i two) {
    return static_cast<std::uint64_t>(_mm_cvtsi128_si64(two)) +
           static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(two, two)));
  };
  text.ascii = sum(ascii);
  text.wide = sum(leads);
#endif
  for (; at != end; ++at) {
    const auto byte = static_cast<unsigned char>(*at);
    text.ascii += byte < 0x80 ? 1 : 0;
    text.wide += byte >= 0xC0 ? 1 : 0;
  }
  return text;
}

}  // namespace weir::usage::json
