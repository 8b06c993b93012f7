// envoy_clusters.hpp: weir.yaml's upstreams in Envoy's words (config.cluster.v3.Cluster).
#pragma once

#include "config/config.hpp"

#include <boost/json/array.hpp>

#include <string>

namespace weir::gateway {

[[nodiscard]] boost::json::array envoy_clusters(const config::Config& config, const std::string& ca_file);

// HOST, or HOST:PORT where the port is not the scheme's own; what the upstream sees as Host.
[[nodiscard]] std::string authority_of(const config::Upstream& upstream);

}  // namespace weir::gateway
