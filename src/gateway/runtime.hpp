// runtime.hpp: the limits of this process: one set of limiters over one store, made from the settings, shared by every
// worker. Envoy's bootstrap extension owns it; filters find it by Runtime::current().
#pragma once

#include "gateway/settings.hpp"

#include <weir/clock.hpp>
#include <weir/limiter.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::gateway {

// A limit as the gateway enforces it. Its limiter may be used by any thread.
struct EnforcedLimit {
  config::Limit config;
  std::string policy;  // its member of RateLimit-Policy; empty when it changes with time or there is none
  mutable Limiter limiter;
};

// The limits of a route, looked up once, when Envoy reads the route.
struct RouteLimits {
  std::string name;  // of the route
  std::vector<const EnforcedLimit*> limits;
  std::string policy;  // RateLimit-Policy when every limit applies; empty when it changes with time
  bool holds = false;  // a concurrency limit is among them: something is held until the stream ends
  std::chrono::nanoseconds lease{};
};

class Runtime {
 public:
  // Throws std::exception with a sentence that says what can't be used. `clock`, when given, must outlive it.
  explicit Runtime(Settings settings, Clock* clock = nullptr);

  // Throws when a name is unknown, or there are more limits than one decision takes.
  [[nodiscard]] RouteLimits limits_of(const RouteSettings& route) const;

  [[nodiscard]] const config::Responses& responses() const { return responses_; }
  [[nodiscard]] Instant now() const { return clock_ == nullptr ? system_time() : clock_->now(); }

  // The process's own; null before it is installed. Main thread only, as all that configures is.
  [[nodiscard]] static const std::shared_ptr<Runtime>& current();
  static void install(std::shared_ptr<Runtime> runtime);

 private:
  Clock* clock_;
  config::Responses responses_;
  std::shared_ptr<Store> store_;
  std::deque<EnforcedLimit> limits_;  // never moves what it holds
};

}  // namespace weir::gateway
