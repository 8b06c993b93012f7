#include "store/memory/key_hash.hpp"

#include <random>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace weir::store {

static_assert(XXH3_SECRET_DEFAULT_SIZE == 192);

std::uint64_t random_word() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

KeyHash::KeyHash() {
  for (std::uint64_t& word : words_) word = random_word() | 1;  // an even factor would lose bits
  for (std::size_t at = 0; at < secret_bytes; at += sizeof(std::uint64_t)) {
    const std::uint64_t word = random_word();
    for (std::size_t byte = 0; byte < sizeof word; ++byte)
      secret_[at + byte] = static_cast<std::byte>(word >> (8 * byte));
  }
}

std::uint64_t KeyHash::text(std::string_view text) const noexcept {
  return XXH3_64bits_withSecret(text.data(), text.size(), secret_.data(), secret_bytes);
}

}  // namespace weir::store
