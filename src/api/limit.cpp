// limit.cpp: POST /api/v1/limit, one decision over one limit or several.
#include "api/call.hpp"
#include "api/checks.hpp"
#include "api/decision_json.hpp"
#include "api/metrics.hpp"
#include "limiter/store_handle.hpp"

#include <algorithm>
#include <utility>

namespace weir::api {
namespace {

void decide_all(const Service& service, std::span<const GivenCheck> checks, std::span<Decision> decisions,
                std::string_view id) {
  const Sorted sorted = sort_out(service, checks, decisions);
  if (sorted.denied || sorted.asked.empty()) return;
  if (sorted.asked.size() == checks.size()) {
    limit_all(sorted.asked, decisions, id);
    return;
  }
  const AllDecision all = limit_all(sorted.asked, id);
  for (std::size_t at = 0; at < sorted.places.size(); ++at) decisions[sorted.places[at]] = all.decisions[at];
}

}  // namespace

Response decide(const Call& call) {
  auto body = read_object(call.request);
  if (!body) return std::move(body.error());
  if (auto known = only_members(*body, {"limit", "key", "cost", "checks", "id"}); !known) {
    return std::move(known.error());
  }
  auto id = read_id(*body);
  if (!id) return std::move(id.error());
  auto given = read_checks(call.service, *body, "cost", 1 - max_count);
  if (!given) return std::move(given.error());
  for (const GivenCheck& check : given->checks) {
    if (check.limit.config->rule.algorithm != Algorithm::concurrency) continue;
    return problem(422, "Limit " + check.limit.config->name +
                            " counts what is held at once: hold a reservation (POST /api/v1/reservations).");
  }
  std::vector<Decision> decisions(given->checks.size());
  const auto start = std::chrono::steady_clock::now();
  decide_all(call.service, given->checks, decisions, *id);
  call.service.metrics()
      .decision_seconds_of(call.service.store().impl().room->immediate())
      .record(std::chrono::steady_clock::now() - start);
  count(call.service, given->checks, decisions);
  if (auto answered = decided(decisions); !answered) return std::move(answered.error());
  return json_response(200, decision_body(decisions, given->as_list));
}

}  // namespace weir::api
