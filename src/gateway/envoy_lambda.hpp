// envoy_lambda.hpp: how Envoy calls a function of AWS Lambda.
//
// In the listener's chain, weir_lambda_call makes the request an invoke: it is off there, so that other routes do not
// pay for it, and on where a route has settings for it. Behind the router a call passes a chain of the cluster's own,
// once an attempt, so that each is signed anew:
//
//     weir_lambda (takes off what is not of the invoke)  ->  aws_request_signing (signs it)  ->  the wire
//
// and back through weir_lambda, which makes the function's output the answer and marks a throttle that may be tried
// again. The route tries again what is marked. The cluster knows nothing of the function's settings but who signs, so
// that a change of them leaves its connections alone.
#pragma once

#include "config/config.hpp"
#include "gateway/render_options.hpp"

#include <boost/json/object.hpp>

#include <cstdint>

namespace weir::gateway {

inline constexpr const char* lambda_call_name = "weir_lambda_call";
inline constexpr const char* lambda_filter_name = "weir_lambda";

// In the listener's chain, behind the limits.
[[nodiscard]] boost::json::value lambda_call_filter(const RenderOptions& options);

// Of an upstream with `lambda`: what its cluster has beside every other's.
void add_lambda(boost::json::object& cluster, const config::Upstream& upstream, const RenderOptions& options);

// What a route's action has where retries can happen; else empty.
[[nodiscard]] boost::json::object lambda_retries(const lambda::RetryPolicy& policy);

// The longest body that a retry may need again, in bytes: what fits into an event, and some room.
[[nodiscard]] std::uint64_t lambda_body_limit(const config::Lambda& lambda);

}  // namespace weir::gateway
