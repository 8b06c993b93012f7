#include "usage/price/hold.hpp"

#include <algorithm>
#include <limits>

namespace weir::usage {
namespace {

std::uint64_t product(std::uint64_t a, std::uint64_t b) {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  return b != 0 && a > most / b ? most : a * b;
}

}  // namespace

Hold hold(const Tariff& tariff, const Reserve& reserve, const Asked& asked,
          std::optional<std::int64_t> capacity) noexcept {
  const auto judged = [&](std::int64_t amount) { return Hold{amount, capacity && amount > *capacity}; };
  if (tariff.unit == Unit::requests) return judged(1);
  switch (reserve.kind) {
    case Reserve::Kind::off:
      return {};
    case Reserve::Kind::fixed:
      return judged(std::clamp<std::int64_t>(reserve.amount, 0, largest_cost));
    case Reserve::Kind::max_tokens:
      break;
  }
  Tariff dearest = tariff;
  dearest.rates.output = std::max(tariff.rates.output, tariff.rates.reasoning);
  const auto named =
      asked.max_output.value_or(static_cast<std::uint64_t>(std::max<std::int64_t>(reserve.default_output, 0)));
  const std::int64_t all =
      charge(dearest, {.input = asked.input, .output = product(named, std::max<std::uint64_t>(asked.answers, 1))});
  if (asked.max_output || !capacity || all <= *capacity) return judged(all);
  return judged(std::max(charge(dearest, {.input = asked.input}), *capacity));
}

}  // namespace weir::usage
