// concurrency.hpp: how many units are held at once. Who holds them, and until when, is the store's to know.
#pragma once

#include "limits/tally.hpp"

#include <weir/rule.hpp>

#include <cstdint>

namespace weir::limits {

struct Concurrency {
  std::int64_t limit;

  [[nodiscard]] static constexpr Concurrency make(const Rule& rule) { return {rule.count}; }

  // Nobody knows when a unit is released: a refusal's retry_after is `never`, and reset is always the epoch.
  [[nodiscard]] constexpr Verdict look(std::int64_t held, std::int64_t cost) const noexcept {
    const Tally before{limit, held};
    const Outcome outcome = before.outcome(cost);
    const Tally tally = outcome == Outcome::allowed ? before.after(cost) : before;
    return {.outcome = outcome,
            .limit = limit,
            .remaining = tally.remaining(),
            .debt = tally.debt(),
            .reset = Instant{},
            .retry_after = outcome == Outcome::allowed ? Nanos{0} : never};
  }
};

}  // namespace weir::limits
