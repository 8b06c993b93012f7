#include "gateway/jwt_claim_header.hpp"

namespace weir::gateway {

namespace {

bool is_plain(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'; }

}  // namespace

std::string jwt_claim_header(std::string_view claim) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string name(jwt_claim_header_prefix);
  for (const char c : claim) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain(c)) {
      name += c;
    } else {
      name.append({'%', digits[byte / 16], digits[byte % 16]});
    }
  }
  return name;
}

}  // namespace weir::gateway
