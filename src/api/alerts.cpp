// alerts.cpp: POST /api/v1/alerts/test, a sample to the webhooks of a limit.
#include "alerts/alerts.hpp"
#include "api/analytics_range.hpp"
#include "api/call.hpp"

#include <optional>
#include <string>
#include <utility>

namespace weir::api {

Response send_sample(const Call& call) {
  auto given = read_once(call, "limit");
  if (!given) return std::move(given.error());
  const std::optional<std::string>& name = *given;
  if (!name || name->empty()) return problem(400, "'limit' is missing in the query: whose alerts to test.");
  auto limit = limit_named(call.service, *name);
  if (!limit) return std::move(limit.error());
  if (limit->alerts == nullptr) return problem(404, "Limit " + *name + " has no alerts.");
  const Rule& rule = limit->config->rule;
  const std::size_t all = limit->alerts->watches().size();
  const std::size_t queued = limit->alerts->send_samples(rule.burst > 0 ? rule.burst : rule.count, call.service.now());
  if (queued == 0) return problem(503, "No sample was sent: too many alerts wait to be told.");
  return json_response(202, R"({"limit":")" + *name + R"(","alerts":)" + std::to_string(all) + R"(,"queued":)" +
                                std::to_string(queued) + "}\n");
}

}  // namespace weir::api
