// envoy_routes.hpp: weir.yaml's routes in Envoy's words (config.route.v3.Route).
#pragma once

#include "config/config.hpp"

#include <boost/json/value.hpp>

#include <string>

namespace weir::gateway {

// One virtual host for all, so that the file's order decides across hosts too. `module`: the library's name.
[[nodiscard]] boost::json::value envoy_routes(const config::Config& config, const std::string& module);

}  // namespace weir::gateway
