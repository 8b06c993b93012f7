// envoy_admin_listener.hpp: the listener of the admin API. The module's filter `weir_admin` answers everything but what
// it lets pass below /envoy/: a few read-only pages of Envoy's own admin, which listens on a unix socket alone.
#pragma once

#include "config/config.hpp"
#include "gateway/render_options.hpp"

#include <boost/json/object.hpp>

namespace weir::gateway {

[[nodiscard]] boost::json::object admin_listener(const config::Address& address, const RenderOptions& options);

}  // namespace weir::gateway
