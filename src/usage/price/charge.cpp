#include "usage/price/charge.hpp"

#include <algorithm>

namespace weir::usage {
namespace {

__extension__ typedef unsigned __int128 Wide;  // NOLINT(modernize-use-using): __extension__ wants a typedef

// A sum and product that stick to the top instead of wrapping: what gets there is far beyond largest_cost.
constexpr Wide top = static_cast<Wide>(-1);

Wide plus(Wide a, Wide b) { return a > top - b ? top : a + b; }
Wide times(Wide a, Wide b) { return b != 0 && a > top / b ? top : a * b; }

Wide scaled(Decimal rate) { return static_cast<Wide>(std::max<std::int64_t>(rate.nanos, 0)); }

Wide priced(std::uint64_t tokens, Decimal rate) { return times(tokens, scaled(rate)); }

Wide input_of(const Rates& rates, const Counts& used) {
  const std::uint64_t cached = std::min(used.cached_input, used.input);
  const std::uint64_t written = std::min(used.cache_write, used.input - cached);
  return plus(plus(priced(used.input - cached - written, rates.input), priced(cached, rates.cached_input)),
              priced(written, rates.cache_write));
}

Wide output_of(const Rates& rates, const Counts& used) {
  const std::uint64_t reasoning = std::min(used.reasoning, used.output);
  return plus(priced(used.output - reasoning, rates.output), priced(reasoning, rates.reasoning));
}

}  // namespace

Rates Price::rates() const noexcept {
  return {.input = input,
          .cached_input = cached_input.value_or(input),
          .cache_write = cache_write.value_or(input),
          .output = output,
          .reasoning = reasoning.value_or(output)};
}

std::int64_t charge(const Tariff& tariff, const Counts& used) noexcept {
  if (tariff.unit == Unit::requests) return 1;
  Wide sum = 0;
  if (tariff.unit != Unit::output_tokens) sum = plus(sum, input_of(tariff.rates, used));
  if (tariff.unit != Unit::input_tokens) sum = plus(sum, output_of(tariff.rates, used));
  const Wide all = times(sum, scaled(tariff.factor));
  // Rates and factor carry 10^9 each. Prices are per 10^6 tokens and come out in nanos, which is 10^9 once less.
  constexpr Wide of_weights = Wide{Decimal::one} * Decimal::one;
  constexpr Wide of_prices = Wide{Decimal::one} * 1'000'000;
  const Wide unit = tariff.unit == Unit::cost ? of_prices : of_weights;
  const Wide rounded = all / unit + (all % unit != 0 ? 1 : 0);
  return static_cast<std::int64_t>(std::min(rounded, static_cast<Wide>(largest_cost)));
}

}  // namespace weir::usage
