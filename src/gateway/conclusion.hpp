// conclusion.hpp: what decisions come to for the request that asked: it passes, waits or is refused.
#pragma once

#include "gateway/admission.hpp"
#include "gateway/asked_limits.hpp"
#include "gateway/rate_limit_headers.hpp"

#include <weir/reservation.hpp>

#include <memory>
#include <span>

namespace weir::gateway {

// Counts the decisions unless the request has to wait; `told` may be null.
[[nodiscard]] Admission conclusion(bool allowed, const AskedLimits& asked, std::span<const Decision> decisions,
                                   const RouteLimits& route, const Runtime& runtime, const Patience& patience,
                                   Told* told);

// What the answer may show of a limit: shadow limits stay unseen, and `unlimited` is no policy.
void add_state(PerLimit<LimitState>& states, const EnforcedLimit& limit, const Decision& decision, const Rule& rule);

// Until the stream's end. `leases` as Hold has it.
[[nodiscard]] std::unique_ptr<Hold> hold_of(Reservation reservation, const AskedLimits& asked, const Runtime& runtime,
                                            HeldLeases* leases);

}  // namespace weir::gateway
