// envoy_clusters.hpp: whom Envoy talks to (config.cluster.v3.Cluster): weir.yaml's upstreams, the place of jwt's keys,
// and Envoy's own admin.
#pragma once

#include "config/config.hpp"
#include "gateway/render_options.hpp"

#include <boost/json/array.hpp>

#include <string>

namespace weir::gateway {

inline constexpr const char* own_admin_cluster = "weir:envoy";  // no upstream's name has a colon

[[nodiscard]] boost::json::array envoy_clusters(const config::Config& config, const RenderOptions& options);

// HOST, or HOST:PORT where the port is not the scheme's own; what the upstream sees as Host.
[[nodiscard]] std::string authority_of(const config::Upstream& upstream);

}  // namespace weir::gateway
