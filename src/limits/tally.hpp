// tally.hpp: so many units of so many are used. The arithmetic that every counting algorithm shares.
#pragma once

#include "limits/wide.hpp"

#include <algorithm>
#include <cstdint>

namespace weir::limits {

struct Tally {
  std::int64_t limit;  // >= 1
  std::int64_t used;   // >= 0; above `limit` it is debt

  [[nodiscard]] constexpr std::int64_t remaining() const { return used < limit ? limit - used : 0; }
  [[nodiscard]] constexpr std::int64_t debt() const { return used > limit ? used - limit : 0; }

  // Cost 0 asks whether one unit is left; a refund always passes.
  [[nodiscard]] constexpr Outcome outcome(std::int64_t cost) const {
    if (cost > limit) return Outcome::cost_above_limit;
    return cost < 0 || used <= limit - least(cost) ? Outcome::allowed : Outcome::limited;
  }

  // After `cost` was charged, or given back when negative; saturates.
  [[nodiscard]] constexpr Tally after(std::int64_t cost) const {
    return {limit, std::max<std::int64_t>(0, saturated(Wide{used} + cost))};
  }

  // What must be free for `cost` to pass.
  [[nodiscard]] static constexpr std::int64_t least(std::int64_t cost) { return cost == 0 ? 1 : cost; }
};

}  // namespace weir::limits
