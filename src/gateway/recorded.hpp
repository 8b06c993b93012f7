// recorded.hpp: what the gateway tells analytics.
#pragma once

#include "analytics/recorder.hpp"
#include "gateway/asked_limits.hpp"
#include "gateway/key_of_limit.hpp"
#include "gateway/runtime.hpp"
#include "usage/counts.hpp"

#include <weir/decision.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::gateway {

[[nodiscard]] std::vector<KeyOfLimit> keys_of(const AskedLimits& asked);

// Of each limit what became of it. What is held is charged when it is settled (Hold).
void record_decisions(const Runtime& runtime, const AskedLimits& asked, std::span<const Decision> decisions,
                      bool allowed);

// Whom the deny list turned away before a limit was asked; under the limit's key where the request has all its parts.
void record_denied(const Runtime& runtime, const EnforcedLimit& limit, const Request& request, std::string_view route);

// What a call of this model took; its money by the file's prices.
void record_tokens(const Runtime& runtime, std::string_view upstream, std::string_view model,
                   const usage::Counts& counts, std::span<const KeyOfLimit> keys);

// What became of a request to a function of AWS Lambda: `function` is its name, `outcome` one of ok throttled shed
// function_error lambda_error malformed truncated timeout too_large unreachable, `reason` AWS's word for a throttle or
// `Shed`, else empty. Once a request.
void record_lambda(const Runtime& runtime, std::string_view function, std::string_view outcome,
                   std::string_view reason);

}  // namespace weir::gateway
