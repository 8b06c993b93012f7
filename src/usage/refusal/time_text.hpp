// time_text.hpp: durations and moments as providers write them.
#pragma once

#include "usage/refusal/standing.hpp"

#include <chrono>
#include <string>

namespace weir::usage {

// As OpenAI does, and Go's time.Duration.String(): `12ms`, `1.5s`, `6m0s`, `1h0m0.25s`, `0s`. Whole milliseconds,
// rounded up, so that nobody comes too early.
[[nodiscard]] std::string go_duration(std::chrono::nanoseconds time);

// As Anthropic does: RFC 3339 in UTC, whole seconds, rounded up: `2026-01-15T08:30:00Z`.
[[nodiscard]] std::string rfc3339(WallClock at);

// Retry-After (RFC 9110, 10.2.3): whole seconds, rounded up, at least 1.
[[nodiscard]] std::string delta_seconds(std::chrono::nanoseconds time);

}  // namespace weir::usage
