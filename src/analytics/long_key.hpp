// long_key.hpp: the text that a key is counted under.
#pragma once

#include <weir/key.hpp>

#include <array>
#include <string_view>

namespace weir::analytics {

inline constexpr std::size_t longest_key = 256;  // bytes

// A key's text; numbers in decimal; of longer texts `%xxh3=` and 128 bits of a hash in hexadecimal digits, the same in
// every process.
class CountedKey {
 public:
  explicit CountedKey(Key key) noexcept;
  CountedKey(const CountedKey&) = delete;
  CountedKey& operator=(const CountedKey&) = delete;
  [[nodiscard]] std::string_view text() const noexcept { return text_; }

 private:
  std::array<char, 40> own_;
  std::string_view text_;
};

}  // namespace weir::analytics
