// envoy_filters.hpp: the parts that every listener is made of.
#pragma once

#include "config/config.hpp"
#include "gateway/render_options.hpp"

#include <boost/json/value.hpp>

namespace weir::gateway {

[[nodiscard]] boost::json::value socket_address(const config::Address& address);

// A filter of our module, under the module's own name for it.
[[nodiscard]] boost::json::value module_filter(const char* name, const RenderOptions& options);

// The last one, which sends the request on.
[[nodiscard]] boost::json::value router_filter();

}  // namespace weir::gateway
