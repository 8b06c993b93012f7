#include "gateway/asked_limits.hpp"

#include "gateway/cost_header.hpp"
#include "gateway/key_source.hpp"

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
  if (config.cost_header) {
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
  for (const FirstMatch& list : route.limits) {
    for (const EnforcedLimit* limit : list) {
      if (ask(*limit, request, route, memory, asked)) break;
    }
    if (asked.malformed) break;
  }
  return asked;
}

}  // namespace weir::gateway
