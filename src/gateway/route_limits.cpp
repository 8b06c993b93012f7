#include "gateway/route_limits.hpp"

#include "gateway/pattern_text.hpp"
#include "gateway/rate_limit_headers.hpp"

#include <stdexcept>
#include <tuple>

namespace weir::gateway {

namespace {

limiter::KeySet key_set(const std::vector<config::Pattern>& patterns) {
  limiter::KeySet set;
  for (const config::Pattern& pattern : patterns) {
    if (const auto added = set.add(pattern_text(pattern)); !added) throw std::runtime_error(added.error());
  }
  return set;
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

auto overrides_of(const config::Limit& limit) {
  std::vector<std::pair<std::string, Rule>> overrides;
  for (const auto& [pattern, rule] : limit.overrides) overrides.emplace_back(pattern_text(pattern), rule);
  return overrides;
}

}  // namespace

EnforcedLimit enforce(config::Limit limit, const config::Prices& prices, Limiter limiter, api::LimitMetrics& metrics) {
  std::vector<ReadyCondition> when;
  for (const config::Condition& condition : limit.when) when.push_back({condition.source, key_set(condition.values)});
  limiter::KeySet only = key_set(limit.only);
  std::string policy = lasting_policy(limit);
  const bool counts_tokens = limit.tokens.counts();
  std::optional<TokenPrice> tokens;
  if (counts_tokens) tokens.emplace(limit.tokens, prices);
  const bool holds = counts_tokens || !limit.charge.empty() || limit.rule.algorithm == Algorithm::concurrency;
  return {.config = std::move(limit),
          .policy = std::move(policy),
          .holds = holds,
          .when = std::move(when),
          .only = std::move(only),
          .tokens = std::move(tokens),
          .limiter = std::move(limiter),
          .metrics = metrics};
}

bool same_limiter(const config::Limit& one, const config::Limit& other) {
  return std::tie(one.name, one.prefix, one.rule, one.shadow, one.mode) ==
             std::tie(other.name, other.prefix, other.rule, other.shadow, other.mode) &&
         overrides_of(one) == overrides_of(other) && pattern_texts(one.allow) == pattern_texts(other.allow) &&
         pattern_texts(one.deny) == pattern_texts(other.deny);
}

}  // namespace weir::gateway
