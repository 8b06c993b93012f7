// limits_of_route.hpp: a route's settings as Envoy read them, and what they mean under the Runtime in force.
//
// A changed Runtime reaches routes that Envoy does not read anew: each worker looks the limits up again when it sees
// another one. Its own copy needs no lock, and a request keeps the one it began with.
#pragma once

#include "gateway/edge.hpp"
#include "gateway/runtime.hpp"
#include "gateway/settings.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace weir::gateway {

class LimitsOfRoute final : public RouteConfig {
 public:
  // Throws when a limit is unknown: Envoy then refuses the route. `workers`: how many there are.
  LimitsOfRoute(RouteSettings settings, const Runtime& runtime, std::uint32_t workers);

  // For requests that begin on this worker now; `runtime` is the one in force.
  [[nodiscard]] const std::shared_ptr<const RouteLimits>& of_worker(std::uint32_t worker, const Runtime& runtime) const;

 private:
  struct Known {
    std::uint64_t runtime = 0;  // its serial
    std::shared_ptr<const RouteLimits> limits;
  };

  RouteSettings settings_;
  mutable std::vector<Known> of_workers_;  // one a worker, which alone touches its own
};

}  // namespace weir::gateway
