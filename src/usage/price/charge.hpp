// charge.hpp: what a call costs a limit: token counts, times weights or prices, in the limit's unit.
//
// The counts are whole, weights and prices are exact decimals (decimal.hpp), and the sum is rounded up once, at the
// very end. Money is counted in billionths of the currency's unit (nanos): a rate of 5.00/1d is a limit of
// 5'000'000'000, and the largest cost, 2^53 - 1, is some nine million.
#pragma once

#include "usage/counts.hpp"
#include "usage/price/decimal.hpp"

#include <cstdint>
#include <optional>

namespace weir::usage {

inline constexpr std::int64_t largest_cost = (std::int64_t{1} << 53) - 1;

// Of one token of each kind: a weight, or a price per million tokens.
struct Rates {
  Decimal input = whole(1);  // what is neither cached nor written to the cache
  Decimal cached_input = whole(1);
  Decimal cache_write = whole(1);
  Decimal output = whole(1);  // what is not reasoning
  Decimal reasoning = whole(1);
  friend bool operator==(const Rates&, const Rates&) = default;
};

// A line of `prices`: what is not written costs what its whole does.
struct Price {
  Decimal input{};
  Decimal output{};
  std::optional<Decimal> cached_input{};
  std::optional<Decimal> cache_write{};
  std::optional<Decimal> reasoning{};

  [[nodiscard]] Rates rates() const noexcept;
};

enum class Unit { requests, tokens, input_tokens, output_tokens, cost };

// How one limit counts a call of one model.
struct Tariff {
  Unit unit = Unit::tokens;
  Rates rates{};              // weights; with Unit::cost the price per million tokens
  Decimal factor = whole(1);  // the model's own weight, over all kinds
};

// What `used` costs, rounded up, at most largest_cost. Unit::requests: 1. Exact, whatever the counts; a part that says
// more than its whole counts as the whole.
[[nodiscard]] std::int64_t charge(const Tariff& tariff, const Counts& used) noexcept;

}  // namespace weir::usage
