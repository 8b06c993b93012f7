// pages.cpp: what machines look at: metrics, health, and the description of the API itself.
#include "analytics/recorder.hpp"
#include "api/call.hpp"
#include "api/metrics.hpp"
#include "api/openapi.hpp"
#include "limiter/store_handle.hpp"

namespace weir::api {

Response metrics_page(const Call& call) {
  const analytics::Recorder* analytics = call.service.analytics();
  const alerts::Delivery* alerts = call.service.alerts();
  const StoreStatistics store = call.service.store().statistics();
  return {.content_type = "text/plain; version=0.0.4; charset=utf-8",
          .body = call.service.metrics().text(
              {.store = call.service.store().health(),
               .in_memory = call.service.store().impl().room->immediate(),
               .holds_lost = call.service.holds_lost(),
               .evictions = store.evictions,
               .keys = store.keys,
               .owed = store.owed,
               .unsettled = store.unsettled,
               .forgiven = store.forgiven,
               .analytics_dropped = analytics == nullptr ? 0 : analytics->dropped(),
               .alerts = alerts == nullptr ? std::vector<alerts::Told>() : alerts->told()})};
}

// The process answers.
Response healthz(const Call&) { return json_response(200, "{\"status\":\"ok\"}\n"); }

// Requests can be decided: with `on_error: deny` that needs the store.
Response readyz(const Call& call) {
  const bool up = call.service.store_up();
  const bool ready = up || call.service.on_error() != config::Store::OnError::deny;
  std::string body = R"({"status":")";
  body.append(ready ? "ready" : "not ready").append(R"(","store":")").append(up ? "up" : "down").append("\"}\n");
  return json_response(ready ? 200 : 503, std::move(body));
}

Response openapi(const Call&) { return json_response(200, std::string(openapi_text)); }

}  // namespace weir::api
