// envoy_routes.hpp: weir.yaml's routes in Envoy's words (config.route.v3.Route).
#pragma once

#include "config/config.hpp"
#include "gateway/render_options.hpp"

#include <boost/json/value.hpp>

namespace weir::gateway {

inline constexpr const char* routes_name = "weir";

// One virtual host for all, so that the file's order decides across hosts too.
[[nodiscard]] boost::json::value envoy_routes(const config::Config& config, const RenderOptions& options);

}  // namespace weir::gateway
