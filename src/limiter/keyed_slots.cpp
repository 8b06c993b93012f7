#include "limiter/keyed_slots.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace weir::limiter {

KeyBits key_bits(std::uint64_t seed, Key key) {
  const std::uint64_t number = key.number();
  const auto hash = key.is_number() ? XXH3_128bits_withSeed(&number, sizeof number, ~seed)
                                    : XXH3_128bits_withSeed(key.text().data(), key.text().size(), seed);
  return {hash.low64, hash.high64};
}

}  // namespace weir::limiter
