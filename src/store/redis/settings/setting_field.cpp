#include "store/redis/settings/setting_field.hpp"

namespace weir::store::redis {

std::string scope_start(std::string_view scope) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string start;
  start.reserve(scope.size() + 1);
  for (const char c : scope) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && byte < 0x7f && c != '%') {
      start += c;
    } else {
      start += '%';
      start += digits[byte >> 4U];
      start += digits[byte & 15U];
    }
  }
  return start += ' ';
}

}  // namespace weir::store::redis
