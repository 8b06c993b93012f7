// label.hpp: a short name out of an answer, kept without allocating.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace weir::usage {

class Label {
 public:
  static constexpr std::size_t capacity = 64;  // bytes; the rest is cut off

  // Keeps the first that is not empty.
  void set_once(std::string_view name) noexcept {
    if (size_ != 0) return;
    size_ = static_cast<std::uint8_t>(name.size() < capacity ? name.size() : capacity);
    if (size_ != 0) std::memcpy(bytes_.data(), name.data(), size_);
  }
  [[nodiscard]] std::string_view text() const noexcept { return {bytes_.data(), size_}; }

 private:
  std::array<char, capacity> bytes_{};
  std::uint8_t size_ = 0;
};

}  // namespace weir::usage
