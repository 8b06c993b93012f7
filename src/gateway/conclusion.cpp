#include "gateway/conclusion.hpp"

#include "gateway/model/model_facts.hpp"
#include "gateway/model/standings.hpp"
#include "gateway/outcomes.hpp"
#include "gateway/rate_limit_headers.hpp"
#include "gateway/recorded.hpp"
#include "limiter/limiter_impl.hpp"
#include "usage/refusal/rate_headers.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace weir::gateway {

namespace {

using std::chrono::nanoseconds;
using Decisions = std::span<const Decision>;

// Its own rule alone holds for every key: no override, no rate at run time.
bool is_plain(const EnforcedLimit& limit) { return limit.limiter.impl()->plain.load(std::memory_order_acquire); }

void add_headers(AnswerHeaders& headers, const AskedLimits& asked, Decisions decisions, const RouteLimits& route,
                 const Runtime& runtime, std::optional<std::int64_t> retry_after) {
  if (runtime.responses().headers == config::Responses::Headers::none) return;
  PerLimit<Rule> others;  // that decided instead of the limits' own
  others.reserve(decisions.size());
  PerLimit<LimitState> states;
  bool as_configured = asked.limits.size() == route.limits.size();
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    const EnforcedLimit& limit = *asked.limits[i];
    const Rule* rule = &limit.config.rule;
    if (!limit.config.shadow && !is_plain(limit)) {
      rule = &others.emplace_back(limit.limiter.rate(asked.checks[i].key).rule);
      as_configured = as_configured && *rule == limit.config.rule && decisions[i].limit.has_value();
    }
    add_state(states, limit, decisions[i], *rule);
  }
  add_rate_limit_headers(headers, runtime.responses(), {states.data(), states.size()}, runtime.now(),
                         as_configured ? std::string_view(route.policy) : std::string_view{}, retry_after);
}

// Nobody decided. (What stands in for a store that is away gives the same reasons, and knows the limit.)
bool store_is_down(const Decision& decision) {
  if (decision.limit) return false;
  return decision.reason == Reason::store_down || decision.reason == Reason::store_timeout;
}

// Seconds until the same request passes. The largest of all counts; concurrency can't know and hints at one.
std::optional<std::int64_t> retry_after(const AskedLimits& asked, Decisions decisions) {
  std::int64_t seconds = 1;
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    const Decision& decision = decisions[i];
    if (decision.allowed) continue;
    if (decision.retry_after) {
      seconds = std::max(seconds, whole_seconds(*decision.retry_after));
    } else if (asked.limits[i]->config.rule.algorithm != Algorithm::concurrency ||
               decision.reason == Reason::cost_above_limit) {
      if (!store_is_down(decision)) return std::nullopt;
    }
  }
  return seconds;
}

// The time after which the request is asked again, when each limit that refuses lets it wait so long. Who has waited
// for long among many sleeps longer, so that a crowd is not woken for each single place.
std::optional<nanoseconds> wait(const AskedLimits& asked, Decisions decisions, const Patience& patience) {
  if (!patience.may_wait) return std::nullopt;
  nanoseconds longest = patience.waited / 4;
  nanoseconds most = nanoseconds::max();
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    const Decision& decision = decisions[i];
    if (decision.allowed) continue;
    const nanoseconds left = asked.limits[i]->config.wait - patience.waited;
    if (!decision.retry_after || *decision.retry_after > left) return std::nullopt;
    longest = std::max(longest, *decision.retry_after);
    most = std::min(most, left);
  }
  return std::min(longest, most);
}

std::unique_ptr<Refusal> refusal_of(const AskedLimits& asked, Decisions decisions, const RouteLimits& route,
                                    const Runtime& runtime) {
  const auto refused_by = [&](auto matches) {
    return std::ranges::any_of(decisions, [&](const Decision& one) { return !one.allowed && matches(one); });
  };
  if (refused_by([](const Decision& one) { return one.reason == Reason::denied; })) return denial();
  auto refusal = std::make_unique<Refusal>();
  refusal->retry_after = retry_after(asked, decisions);
  if (refused_by(store_is_down)) {
    refusal->cause = Refusal::Cause::store_down;
    refusal->status = 503;
    refusal->detail = "Limits can't be decided at the moment; retry later.";
    return refusal;
  }
  const config::Limit* first = nullptr;  // its status and message are those of the answer
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    if (decisions[i].allowed) continue;
    const config::Limit& limit = asked.limits[i]->config;
    if (first == nullptr) first = &limit;
    refusal->violated.emplace_back(limit.name);
  }
  refusal->status = first == nullptr ? 429 : first->reject_status;
  refusal->detail = first == nullptr || first->reject_message.empty()
                        ? limited_detail(refusal->violated, refusal->retry_after)
                        : first->reject_message;
  add_headers(refusal->headers, asked, decisions, route, runtime, refusal->retry_after);
  if (asked.model != nullptr) {
    refusal->model = model_refusal(asked, decisions, *asked.model, runtime.now(), refusal->retry_after);
  }
  return refusal;
}

}  // namespace

void add_state(PerLimit<LimitState>& states, const EnforcedLimit& limit, const Decision& decision, const Rule& rule) {
  if (limit.config.shadow || !decision.limit) return;
  states.push_back({.name = limit.config.name, .capacity = *decision.limit, .decision = &decision, .rule = &rule});
}

Admission conclusion(bool allowed, const AskedLimits& asked, Decisions decisions, const RouteLimits& route,
                     const Runtime& runtime, const Patience& patience, Told* told) {
  Admission admission;
  if (!allowed) {
    admission.wait = wait(asked, decisions, patience);
    if (admission.wait) return admission;
  }
  count_outcomes(asked, decisions, allowed);
  record_decisions(runtime, asked, decisions, allowed);
  see_alerts(asked, decisions, allowed, runtime);
  if (told != nullptr) *told = told_of(asked, decisions, allowed);
  if (allowed) {
    if (asked.model != nullptr) admission.keys = keys_of(asked);
    add_headers(admission.headers, asked, decisions, route, runtime, std::nullopt);
    if (asked.model != nullptr && runtime.responses().headers != config::Responses::Headers::none) {
      const Instant now = runtime.now();
      admission.model_headers = usage::rate_headers(asked.model->protocol, standings(asked, decisions, now), now);
    }
  } else {
    admission.refusal = refusal_of(asked, decisions, route, runtime);
  }
  return admission;
}

std::unique_ptr<Hold> hold_of(Reservation reservation, const AskedLimits& asked, const Runtime& runtime,
                              HeldLeases* leases) {
  std::vector<Held> held;
  held.reserve(asked.checks.size());
  for (std::size_t i = 0; i < asked.checks.size(); ++i) {
    const Check& check = asked.checks[i];
    held.push_back({.limit = asked.limits[i], .cost = check.cost, .rule = check.limiter->rate(check.key).rule});
  }
  return std::make_unique<Hold>(std::move(reservation), std::move(held), leases,
                                Charging{.recorder = &runtime.lasting()->recorder, .clock = runtime.clock()});
}

std::unique_ptr<Refusal> denial() {
  auto refusal = std::make_unique<Refusal>();
  refusal->cause = Refusal::Cause::denied;
  refusal->status = 403;
  refusal->detail = "This client is denied.";
  return refusal;
}

}  // namespace weir::gateway
