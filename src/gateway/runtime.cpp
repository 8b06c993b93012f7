#include "gateway/runtime.hpp"

#include "gateway/enforced_limiter.hpp"
#include "gateway/rate_limit_headers.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace weir::gateway {

namespace {

// Months and years differ in length; overrides differ by key.
std::string lasting_policy(const config::Limit& limit) {
  const Rule& rule = limit.rule;
  if (rule.algorithm == Algorithm::unlimited || rule.period.kind() != Period::Kind::fixed || !limit.overrides.empty()) {
    return {};
  }
  const bool bucket = rule.algorithm == Algorithm::token_bucket || rule.algorithm == Algorithm::interval_bucket ||
                      rule.algorithm == Algorithm::gcra;
  const std::int64_t capacity = bucket && rule.burst > 0 ? rule.burst : rule.count;
  return policy_member(limit.name, capacity, window_seconds(rule, Instant{}));
}

std::shared_ptr<Runtime>& installed() {
  static std::shared_ptr<Runtime> runtime;
  return runtime;
}

}  // namespace

Runtime::Runtime(Settings settings, Clock* clock)
    : clock_(clock),
      responses_(std::move(settings.responses)),
      store_(memory_store({.max_keys = settings.store.max_keys, .clock = clock})) {
  for (config::Limit& limit : settings.limits) {
    try {
      Limiter limiter = enforced_limiter(limit, settings.store, store_);
      std::string policy = lasting_policy(limit);
      limits_.push_back({std::move(limit), std::move(policy), std::move(limiter)});
    } catch (const std::exception& error) {
      throw std::runtime_error("limit '" + limit.name + "': " + error.what());
    }
  }
}

RouteLimits Runtime::limits_of(const RouteSettings& route) const {
  if (route.limits.size() > max_checks) {
    throw std::runtime_error("route '" + route.name + "' has " + std::to_string(route.limits.size()) +
                             " limits; at most " + std::to_string(max_checks) + " can be decided as one");
  }
  RouteLimits found{.name = route.name, .limits = {}, .policy = {}, .holds = false, .lease = route.lease};
  bool lasting = true;
  for (const std::vector<std::string>& names : route.limits) {
    const std::string& name = names.front();
    const auto limit = std::ranges::find(limits_, name, [](const EnforcedLimit& one) { return one.config.name; });
    if (limit == limits_.end())
      throw std::runtime_error("route '" + route.name + "': no limit is named '" + name + "'");
    found.limits.push_back(&*limit);
    found.holds = found.holds || limit->config.rule.algorithm == Algorithm::concurrency;
    if (limit->config.shadow) continue;
    lasting = lasting && !limit->policy.empty();
    found.policy.append(found.policy.empty() ? "" : ",").append(limit->policy);
  }
  if (!lasting) found.policy.clear();
  return found;
}

const std::shared_ptr<Runtime>& Runtime::current() { return installed(); }
void Runtime::install(std::shared_ptr<Runtime> runtime) { installed() = std::move(runtime); }

}  // namespace weir::gateway
