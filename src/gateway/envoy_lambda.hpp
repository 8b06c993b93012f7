// envoy_lambda.hpp: how Envoy calls a function of AWS Lambda.
//
// A call passes a chain of its own on the upstream's side, once an attempt, so that each is signed anew:
//
//     weir_lambda (makes the event)  ->  aws_request_signing (signs it)  ->  the wire
//
// and back through weir_lambda, which makes the function's output the answer and marks a throttle that may be tried
// again. The route tries again what is marked.
#pragma once

#include "config/config.hpp"
#include "gateway/render_options.hpp"

#include <boost/json/object.hpp>

#include <cstdint>

namespace weir::gateway {

inline constexpr const char* lambda_filter_name = "weir_lambda";

// Of an upstream with `lambda`: what its cluster has beside every other's.
void add_lambda(boost::json::object& cluster, const config::Upstream& upstream, const RenderOptions& options);

// What a route's action has where retries can happen; else empty.
[[nodiscard]] boost::json::object lambda_retries(const lambda::RetryPolicy& policy);

// The longest body that a retry may need again, in bytes: what fits into an event, and some room.
[[nodiscard]] std::uint64_t lambda_body_limit(const config::Lambda& lambda);

}  // namespace weir::gateway
