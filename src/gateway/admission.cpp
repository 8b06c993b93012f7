#include "gateway/admission.hpp"

#include "gateway/cost_header.hpp"
#include "gateway/key_source.hpp"
#include "gateway/rate_limit_headers.hpp"

#include <boost/container/small_vector.hpp>

#include <algorithm>
#include <array>
#include <memory_resource>
#include <span>
#include <string>

namespace weir::gateway {

namespace {

// Limits of one request, in the route's order; so many need no allocation.
template <class Item>
using PerLimit = boost::container::small_vector<Item, 4>;

// Those limits of a route that apply to a request, ready to be decided.
struct Asked {
  PerLimit<const EnforcedLimit*> limits;
  PerLimit<Check> checks;
  bool holds = false;                  // one of them is settled later
  std::unique_ptr<Refusal> malformed;  // the request can't be decided at all
};

std::unique_ptr<Refusal> refused(Refusal::Cause cause, int status, std::string detail) {
  auto refusal = std::make_unique<Refusal>();
  refusal->cause = cause;
  refusal->status = status;
  refusal->detail = std::move(detail);
  return refusal;
}

std::unique_ptr<Refusal> missing_part(const config::Limit& limit, const config::KeySource& part) {
  return refused(Refusal::Cause::malformed, 400,
                 "The request has no " + describe(part) + ", which limit " + limit.name + " needs.");
}

std::unique_ptr<Refusal> wrong_cost(const config::Limit& limit, const std::string& header, CostError error) {
  const std::string where = "The header " + header + " must name the request's cost for limit " + limit.name +
                            ": a whole number from 0 to 2^53 - 1.";
  return error == CostError::not_a_number ? refused(Refusal::Cause::malformed, 400, where)
                                          : refused(Refusal::Cause::out_of_range, 422, where);
}

// A shadow limit never refuses: what it can't read does not concern it.
Asked ask(const Request& request, const RouteLimits& route, std::pmr::memory_resource& memory) {
  Asked asked;
  for (const FirstMatch& first : route.limits) {
    const EnforcedLimit* limit = first.front();
    const config::Limit& config = limit->config;
    const KeyText key = key_text(config.key, request, route.name, memory);
    if (key.missing != nullptr) {
      if (config.missing == config::Missing::skip || config.shadow) continue;
      asked.malformed = missing_part(config, *key.missing);
      return asked;
    }
    std::int64_t cost = config.cost;
    if (config.cost_header) {
      const auto requested = requested_cost(request, *config.cost_header, config.cost);
      if (!requested && config.shadow) continue;
      if (!requested) {
        asked.malformed = wrong_cost(config, *config.cost_header, requested.error());
        return asked;
      }
      cost = *requested;
    }
    asked.holds = asked.holds || limit->holds;
    asked.limits.push_back(limit);
    asked.checks.emplace_back(limit->limiter, Key(key.text), cost);
  }
  return asked;
}

// What the answer may show: shadow limits stay unseen, and `unlimited` is no policy. `overriding` keeps the rules of
// limits that have other ones for some keys.
PerLimit<LimitState> visible(const Asked& asked, std::span<const Decision> decisions, PerLimit<Rule>& overriding) {
  PerLimit<LimitState> states;
  overriding.reserve(decisions.size());
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    const config::Limit& config = asked.limits[i]->config;
    const std::optional<std::int64_t>& capacity = decisions[i].limit;
    if (config.shadow || !capacity) continue;
    const Rule* rule = &config.rule;
    if (!config.overrides.empty()) {
      rule = &overriding.emplace_back(asked.limits[i]->limiter.rate(asked.checks[i].key).rule);
    }
    states.push_back({.name = config.name, .capacity = *capacity, .decision = &decisions[i], .rule = rule});
  }
  return states;
}

void add_headers(AnswerHeaders& headers, const Asked& asked, std::span<const Decision> decisions,
                 const RouteLimits& route, const Runtime& runtime, std::optional<std::int64_t> retry_after) {
  PerLimit<Rule> overriding;
  const PerLimit<LimitState> states = visible(asked, decisions, overriding);
  const bool all_apply = asked.limits.size() == route.limits.size() &&
                         std::ranges::all_of(decisions, [](const Decision& one) { return one.limit.has_value(); });
  add_rate_limit_headers(headers, runtime.responses(), states, runtime.now(),
                         all_apply ? std::string_view(route.policy) : std::string_view{}, retry_after);
}

bool store_is_down(const Decision& decision) {
  return decision.reason == Reason::store_down || decision.reason == Reason::store_timeout;
}

// Seconds until the same request passes. The largest of all counts; concurrency can't know and hints at one.
std::optional<std::int64_t> retry_after(const Asked& asked, std::span<const Decision> decisions) {
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

std::unique_ptr<Refusal> refusal_of(const Asked& asked, std::span<const Decision> decisions, const RouteLimits& route,
                                    const Runtime& runtime) {
  const auto by = [&](auto matches) { return std::ranges::find_if(decisions, matches); };
  if (const auto denied = by([](const Decision& one) { return !one.allowed && one.reason == Reason::denied; });
      denied != decisions.end()) {
    return refused(Refusal::Cause::denied, 403, "This client is denied.");
  }
  const auto seconds = retry_after(asked, decisions);
  if (by([](const Decision& one) { return !one.allowed && store_is_down(one); }) != decisions.end()) {
    auto refusal = refused(Refusal::Cause::store_down, 503, "Limits can't be decided at the moment; retry later.");
    refusal->retry_after = seconds;
    return refusal;
  }
  auto refusal = std::make_unique<Refusal>();
  refusal->retry_after = seconds;
  const config::Limit* first = nullptr;  // its status and message are those of the answer
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    if (decisions[i].allowed) continue;
    const config::Limit& limit = asked.limits[i]->config;
    if (first == nullptr) first = &limit;
    refusal->violated.emplace_back(limit.name);
  }
  refusal->status = first == nullptr ? 429 : first->reject_status;
  refusal->detail = first == nullptr || first->reject_message.empty() ? limited_detail(refusal->violated, seconds)
                                                                      : first->reject_message;
  add_headers(refusal->headers, asked, decisions, route, runtime, seconds);
  return refusal;
}

Admission hold(const Asked& asked, const RouteLimits& route, const Runtime& runtime) {
  Admission admission;
  auto reservation = reserve_all(std::span(asked.checks.data(), asked.checks.size()), {.lease = route.lease});
  if (!reservation) {
    admission.refusal = refusal_of(asked, reservation.error().decisions, route, runtime);
    return admission;
  }
  add_headers(admission.headers, asked, reservation->decisions(), route, runtime, std::nullopt);
  std::vector<std::int64_t> used;
  for (std::size_t i = 0; i < asked.checks.size(); ++i) {
    const bool place = asked.limits[i]->config.rule.algorithm == Algorithm::concurrency;
    used.push_back(place ? 0 : asked.checks[i].cost);
  }
  admission.hold = std::make_unique<Hold>(std::move(*reservation), std::move(used));
  return admission;
}

}  // namespace

Admission admit(const Request& request, const RouteLimits& route, const Runtime& runtime) {
  std::array<std::byte, 512> on_stack;
  std::pmr::monotonic_buffer_resource memory(on_stack.data(), on_stack.size());
  Asked asked = ask(request, route, memory);
  Admission admission;
  admission.refusal = std::move(asked.malformed);
  if (admission.refusal || asked.checks.empty()) return admission;
  if (asked.holds) return hold(asked, route, runtime);

  PerLimit<Decision> decisions(asked.checks.size());
  const std::span<const Decision> decided(decisions.data(), decisions.size());
  if (limit_all(std::span(asked.checks.data(), asked.checks.size()), std::span(decisions.data(), decisions.size()))) {
    add_headers(admission.headers, asked, decided, route, runtime, std::nullopt);
  } else {
    admission.refusal = refusal_of(asked, decided, route, runtime);
  }
  return admission;
}

}  // namespace weir::gateway
