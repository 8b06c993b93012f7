// matchers.hpp: what tests say about decisions.
#pragma once

#include <weir/decision.hpp>

#include <gmock/gmock.h>

#include <chrono>
#include <ostream>

namespace weir {

inline void PrintTo(const Decision& decision, std::ostream* out) {
  *out << (decision.allowed ? "allowed" : "refused") << " (" << to_string(decision.reason) << "), remaining "
       << decision.remaining << ", retry after ";
  if (decision.retry_after) {
    *out << decision.retry_after->count() << " ns";
  } else {
    *out << "never";
  }
  if (decision.degraded) *out << ", degraded";
}

namespace limiter {

MATCHER(Allowed, "") { return arg.allowed && arg.reason == Reason::ok && !arg.degraded; }
MATCHER_P(AllowedWithRemaining, remaining, "") {
  return arg.allowed && arg.reason == Reason::ok && !arg.degraded && arg.remaining == remaining;
}
MATCHER(Unlimited, "") { return arg.allowed && arg.reason == Reason::ok && !arg.limit; }
MATCHER(Limited, "") { return !arg.allowed && arg.reason == Reason::limited && !arg.degraded; }
MATCHER_P(LimitedFor, wait, "") {
  return !arg.allowed && arg.reason == Reason::limited && arg.retry_after == std::chrono::nanoseconds(wait);
}
MATCHER_P(RefusedForGood, reason, "") { return !arg.allowed && arg.reason == reason && !arg.retry_after; }
MATCHER_P(AllowedBecause, reason, "") { return arg.allowed && arg.reason == reason; }
MATCHER_P(DegradedAllowed, reason, "") { return arg.allowed && arg.degraded && arg.reason == reason; }
MATCHER_P(DegradedRefused, reason, "") { return !arg.allowed && arg.degraded && arg.reason == reason; }

}  // namespace limiter
}  // namespace weir
