// decimal.hpp: a decimal fraction as people write prices and weights (0.1, 1.25, 0.0375), kept exactly.
//
// Nine digits after the point: a price of 0.000000001 per million tokens is the finest that can be said. No floating
// point is anywhere near it, so that ten times 0.1 is 1.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::usage {

struct Decimal {
  static constexpr std::int64_t one = 1'000'000'000;
  static constexpr int digits = 9;

  std::int64_t nanos = 0;  // the value times `one`, >= 0

  friend constexpr auto operator<=>(const Decimal&, const Decimal&) = default;
};

inline constexpr Decimal whole(std::int64_t value) { return {value * Decimal::one}; }

// `12`, `0.1`, `.5`, `3.`: digits with at most one point, nothing else (no sign, no exponent, no blanks). Nothing when
// it is not that, needs more than nine digits after the point, or is 9223372036 or more.
[[nodiscard]] std::optional<Decimal> parse_decimal(std::string_view text) noexcept;

}  // namespace weir::usage
