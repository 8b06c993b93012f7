// scratch.hpp: the one short string that a scanner may have to keep while its bytes come in pieces.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace weir::usage::json {

class Scratch {
 public:
  static constexpr std::size_t capacity = 64;  // bytes; what goes beyond is dropped, and overflown() says so

  void clear() noexcept {
    size_ = 0;
    overflown_ = false;
  }
  void append(std::string_view bytes) noexcept {
    const std::size_t taken = std::min(bytes.size(), capacity - size_);
    if (taken > 0) std::memcpy(bytes_.data() + size_, bytes.data(), taken);
    size_ += static_cast<std::uint8_t>(taken);
    overflown_ = overflown_ || taken < bytes.size();
  }
  // One UTF-16 unit of a \u escape, as UTF-8; a half of a surrogate pair becomes a question mark.
  void append_unit(std::uint16_t unit) noexcept {
    const auto low = static_cast<char>(0x80 | (unit & 0x3F));
    if (unit < 0x80) return append(std::string_view(std::array{static_cast<char>(unit)}.data(), 1));
    if (unit < 0x800) return append(std::string_view(std::array{static_cast<char>(0xC0 | (unit >> 6)), low}.data(), 2));
    if (unit >= 0xD800 && unit <= 0xDFFF) return append("?");
    const std::array three{static_cast<char>(0xE0 | (unit >> 12)), static_cast<char>(0x80 | ((unit >> 6) & 0x3F)), low};
    append(std::string_view(three.data(), three.size()));
  }
  [[nodiscard]] std::string_view text() const noexcept { return {bytes_.data(), size_}; }
  [[nodiscard]] bool overflown() const noexcept { return overflown_; }

 private:
  std::array<char, capacity> bytes_{};
  std::uint8_t size_ = 0;
  bool overflown_ = false;
};

}  // namespace weir::usage::json
