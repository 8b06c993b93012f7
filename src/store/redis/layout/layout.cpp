#include "store/redis/layout/layout.hpp"

#include <algorithm>
#include <cstddef>

namespace weir::store::redis {

bool well_formed(const Call& call) {
  constexpr std::size_t most = 64;
  if (call.checks.size() > most) return false;
  const bool holds = std::ranges::any_of(call.checks, [](const Check& check) {
    return check.hold || (check.space->rule().algorithm == Algorithm::concurrency && check.cost != 0);
  });
  return !holds || (!call.id.empty() && call.lease > Nanos(0));
}

}  // namespace weir::store::redis
