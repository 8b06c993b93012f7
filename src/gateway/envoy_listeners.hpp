// envoy_listeners.hpp: where Envoy listens (config.listener.v3.Listener): `weir`, the gateway, and `weir_admin`.
//
// A listener that changes cuts the streams it has, once they have had their time to end. So nothing is in it that can
// change otherwise: routes, the certificate and jwt come from files of their own, all else is the module's.
#pragma once

#include "config/config.hpp"
#include "gateway/render_options.hpp"

#include <boost/json/array.hpp>

namespace weir::gateway {

[[nodiscard]] boost::json::array envoy_listeners(const config::Config& config, const RenderOptions& options);

}  // namespace weir::gateway
