// rate.hpp: `100/1m`, `1000/month`, `1000/year`, `unlimited`, and the bare `10` of a concurrency limit.
#pragma once

#include "config/refusal.hpp"

#include <weir/rule.hpp>

#include <cstdint>
#include <string_view>

namespace weir::config {

struct Rate {
  enum class Kind { per_period, bare, unlimited };
  Kind kind = Kind::unlimited;
  std::int64_t count = 0;  // 1 to 2^53
  Period period{};         // per_period
};

[[nodiscard]] Parsed<Rate> parse_rate(std::string_view text);
// The same in money: `5.00/1d`, counted in billionths.
[[nodiscard]] Parsed<Rate> parse_money_rate(std::string_view text);
// `0.25`: money in billionths, from the least that can be said to 2^53 of them.
[[nodiscard]] Parsed<std::int64_t> parse_money(std::string_view text);

}  // namespace weir::config
