#include "gateway/percent.hpp"

#include <cstddef>

namespace weir::gateway {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Takes one decoded character off the front.
char take(std::string_view& text) {
  if (text[0] == '%' && text.size() >= 3) {
    const int high = hex_digit(text[1]);
    const int low = hex_digit(text[2]);
    if (high >= 0 && low >= 0) {
      text.remove_prefix(3);
      return static_cast<char>(high * 16 + low);
    }
  }
  const char plain = text[0];
  text.remove_prefix(1);
  return plain;
}

}  // namespace

std::string_view percent_decoded(std::string_view text, std::pmr::memory_resource& memory) {
  if (text.find('%') == std::string_view::npos) return text;
  char* const decoded = static_cast<char*>(memory.allocate(text.size(), 1));
  std::size_t size = 0;
  while (!text.empty()) decoded[size++] = take(text);
  return {decoded, size};
}

bool decodes_to(std::string_view encoded, std::string_view plain) {
  while (!encoded.empty() && !plain.empty()) {
    if (take(encoded) != plain.front()) return false;
    plain.remove_prefix(1);
  }
  return encoded.empty() && plain.empty();
}

}  // namespace weir::gateway
