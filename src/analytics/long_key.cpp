#include "analytics/long_key.hpp"

#include <charconv>
#include <cstdint>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace weir::analytics {

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): own_ is written where it is read
CountedKey::CountedKey(Key key) noexcept : text_(key.text()) {
  if (key.is_number()) {
    const auto end = std::to_chars(own_.data(), own_.data() + own_.size(), static_cast<std::int64_t>(key.number()));
    text_ = std::string_view(own_.data(), end.ptr);
    return;
  }
  if (text_.size() <= longest_key) [[likely]]
    return;
  constexpr std::string_view mark = "%xxh3=";
  constexpr std::string_view digits = "0123456789abcdef";
  const XXH128_hash_t hash = XXH3_128bits(text_.data(), text_.size());
  char* out = own_.data() + mark.copy(own_.data(), mark.size());
  for (const std::uint64_t half : {hash.high64, hash.low64}) {
    for (int shift = 60; shift >= 0; shift -= 4) *out++ = digits[half >> shift & 15];
  }
  text_ = std::string_view(own_.data(), out);
}

}  // namespace weir::analytics
