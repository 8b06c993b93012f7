// denied_client.hpp: the deny list's entries that name no limit: who is turned away whatever they ask for.
//
// Such an entry matches the client's address on every route, and on a route with limits those parts of their keys that
// say who somebody is: ip, header, cookie, query, jwt.
#pragma once

#include "gateway/request.hpp"
#include "gateway/route_limits.hpp"
#include "limiter/deny_list.hpp"

#include <weir/decision.hpp>

#include <optional>

namespace weir::gateway {

struct DeniedClient {
  const EnforcedLimit* limit = nullptr;  // whose key an entry matches; none: the client's address
};

// `route` may be null: it has no limits. Costs one load while the list is empty.
[[nodiscard]] std::optional<DeniedClient> denied_client(const limiter::DenyList& list, const Request& request,
                                                        const RouteLimits* route, Instant now);

}  // namespace weir::gateway
