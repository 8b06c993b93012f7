// bytes.hpp: what a long stretch of bytes is searched for, 16 at a time where the processor can (every x86-64 has
// SSE2).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "usage/text.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace weir::usage::json {

// A bit for each quote and backslash of the 64 bytes at `at`.
[[nodiscard]] inline std::uint64_t quotes_and_backslashes(const char* at) noexcept {
  std::uint64_t found = 0;
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  for (unsigned part = 0; part < 64; part += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + part));
    const __m128i equal = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
    found |= std::uint64_t{static_cast<std::uint16_t>(_mm_movemask_epi8(equal))} << part;
  }
#else
  for (unsigned part = 0; part < 64; ++part) found |= std::uint64_t{at[part] == '"' || at[part] == '\\'} << part;
#endif
  return found;
}

// Where strings end: the quotes and backslashes of some bytes, found 64 bytes ahead, so that going from one to the next
// waits for no load.
class Quotes {
 public:
  explicit Quotes(std::string_view bytes) noexcept
      : begin_(bytes.data()), end_(bytes.data() + bytes.size()), block_(begin_) {
    load();
  }

  // The first at or after `at`, or the bytes' end. `at` never goes back.
  [[nodiscard]] const char* next(const char* at) noexcept {
    while (true) {
      const auto offset = static_cast<std::size_t>(at - block_);
      if (offset < 64) {
        const std::uint64_t rest = found_ >> offset;
        if (rest != 0) return at + std::countr_zero(rest);
        at = block_ + 64;
      }
      if (at >= end_) return end_;
      block_ = at;
      load();
    }
  }

 private:
  void load() noexcept {
    const std::size_t left = static_cast<std::size_t>(end_ - block_);
    if (left >= 64) {
      found_ = quotes_and_backslashes(block_);
    } else if (end_ - begin_ >= 64) {
      found_ = left == 0 ? 0 : quotes_and_backslashes(end_ - 64) >> (64 - left);
    } else {
      std::array<char, 64> copy{};
      if (left > 0) std::memcpy(copy.data(), block_, left);
      found_ = quotes_and_backslashes(copy.data());
    }
  }

  const char* begin_;
  const char* end_;
  const char* block_;
  std::uint64_t found_ = 0;
};

// The first CR or LF of [at, end), or end.
[[nodiscard]] inline const char* line_end(const char* at, const char* end) noexcept {
#ifdef __SSE2__
  const __m128i cr = _mm_set1_epi8('\r');
  const __m128i lf = _mm_set1_epi8('\n');
  const auto found = [&](const char* from) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    return _mm_or_si128(_mm_cmpeq_epi8(bytes, cr), _mm_cmpeq_epi8(bytes, lf));
  };
  for (; end - at >= 64; at += 64) {
    const __m128i any =
        _mm_or_si128(_mm_or_si128(found(at), found(at + 16)), _mm_or_si128(found(at + 32), found(at + 48)));
    if (_mm_movemask_epi8(any) != 0) break;
  }
  for (; end - at >= 16; at += 16) {
    const auto here = static_cast<unsigned>(_mm_movemask_epi8(found(at)));
    if (here != 0) return at + std::countr_zero(here);
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
  for (std::uint64_t eight = 0; end - at >= 8; at += 8) {
    std::memcpy(&eight, at, sizeof eight);
    if ((eight & 0x8080808080808080U) != 0) break;
    text.ascii += 8;
  }
  for (; at != end; ++at) {
    const auto byte = static_cast<unsigned char>(*at);
    text.ascii += byte < 0x80 ? 1 : 0;
    text.wide += byte >= 0xC0 ? 1 : 0;
  }
  return text;
}

}  // namespace weir::usage::json
