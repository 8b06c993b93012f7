// lease_share.hpp: how much of a key is worth fetching: what it uses in the time of a lease, twice.
#pragma once

#include "store/redis/client/client.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace weir::store::redis {

// What a key uses, counted in periods as long as a lease may live.
class LeaseUse {
 public:
  void note(std::int64_t units, Deadline now, std::chrono::nanoseconds period) {
    if (now - since_ >= period) {
      before_ = now - since_ < 2 * period ? used_ : 0;
      used_ = 0;
      since_ = now;
    }
    used_ = std::min(used_ + units, most);
  }
  // In a period, as far as is known: a key that has just become busy counts what it used by now.
  [[nodiscard]] std::int64_t a_period() const { return std::max(used_, before_); }
  [[nodiscard]] Deadline since() const { return since_; }

 private:
  static constexpr std::int64_t most = std::int64_t{1} << 52;
  std::int64_t used_ = 0;
  std::int64_t before_ = 0;
  Deadline since_{};
};

inline constexpr std::int64_t least_share = 4;  // units: less is not worth a question of its own

// What to ask for; 0: nothing. Redis grants it whole only where it can grant as much to each of `instances`, twice
// over, and else a half of it, and so on: so shares shrink towards the limit, and end in exact decisions.
[[nodiscard]] constexpr std::int64_t lease_share(std::int64_t used, std::int64_t limit, std::uint32_t instances) {
  if (used < 2) return 0;  // one call in a lease's time is as well asked for itself
  const std::int64_t most = limit / 2 / std::max<std::int64_t>(instances, 1);
  const std::int64_t share = std::min(std::max(2 * used, least_share), most);
  return share < least_share ? 0 : share;
}

// A holder trusts its own clock to run within 1 % of Redis'.
[[nodiscard]] constexpr Deadline lease_end(Deadline asked, std::chrono::nanoseconds life) {
  return asked + life - life / 100 - std::chrono::milliseconds(5);
}

}  // namespace weir::store::redis
