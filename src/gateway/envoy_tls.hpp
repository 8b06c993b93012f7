// envoy_tls.hpp: the two ends of TLS in Envoy's words (config.core.v3.TransportSocket).
#pragma once

#include "config/config.hpp"
#include "gateway/render_options.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace weir::gateway {

// Towards an upstream: its certificate must be one of the authorities' and in the upstream's name.
[[nodiscard]] boost::json::value upstream_tls(const config::Upstream& upstream, const RenderOptions& options);

// Of the gateway's own listener. With a folder the certificate is a part of its own (listener_secrets), so that another
// certificate is no other listener.
[[nodiscard]] boost::json::value listener_tls(const config::Tls& tls, const RenderOptions& options);
[[nodiscard]] boost::json::array listener_secrets(const config::Config& config, const RenderOptions& options);

}  // namespace weir::gateway
