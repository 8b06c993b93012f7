// duration.hpp: `250ms 10s 1m 1h 1d 1w`.
#pragma once

#include "config/refusal.hpp"

#include <chrono>
#include <string_view>

namespace weir::config {

inline constexpr std::chrono::nanoseconds max_duration =
    std::chrono::years(100);  // rounded by the calendar's mean year

// A whole number and one unit; 0 with any unit is a duration too. At most 100 years.
[[nodiscard]] Parsed<std::chrono::nanoseconds> parse_duration(std::string_view text);

// The way it would be written: `90s`, `2h`, in the largest unit that is exact.
[[nodiscard]] std::string spell(std::chrono::nanoseconds duration);

}  // namespace weir::config
