#include "config/utf8.hpp"

namespace weir::config {

CodePoint first_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const char32_t lead = byte(0);
  if (lead < 0x80) return {.value = lead, .bytes = 1, .valid = true};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {.value = lead};
  char32_t value = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {.value = lead};
    value = value << 6U | (byte(i) & 0x3FU);
  }
  const char32_t least = size == 4 ? 0x10000 : size == 3 ? 0x800 : 0x80;
  if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {.value = lead};
  return {.value = value, .bytes = size, .valid = true};
}

int count_code_points(std::string_view text) {
  int count = 0;
  while (!text.empty()) {
    text.remove_prefix(first_code_point(text).bytes);
    ++count;
  }
  return count;
}

bool is_printable(const CodePoint& point) {
  const char32_t c = point.value;
  if (!point.valid || c < 0x20 || (c >= 0x7F && c < 0xA0)) return false;
  const bool hides = c == 0xAD || c == 0x61C || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
                     (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
  return !hides;
}

}  // namespace weir::config
