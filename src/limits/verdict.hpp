// verdict.hpp: what an algorithm answers, and the words of time that all of them share.
//
// limits/ is the functional core: every algorithm is a pure function of (state, now, cost). No clock, no I/O, no
// allocation, exact integer arithmetic. Start with fixed_window.hpp; gcra.hpp is the fast one.
#pragma once

#include <weir/decision.hpp>

#include <chrono>
#include <cstdint>

namespace weir::limits {

using Nanos = std::chrono::nanoseconds;
inline constexpr Nanos never{Nanos::max()};  // a retry_after that will not come

enum class Outcome : std::uint8_t { allowed, limited, cost_above_limit, denied };  // denied: by a list of the store's

struct Verdict {
  Outcome outcome = Outcome::allowed;
  std::int64_t limit = 0;      // capacity in units
  std::int64_t remaining = 0;  // after this call; on a refusal the true rest; >= 0
  std::int64_t debt = 0;       // units owed beyond the limit, >= 0
  Instant reset{};             // when the key is as good as new if nobody comes
  Nanos retry_after{0};        // 0 when allowed; `never` when no waiting helps

  [[nodiscard]] constexpr bool allowed() const { return outcome == Outcome::allowed; }
};

}  // namespace weir::limits
