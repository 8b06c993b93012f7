// limits_filter.hpp: `weir_limits`, the filter that asks a route's limits before a request goes on.
//
// On a request it decides and lets pass, holds it for a while, or answers itself. On the answer, whoever gives it (the
// upstream, or Envoy because the upstream is away), it adds what the limits said, and at the stream's end it settles
// what the request held and writes its line of the access log. What the listener leaves to the module is done here too:
// who the client is, X-Forwarded-Proto, escaped slashes.
#pragma once

#include "gateway/edge.hpp"

#include <memory>
#include <string_view>

namespace weir::gateway {

inline constexpr std::string_view limits_filter_name = "weir_limits";

// Throws when the runtime is missing: Envoy then refuses the listener.
[[nodiscard]] std::unique_ptr<FilterConfig> make_limits_filter();
[[nodiscard]] std::unique_ptr<RouteConfig> make_limits_of_route(std::string_view settings);

}  // namespace weir::gateway
