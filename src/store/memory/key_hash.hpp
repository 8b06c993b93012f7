// key_hash.hpp: keys to 64 bits under a secret drawn at random for each store, so that nobody outside can choose keys
// that collide. Two of 10 million keys share a hash with a chance of 3 in a million; they would then share a counter.
#pragma once

#include <weir/key.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::store {

// High and low half of a 128-bit product, folded.
inline std::uint64_t fold_multiply(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

class KeyHash {
 public:
  KeyHash();  // draws the secret from the operating system

  // About 3 ns for a number or a short text.
  [[nodiscard]] std::uint64_t operator()(Key key) const noexcept {
    if (key.is_number()) {
      const std::uint64_t first = fold_multiply(key.number() ^ words_[0], words_[1]);
      return fold_multiply(first ^ words_[2], words_[3]);
    }
    return text(key.text());
  }

 private:
  static constexpr std::size_t secret_bytes = 192;  // XXH3's own

  [[nodiscard]] std::uint64_t text(std::string_view text) const noexcept;

  std::array<std::uint64_t, 4> words_{};
  alignas(64) std::array<std::byte, secret_bytes> secret_{};
};

// 64 random bits from the operating system. Microseconds.
[[nodiscard]] std::uint64_t random_word();

}  // namespace weir::store
