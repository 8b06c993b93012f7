#include "usage/price/decimal.hpp"

#include <limits>

namespace weir::usage {

std::optional<Decimal> parse_decimal(std::string_view text) noexcept {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / Decimal::one - 1;
  std::int64_t before = 0;
  std::int64_t after = 0;
  int places = -1;  // digits after the point; -1: it has not come yet
  bool any = false;
  for (const char byte : text) {
    if (byte == '.' && places < 0) {
      places = 0;
      continue;
    }
    if (byte < '0' || byte > '9') return std::nullopt;
    any = true;
    const int digit = byte - '0';
    if (places < 0) {
      before = before * 10 + digit;
      if (before > most) return std::nullopt;
    } else if (places < Decimal::digits) {
      after = after * 10 + digit;
      ++places;
    } else if (digit != 0) {
      return std::nullopt;
    }
  }
  if (!any) return std::nullopt;
  for (int place = places < 0 ? 0 : places; place < Decimal::digits; ++place) after *= 10;
  return Decimal{before * Decimal::one + after};
}

}  // namespace weir::usage
