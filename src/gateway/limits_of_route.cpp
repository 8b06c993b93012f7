#include "gateway/limits_of_route.hpp"

#include <utility>

namespace weir::gateway {

LimitsOfRoute::LimitsOfRoute(RouteSettings settings, const Runtime& runtime, std::uint32_t workers)
    : settings_(std::move(settings)), of_workers_(workers) {
  (void)runtime.limits_of(settings_);
}

const std::shared_ptr<const RouteUnderRuntime>& LimitsOfRoute::of_worker(
    std::uint32_t worker, const std::shared_ptr<Runtime>& runtime) const {
  std::shared_ptr<const RouteUnderRuntime>& own = of_workers_.at(worker);
  if (own == nullptr || own->runtime != runtime) [[unlikely]] {
    own = std::make_shared<const RouteUnderRuntime>(runtime, runtime->known_limits_of(settings_));
  }
  return own;
}

}  // namespace weir::gateway
