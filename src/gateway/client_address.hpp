// client_address.hpp: who the client is when proxies stand between it and the gateway.
//
// Each proxy appends the address it was called from to X-Forwarded-For; Envoy has appended its own caller's. What
// stands to the left of what trusted proxies wrote came from the client, who may write anything there.
//
//   X-Forwarded-For: forged, client, proxy 1, proxy 2        with trusted_proxies: 2
//                            ^ Nth    ^ by proxy 2
//                                              ^ the peer, by Envoy
#pragma once

#include "gateway/request.hpp"

#include <optional>
#include <string_view>

namespace weir::gateway {

// The Nth address to the left of Envoy's own entry, without port and brackets. `peer`, as it is, when N is 0, when
// there are fewer, or when that entry is no address. A view of one of the two: it lives until the request's headers
// change. No allocation; reads no further left than it must.
[[nodiscard]] std::string_view client_address(const Request& request, std::string_view peer, int trusted_proxies);

// What X-Forwarded-Proto must be set to, as nobody in front is trusted to say it; nothing: leave it as it is.
[[nodiscard]] std::optional<std::string_view> forwarded_proto(int trusted_proxies, bool tls);

}  // namespace weir::gateway
