// local_share.hpp: the part of a limit that one process grants by itself while the store is away.
#pragma once

#include <weir/decision.hpp>
#include <weir/rule.hpp>

#include <chrono>
#include <cstdint>

namespace weir::limiter {

// An exact fraction, above 0 and at most 1: a third of 3 is 1.
struct Share {
  std::int64_t of = 1;
  std::int64_t parts = 1;
  friend bool operator==(const Share&, const Share&) = default;

  // `wanted` to nine decimals; 0: 1 / instances.
  [[nodiscard]] static Share make(double wanted, std::uint32_t instances);
  // What is granted of so many units, for units >= 1: rounded down, at least 1.
  [[nodiscard]] std::int64_t granted(std::int64_t units) const;
  // What counts as used here when so many are used in all: rounded up.
  [[nodiscard]] std::int64_t used(std::int64_t units) const;
};

// The rule of which this process grants its share: as long a period, the share of count and burst.
[[nodiscard]] Rule share_of(const Rule& rule, Share share);

[[nodiscard]] constexpr bool is_bucket(const Rule& rule) {
  return rule.algorithm == Algorithm::token_bucket || rule.algorithm == Algorithm::interval_bucket ||
         rule.algorithm == Algorithm::gcra;
}

// How long what is charged now counts: the window's length, or the time an empty bucket takes to fill; concurrency: 0.
[[nodiscard]] std::chrono::nanoseconds window_of(const Rule& rule, Instant now);

// Whether what was true of a key at `then` says something of the window that `now` lies in.
[[nodiscard]] bool same_window(const Rule& rule, Instant then, Instant now);

// Of `units`, the part that `elapsed` is of `window`: rounded down, at least 1, at most all.
[[nodiscard]] std::int64_t grown(std::int64_t units, std::chrono::nanoseconds elapsed, std::chrono::nanoseconds window);

}  // namespace weir::limiter
