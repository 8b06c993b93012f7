// decision_json.hpp: decisions as the API tells them, and how they count.
#pragma once

#include "api/metrics.hpp"
#include "api/request.hpp"

#include <weir/decision.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir::api {

// Milliseconds, rounded up, so that at that time it is true.
[[nodiscard]] std::int64_t milliseconds_until(std::chrono::nanoseconds time);
[[nodiscard]] std::int64_t unix_milliseconds(Instant time);

// "allowed":true,"limit":100,... without braces. `debt` is there when something is owed.
void append_members(std::string& out, const Decision& decision);

// What several decisions come to: all must allow; the longest wait counts, and none is known when one is not.
struct Verdict {
  bool allowed = true;
  std::optional<std::chrono::nanoseconds> retry_after{std::chrono::nanoseconds{0}};
};
[[nodiscard]] Verdict together(std::span<const Decision> decisions);

// One decision as an object, several as {"allowed","retry_after_ms","checks"}. `id`, when there is one, comes first.
[[nodiscard]] std::string decision_body(std::span<const Decision> decisions, bool as_list, std::string_view id = {});

// What a limit's part in a decision counts as; nothing when it would have passed and another one refused.
[[nodiscard]] std::optional<Outcome> outcome_of(const Decision& decision, bool all_allowed);

}  // namespace weir::api
