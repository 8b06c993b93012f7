// attempt_filter.hpp: `weir_lambda`, an upstream filter before Envoy's `aws_request_signing`: one instance an attempt.
//
//     request    everything but the invoke's own headers goes, so that nothing of the client's is signed or sent; that
//                of the attempt before, too: attempts share one map of headers
//     answer     Lambda's becomes the client's as it comes (invoke_answer). The head waits, where it depends on the
//     body:
//                Envoy lets it go in the body's hook, and buffers nothing from there on
//     throttled  the retry mark, when there is time and budget: the router sees it and sends the request again
//
// A stream that breaks after its head resets the client's; an upstream filter can (checked with Envoy 1.40). Its answer
// in Lambda's place goes straight to the client's chain, past the router's retries.
#pragma once

#include "gateway/edge.hpp"

#include <memory>
#include <string_view>

namespace weir::gateway {

inline constexpr std::string_view attempt_filter_name = "weir_lambda";

[[nodiscard]] std::unique_ptr<FilterConfig> make_attempt_filter();

}  // namespace weir::gateway
