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

}  // namespace weir::config
