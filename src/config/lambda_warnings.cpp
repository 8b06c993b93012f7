#include "config/lambda_warnings.hpp"

#include "config/address.hpp"
#include "config/duration.hpp"
#include "config/shown.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace weir::config {
namespace {

bool may_retry(const lambda::RetryPolicy& policy) {
  return policy.attempts > 1 && policy.budget >= lambda::least_back_off;
}

void warn_of_retries(const Upstream& upstream, std::vector<Warning>& warnings) {
  const lambda::RetryPolicy& policy = upstream.lambda->retry;
  const std::string budget = spell(policy.budget);
  if (policy.attempts == 1 && policy.budget != lambda::RetryPolicy().budget) {
    warnings.push_back({upstream.place, "the function of " + in_quotes(upstream.name) +
                                            " has one attempt, so that its " + "'budget' of " + budget +
                                            " has no effect"});
  }
  if (policy.attempts > 1 && !may_retry(policy)) {
    warnings.push_back({upstream.place, "no retry of the function of " + in_quotes(upstream.name) +
                                            " fits into a 'budget' of " + budget + ": the least that one waits is " +
                                            spell(lambda::least_back_off) + "; give it more, or write attempts: 1"});
  }
}

void warn_of_calls_in_the_clear(const Upstream& upstream, std::vector<Warning>& warnings) {
  if (upstream.tls || is_this_machine(upstream.host)) return;
  warnings.push_back({upstream.place, "calls of the function of " + in_quotes(upstream.name) +
                                          " go over plain http: whoever is on the way reads them, and can answer in "
                                          "Lambda's place; use https"});
}

// Envoy makes the connection itself, without authorities to check it against, and puts its own in the place of a
// cluster that has some (seen with 1.40).
void warn_of_an_unverified_role(const Upstream& upstream, std::vector<Warning>& warnings) {
  if (upstream.lambda->credentials.role_arn.empty()) return;
  warnings.push_back({upstream.place, "Envoy assumes the role of " + in_quotes(upstream.name) +
                                          " without verifying the certificate of AWS STS: whoever is on the way there "
                                          "could read the credentials that it gets; prefer a profile, or an "
                                          "environment, that has the role already"});
}

void warn_of_a_timeout_before_the_budget(const Route& route, const Upstream& upstream, std::vector<Warning>& warnings) {
  const lambda::RetryPolicy& policy = upstream.lambda->retry;
  if (route.timeout <= std::chrono::nanoseconds(0) || route.timeout > policy.budget || !may_retry(policy)) return;
  warnings.push_back({route.place, "this route's 'timeout' of " + spell(route.timeout) +
                                       " ends a request before the retries of " + in_quotes(upstream.name) +
                                       " do, which have " + spell(policy.budget) +
                                       " ('budget'): a throttled call may become a 504"});
}

}  // namespace

void warn_of_lambda(const Config& config, std::vector<Warning>& warnings) {
  for (const Upstream& upstream : config.upstreams) {
    if (!upstream.lambda) continue;
    warn_of_retries(upstream, warnings);
    warn_of_calls_in_the_clear(upstream, warnings);
    warn_of_an_unverified_role(upstream, warnings);
  }
  for (const Route& route : config.routes) {
    const auto upstream = std::ranges::find(config.upstreams, route.upstream, &Upstream::name);
    if (upstream == config.upstreams.end() || !upstream->lambda) continue;
    warn_of_a_timeout_before_the_budget(route, *upstream, warnings);
  }
}

}  // namespace weir::config
