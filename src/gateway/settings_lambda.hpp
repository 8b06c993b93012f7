// settings_lambda.hpp: a function as JSON for the module: the settings of `weir_lambda_call` on the routes that lead to
// it. Who signs is not in it: Envoy's own filter does that.
#pragma once

#include "gateway/settings.hpp"

#include <boost/json/value.hpp>

namespace weir::gateway {

[[nodiscard]] LambdaRoute lambda_route(const config::Upstream& upstream);  // one with `lambda`

[[nodiscard]] boost::json::value write_lambda(const LambdaRoute& route);
[[nodiscard]] LambdaRoute read_lambda(const boost::json::value& object);  // throws std::exception

}  // namespace weir::gateway
