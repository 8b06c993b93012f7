// base64.hpp: RFC 4648, the standard alphabet with padding.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir::lambda {

[[nodiscard]] constexpr std::size_t base64_size(std::size_t bytes) noexcept { return (bytes + 2) / 3 * 4; }

// Appends bytes that are cut anywhere.
class Base64Writer {
 public:
  void append(std::string& out, std::string_view bytes);
  // The last one or two bytes and the padding.
  void finish(std::string& out);

 private:
  std::array<char, 3> rest_{};
  std::size_t rest_size_ = 0;
};

// Decodes `size` characters at `text` in their place and returns how many bytes came out; nothing when they are no
// base64. White space between them is skipped (MIME writers break lines) and padding may be missing.
[[nodiscard]] std::optional<std::size_t> decode_base64_in_place(char* text, std::size_t size) noexcept;

}  // namespace weir::lambda
