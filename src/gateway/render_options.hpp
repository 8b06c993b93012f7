// render_options.hpp: what besides the config decides how Envoy is told about it.
#pragma once

#include "config/parse.hpp"

#include <string>

namespace weir::gateway {

struct RenderOptions {
  std::string module_name = "weir_envoy";  // Envoy loads lib<module_name>.so from ENVOY_DYNAMIC_MODULES_SEARCH_PATH
  std::string admin_socket{};              // path of a unix socket for Envoy's own admin; empty: it has none
  std::string ca_file = "/etc/ssl/certs/ca-certificates.crt";  // what https upstreams are checked against
  std::string folder{};  // of the files that carry what can change while Envoy runs (live_files.hpp); empty: none can
  config::Environment environment = config::process_environment();  // tells the `${VAR}`s that are set
};

}  // namespace weir::gateway
