#include "gateway/runtime.hpp"

#include "gateway/rate_limit_headers.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace weir::gateway {

namespace {

// The limiter's pattern language: `\` makes the next character plain.
std::string pattern_text(const config::Pattern& pattern) {
  if (pattern.kind == config::Pattern::Kind::regex) {
    throw std::runtime_error("regular expressions (~" + pattern.text + ") are not available in the gateway yet");
  }
  if (pattern.kind != config::Pattern::Kind::exact) return pattern.text;
  std::string escaped;
  for (const char c : pattern.text) {
    if (c == '*' || c == '?' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::vector<std::string> pattern_texts(const std::vector<config::Pattern>& patterns) {
  std::vector<std::string> texts;
  texts.reserve(patterns.size());
  for (const config::Pattern& pattern : patterns) texts.push_back(pattern_text(pattern));
  return texts;
}

OnError on_error(config::Store::OnError choice) {
  switch (choice) {
    case config::Store::OnError::local:
      return OnError::local;
    case config::Store::OnError::allow:
      return OnError::allow;
    case config::Store::OnError::deny:
      return OnError::deny;
  }
  return OnError::local;
}

Limiter make_limiter(const config::Limit& limit, const config::Store& settings, std::shared_ptr<Store> store) {
  Options options;
  options.name = limit.name;
  options.store = std::move(store);
  options.prefix = limit.prefix;
  options.shadow = limit.shadow;
  for (const auto& [pattern, rule] : limit.overrides) options.overrides.push_back({pattern_text(pattern), rule});
  options.allow = pattern_texts(limit.allow);
  options.deny = pattern_texts(limit.deny);
  options.on_error = on_error(settings.on_error);
  options.timeout = settings.timeout;
  options.rejection_cache = static_cast<std::size_t>(std::max<std::int64_t>(settings.rejection_cache, 0));
  return Limiter(limit.rule, std::move(options));
}

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
      Limiter limiter = make_limiter(limit, settings.store, store_);
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
