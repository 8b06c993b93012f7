#include "api/routes.hpp"

#include <array>

namespace weir::api {
namespace {

constexpr auto table = std::to_array<Route>({
    {"POST", "/api/v1/limit", decide},
    {"GET", "/api/v1/limits", list_limits},
    {"GET", "/api/v1/limits/{name}/keys/{key}", remaining},
    {"DELETE", "/api/v1/limits/{name}/keys/{key}", reset_key},
    {"GET", "/api/v1/limits/{name}/keys", remaining},
    {"DELETE", "/api/v1/limits/{name}/keys", reset_key},
    {"POST", "/api/v1/limits/{name}/reset", reset_limit},
    {"GET", "/api/v1/limits/{name}/rate", rate},
    {"PUT", "/api/v1/limits/{name}/rate", set_rate},
    {"DELETE", "/api/v1/limits/{name}/rate", clear_rate},
    {"GET", "/api/v1/limits/{name}/keys/{key}/rate", rate},
    {"PUT", "/api/v1/limits/{name}/keys/{key}/rate", set_rate},
    {"DELETE", "/api/v1/limits/{name}/keys/{key}/rate", clear_rate},
    {"GET", "/api/v1/deny", list_denied},
    {"PUT", "/api/v1/deny/{value}", deny},
    {"DELETE", "/api/v1/deny/{value}", undeny},
    {"POST", "/api/v1/reservations", reserve},
    {"POST", "/api/v1/reservations/{id}/settle", settle},
    {"DELETE", "/api/v1/reservations/{id}", release},
    {"GET", "/api/v1/analytics/usage", analytics_usage},
    {"GET", "/api/v1/analytics/top", analytics_top},
    {"GET", "/api/v1/analytics/tokens", analytics_tokens},
    {"GET", "/api/v1/analytics/lambda", analytics_lambda},
    {"GET", "/api/v1/analytics/stream", analytics_stream},
    {"POST", "/api/v1/alerts/test", send_sample},
    {"GET", "/metrics", metrics_page},
    {"GET", "/healthz", healthz},
    {"GET", "/readyz", readyz},
    {"GET", "/openapi.json", openapi},
});

}  // namespace

std::span<const Route> routes() { return table; }

}  // namespace weir::api
