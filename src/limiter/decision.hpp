// decision.hpp: from what an algorithm answers to what a caller gets.
#pragma once

#include "limits/verdict.hpp"

#include <weir/decision.hpp>
#include <weir/rule.hpp>

namespace weir::limiter {

[[nodiscard]] inline Decision to_decision(const limits::Verdict& verdict) noexcept {
  Decision decision;
  decision.limit = verdict.limit;
  decision.remaining = verdict.remaining;
  decision.debt = verdict.debt;
  decision.reset = verdict.reset;
  if (verdict.allowed()) [[likely]]
    return decision;
  decision.allowed = false;
  decision.reason = verdict.outcome == limits::Outcome::cost_above_limit ? Reason::cost_above_limit
                    : verdict.outcome == limits::Outcome::denied         ? Reason::denied
                                                                         : Reason::limited;
  if (verdict.retry_after == limits::never) {
    decision.retry_after.reset();
  } else {
    decision.retry_after = verdict.retry_after;
  }
  return decision;
}

// Refused, and no waiting is known to help.
[[nodiscard]] inline Decision refused(Reason reason) noexcept {
  Decision decision;
  decision.allowed = false;
  decision.reason = reason;
  decision.retry_after.reset();
  return decision;
}

[[nodiscard]] inline Decision unlimited_decision() noexcept {
  Decision decision;
  decision.remaining = max_count;
  return decision;
}

}  // namespace weir::limiter
