// time.hpp: a moment: Unix seconds (1768478400, 1768478400.25) or RFC 3339 (2026-01-15T12:00:00.25+01:00).
#pragma once

#include <weir/decision.hpp>

#include <expected>
#include <string_view>

namespace weir::config {

// From 1970 to the end of 2199: further away, nanoseconds since 1970 come to their end. Digits beyond the nanosecond
// are dropped. The error says what is wrong, as the end of a sentence that starts with the time.
[[nodiscard]] std::expected<Instant, std::string_view> parse_time(std::string_view text);

}  // namespace weir::config
