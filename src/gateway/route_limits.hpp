// route_limits.hpp: a limit as the gateway enforces it, and the limits of one route.
#pragma once

#include "alerts/alerts.hpp"
#include "api/metrics.hpp"
#include "config/config.hpp"
#include "gateway/model/token_price.hpp"
#include "gateway/settings.hpp"
#include "limiter/key_set.hpp"

#include <weir/limiter.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir::gateway {

// A condition of `when`, ready to be asked.
struct ReadyCondition {
  config::KeySource source;
  limiter::KeySet values;
};

// Its limiter may be used by any thread; the rest never changes.
struct EnforcedLimit {
  config::Limit config;
  std::string policy;  // its member of RateLimit-Policy; empty when it changes with time or there is none
  bool holds = false;  // what it takes is settled later: `charge` by status, a place until the stream's end, tokens
  std::vector<ReadyCondition> when;
  limiter::KeySet only;              // empty: every key
  std::optional<TokenPrice> tokens;  // none: it counts requests
  mutable Limiter limiter;
  api::LimitMetrics& metrics;
  std::shared_ptr<const alerts::LimitAlerts> alerts{};  // null: it has none
  std::uint32_t recorded = 0;                           // what analytics know it as (analytics::LimitId)
};

// Limits of which the first that applies counts alone; nearly always one.
using FirstMatch = std::vector<const EnforcedLimit*>;

// The limits of a route, looked up once for each Runtime.
struct RouteLimits {
  std::string name;      // of the route
  std::string upstream;  // its name
  std::vector<FirstMatch> limits;
  std::string policy;  // RateLimit-Policy when every limit applies; empty when it changes with time or request
  std::vector<std::shared_ptr<const EnforcedLimit>> owners;  // of all that `limits` names
  std::optional<ModelRoute> model;                           // its upstream is one
  bool looks_at_model = false;                               // a limit does, or counts tokens
};

// Throws std::exception with a sentence that says what can't be used.
[[nodiscard]] EnforcedLimit enforce(config::Limit limit, const config::Prices& prices, Limiter limiter,
                                    api::LimitMetrics& metrics);

// Whether a limiter made for one of them serves the other as well. What is not of the limiter (key, when, cost, how it
// refuses) may differ.
[[nodiscard]] bool same_limiter(const config::Limit& one, const config::Limit& other);

}  // namespace weir::gateway
