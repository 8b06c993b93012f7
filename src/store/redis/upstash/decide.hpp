// decide.hpp: @upstash/ratelimit's arithmetic, as scripts/upstash_*.lua do it, so that C++ can tell from the state that
// a script found what remains and when a call passes. In doubles, as Lua and JavaScript compute.
//
// `reset` is what the package says: the window's end, or the bucket's next refill. `retry_after` is when the call
// passes, which the package does not say.
#pragma once

#include "limits/verdict.hpp"
#include "store/redis/upstash/terms.hpp"

#include <cstdint>
#include <optional>

namespace weir::store::redis::upstash {

// Windows: the counter and the one before. Bucket: refilledAt in ms (none: never used) and tokens.
struct State {
  std::optional<double> first;
  double second = 0;
};

[[nodiscard]] std::int64_t milliseconds_of(Instant now);  // since the epoch, rounded down
[[nodiscard]] std::int64_t window_of(const Terms& terms, Instant now);

// Decides and charges when it is allowed. Cost 0 charges nothing and, as in the package, passes unless more than the
// limit is used; below 0 refunds, never above the limit.
[[nodiscard]] limits::Verdict take(const Terms& terms, State& state, Instant now, std::int64_t cost);

// Charges `cost` > 0 whatever is left; the verdict is an allowed one.
[[nodiscard]] limits::Verdict charge(const Terms& terms, State& state, Instant now, std::int64_t cost);

}  // namespace weir::store::redis::upstash
