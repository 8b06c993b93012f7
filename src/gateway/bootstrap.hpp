// bootstrap.hpp: a Config as the bootstrap of the Envoy that serves it: one listener, its routes in the file's order,
// a cluster an upstream, and the module with its settings.
#pragma once

#include "config/config.hpp"

#include <string>

namespace weir::gateway {

struct BootstrapOptions {
  std::string module_name = "weir_envoy";  // Envoy loads lib<module_name>.so from ENVOY_DYNAMIC_MODULES_SEARCH_PATH
  std::string admin_socket{};              // path of a unix socket for Envoy's own admin; empty: it has none
  std::string ca_file = "/etc/ssl/certs/ca-certificates.crt";  // what https upstreams are checked against
};

// Pretty-printed JSON, complete and static: Envoy needs nothing else.
[[nodiscard]] std::string bootstrap(const config::Config& config, const BootstrapOptions& options = {});

}  // namespace weir::gateway
