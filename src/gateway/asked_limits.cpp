#include "gateway/asked_limits.hpp"

#include "gateway/cost_header.hpp"
#include "gateway/key_source.hpp"
#include "gateway/model/model_facts.hpp"
#include "gateway/model/standings.hpp"
#include "limiter/local_share.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

namespace weir::gateway {

namespace {

using Memory = std::pmr::memory_resource;

std::unique_ptr<Refusal> malformed(Refusal::Cause cause, int status, std::string detail) {
  auto refusal = std::make_unique<Refusal>();
  refusal->cause = cause;
  refusal->status = status;
  refusal->detail = std::move(detail);
  return refusal;
}

std::unique_ptr<Refusal> missing_part(const config::Limit& limit, const config::KeySource& part) {
  return malformed(Refusal::Cause::malformed, 400,
                   "The request has no " + describe(part) + ", which limit " + limit.name + " needs.");
}

std::unique_ptr<Refusal> wrong_cost(const config::Limit& limit, const std::string& header, CostError error) {
  std::string where = "The header " + header + " must name the request's cost for limit " + limit.name +
                      ": a whole number from 0 to 2^53 - 1.";
  return error == CostError::not_a_number ? malformed(Refusal::Cause::malformed, 400, std::move(where))
                                          : malformed(Refusal::Cause::out_of_range, 422, std::move(where));
}

// The most that the limit ever has for this key; nothing: unlimited.
std::optional<std::int64_t> capacity_of(const EnforcedLimit& limit, Key key) {
  const Rule rule = limit.limiter.rate(key).rule;
  if (rule.algorithm == Algorithm::unlimited) return std::nullopt;
  return limiter::is_bucket(rule) && rule.burst > 0 ? rule.burst : rule.count;
}

// No waiting helps: it is refused as limited, and the upstream is not asked.
std::unique_ptr<Refusal> never_granted(const EnforcedLimit& limit, const ModelFacts& facts, std::int64_t amount,
                                       std::int64_t capacity) {
  auto refusal = malformed(Refusal::Cause::limited, limit.config.reject_status,
                           "The request may take more than the limit " + limit.config.name +
                               " ever grants; ask for fewer output tokens or send a shorter prompt.");
  refusal->violated.emplace_back(limit.config.name);
  const usage::Standing standing{.unit = limit.config.tokens.unit, .limit = capacity, .remaining = capacity};
  refusal->model = std::make_shared<ModelRefusal>(ModelRefusal{.limit = limit.config.name,
                                                               .model = facts.model,
                                                               .message = limit.config.reject_message,
                                                               .refused = {.standing = standing, .requested = amount},
                                                               .standings = {}});
  refusal->model->refused.impossible = true;
  return refusal;
}

bool holds(const ReadyCondition& condition, const Request& request, const RouteLimits& route, Memory& memory) {
  const std::string_view part = part_of_key(condition.source, request, route.name, memory);
  return !part.empty() && condition.values.find(part, Instant{});
}

// Whether the limit applies and is asked now, or makes the request malformed.
bool ask(const EnforcedLimit& limit, const Request& request, const RouteLimits& route, Memory& memory,
         AskedLimits& asked) {
  const config::Limit& config = limit.config;
  if (!std::ranges::all_of(limit.when, [&](const auto& one) { return holds(one, request, route, memory); })) {
    return false;
  }
  const KeyText key = key_text(config.key, request, route.name, memory);
  if (key.missing != nullptr) {
    if (config.missing == config::Missing::skip || config.shadow) return false;
    asked.malformed = missing_part(config, *key.missing);
    return true;
  }
  if (!limit.only.empty() && !limit.only.find(key.text, Instant{})) return false;
  std::int64_t cost = config.cost;
  if (limit.tokens) {
    const ModelFacts* facts = request.model_facts();
    if (facts == nullptr) return false;  // nothing is asked of a model
    const auto capacity = capacity_of(limit, Key(key.text));
    const usage::Hold hold =
        usage::hold(limit.tokens->tariff(facts->model), limit.tokens->reserve(), facts->asked, capacity);
    if (hold.impossible && config.shadow) return false;
    if (hold.impossible) {
      asked.malformed = never_granted(limit, *facts, hold.amount, *capacity);
      return true;
    }
    cost = hold.amount;
  } else if (config.cost_header) {
    const auto requested = requested_cost(request, *config.cost_header, config.cost);
    if (!requested && config.shadow) return false;
    if (!requested) {
      asked.malformed = wrong_cost(config, *config.cost_header, requested.error());
      return true;
    }
    cost = *requested;
  }
  asked.holds = asked.holds || limit.holds;
  asked.limits.push_back(&limit);
  asked.checks.emplace_back(limit.limiter, Key(key.text), cost);
  return true;
}

}  // namespace

AskedLimits asked_limits(const Request& request, const RouteLimits& route, Memory& memory) {
  AskedLimits asked;
  asked.model = request.model_facts();
  for (const FirstMatch& list : route.limits) {
    for (const EnforcedLimit* limit : list) {
      if (ask(*limit, request, route, memory, asked)) break;
    }
    if (asked.malformed) break;
  }
  return asked;
}

}  // namespace weir::gateway
