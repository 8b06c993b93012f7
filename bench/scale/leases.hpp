// leases.hpp: what one gateway has fetched ahead of one key, and how much it asks for: lease_share() of
// src/store/redis.
#pragma once

#include "events.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace weir::scale {

inline constexpr std::int64_t least_share = 4;

// Twice what was used in the time of a lease, at most half of what each gateway would get of the limit.
inline std::int64_t lease_share(std::int64_t used, std::int64_t limit, std::uint32_t gateways) {
  if (used < 2) return 0;
  const std::int64_t share = std::min(std::max(2 * used, least_share), limit / 2 / gateways);
  return share < least_share ? 0 : share;
}

// Whole where as much could go to each gateway twice over; else half of it, and so on: near the limit nothing.
inline std::int64_t lease_grant(std::int64_t want, std::int64_t left, std::uint32_t gateways) {
  while (want >= least_share && want * 2 * gateways > left) want /= 2;
  return want < least_share ? 0 : want;
}

struct Lease {
  std::int64_t units = 0;
  std::int64_t granted = 0;
  Time ends = 0;
  Time since = 0;  // of the period in which `used` counts
  std::int64_t used = 0;
  std::int64_t used_before = 0;
  Time not_before = 0;  // nothing was granted: no question until then
  bool asking = false;
  std::vector<std::uint32_t> waiting{};  // decisions, for the answer

  void note_use(Time now, Time period) {
    if (now - since >= period) {
      used_before = now - since < 2 * period ? used : 0;
      used = 0;
      since = now;
    }
    ++used;
  }
  bool spend(Time now) {
    if (units == 0 || now >= ends) return false;
    --units;
    return true;
  }
  // Its life is counted from before it was asked for, less 1 % and 5 ms. Units of an earlier window are not kept.
  void came(std::int64_t more, Time asked, Time life, Time now, Time window) {
    if (more == 0) {
      not_before = now + 100 * milli;
      return;
    }
    const Time until = asked + life - life / 100 - 5 * milli;
    const bool same_window = units > 0 && ends / window == until / window;
    units = (same_window ? units : 0) + more;
    granted = more;
    ends = until;
  }
  [[nodiscard]] std::int64_t share(Time now, std::int64_t limit, std::uint32_t gateways) const {
    if (asking || now < not_before) return 0;
    return lease_share(std::max(used, used_before), limit, gateways);
  }
};

}  // namespace weir::scale
