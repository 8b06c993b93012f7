// verdicts.hpp: how these tests speak of verdicts and moments.
#pragma once

#include "limits/verdict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <ostream>

namespace weir::limits {

inline std::ostream& operator<<(std::ostream& out, const Verdict& verdict) {
  switch (verdict.outcome) {
    case Outcome::allowed:
      out << "allowed";
      break;
    case Outcome::limited:
      out << "limited";
      break;
    case Outcome::cost_above_limit:
      out << "cost_above_limit";
      break;
    case Outcome::denied:
      out << "denied";
      break;
  }
  out << " limit=" << verdict.limit << " remaining=" << verdict.remaining << " debt=" << verdict.debt
      << " reset=" << verdict.reset.time_since_epoch().count() << " retry_after=" << verdict.retry_after.count();
  return out;
}

using namespace std::chrono_literals;

inline constexpr std::int64_t huge = std::int64_t{1} << 53;
inline constexpr std::int64_t endless = INT64_MAX;
inline constexpr Nanos century = std::chrono::days(36'525);

// A Monday, whole in minutes, hours and days since the epoch.
inline constexpr Instant t0 = std::chrono::sys_days{std::chrono::year{2026} / 6 / 15};

constexpr Instant midnight(int year, unsigned month, unsigned day) {
  return std::chrono::sys_days{std::chrono::year{year} / month / day};
}

// NOLINTBEGIN(readability-identifier-naming): matchers are named as gmock names its own.
MATCHER(Allowed, "") { return arg.outcome == Outcome::allowed && arg.retry_after == 0ns; }
MATCHER_P(AllowedWithRemaining, remaining, "") {
  return arg.outcome == Outcome::allowed && arg.remaining == remaining && arg.retry_after == 0ns;
}
MATCHER(Refused, "") { return arg.outcome == Outcome::limited && arg.retry_after > 0ns; }
MATCHER_P(RefusedFor, wait, "") { return arg.outcome == Outcome::limited && arg.retry_after == Nanos{wait}; }
MATCHER_P2(RefusedForWithRemaining, wait, remaining, "") {
  return arg.outcome == Outcome::limited && arg.retry_after == Nanos{wait} && arg.remaining == remaining;
}
MATCHER(RefusedForGood, "") { return arg.outcome == Outcome::limited && arg.retry_after == never; }
MATCHER(AboveLimit, "") { return arg.outcome == Outcome::cost_above_limit && arg.retry_after == never; }
MATCHER_P(ResetsAt, at, "") { return arg.reset == Instant{at}; }
MATCHER_P(Owes, units, "") { return arg.debt == units && (units == 0 || arg.remaining == 0); }
// NOLINTEND(readability-identifier-naming)

}  // namespace weir::limits
