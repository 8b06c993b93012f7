// outcomes.hpp: what is counted and logged of a decision.
//
// Allowed: every limit that was asked counts `allowed`. Refused: those that refused count `limited`, `denied` or
// `error` (the store did not decide), the others nothing. A shadow limit that would have refused counts `shadow`.
#pragma once

#include "gateway/admission.hpp"
#include "gateway/asked_limits.hpp"
#include "gateway/runtime.hpp"

#include <weir/decision.hpp>

#include <span>

namespace weir::gateway {

// Tells the limits' alerts, where they have any.
void see_alerts(const AskedLimits& asked, std::span<const Decision> decisions, bool allowed, const Runtime& runtime);
void count_outcomes(const AskedLimits& asked, std::span<const Decision> decisions, bool allowed);
[[nodiscard]] Told told_of(const AskedLimits& asked, std::span<const Decision> decisions, bool allowed);

}  // namespace weir::gateway
