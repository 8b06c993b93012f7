#include "gateway/limits_of_route.hpp"

#include <utility>

namespace weir::gateway {

LimitsOfRoute::LimitsOfRoute(RouteSettings settings, const Runtime& runtime, std::uint32_t workers)
    : settings_(std::move(settings)), of_workers_(workers) {
  (void)runtime.limits_of(settings_);
}

const std::shared_ptr<const RouteLimits>& LimitsOfRoute::of_worker(std::uint32_t worker, const Runtime& runtime) const {
  Known& known = of_workers_.at(worker);
  if (known.runtime != runtime.serial()) [[unlikely]] {
    known = {.runtime = runtime.serial(),
             .limits = std::make_shared<const RouteLimits>(runtime.known_limits_of(settings_))};
  }
  return known.limits;
}

}  // namespace weir::gateway
