// envoy_jwt.hpp: `jwt` in Envoy's words: tokens are verified before the limits look at their claims.
#pragma once

#include "config/config.hpp"

#include <boost/json/object.hpp>

#include <set>
#include <string>

namespace weir::gateway {

inline constexpr const char* jwt_filter_name = "weir_jwt";
inline constexpr const char* jwks_cluster = "weir:jwks";  // no upstream's name has a colon

// The claims that keys and conditions ask for.
[[nodiscard]] std::set<std::string> claims_of(const config::Config& config);

// The filter's configuration (extensions.filters.http.jwt_authn.v3.JwtAuthentication), with its @type. Without `jwt` in
// the config it lets everything pass. A request without a token passes; one with a token that is wrong is a 401.
[[nodiscard]] boost::json::object envoy_jwt(const config::Config& config, const std::set<std::string>& claims);

}  // namespace weir::gateway
