// call_filter.hpp: `weir_lambda_call`, the half of a call that faces the client: behind the limits, before the router.
//
//     request    becomes an event while its body comes; what leaves here is the invoke, so that each attempt sends the
//                same bytes. Too large: 413; no place among the function's calls: shed. Neither asks Lambda.
//     answer     an attempt's (attempt_filter), already the client's; or Envoy's own, because no attempt had one: it
//                gets API Gateway's words
//     end        the outcome is counted
//
// It is off in the listener's chain, and on for the routes that have a configuration for it.
#pragma once

#include "gateway/edge.hpp"

#include <memory>
#include <string_view>

namespace weir::gateway {

inline constexpr std::string_view call_filter_name = "weir_lambda_call";

// On an answer that an attempt's filter has made; none of the client's business.
inline constexpr std::string_view answer_mark_header = "x-weir-lambda-answer";

[[nodiscard]] std::unique_ptr<FilterConfig> make_call_filter();
[[nodiscard]] std::unique_ptr<RouteConfig> make_lambda_of_route(std::string_view settings);

}  // namespace weir::gateway
