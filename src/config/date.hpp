// date.hpp: `2026-01-15`, a day of the calendar.
#pragma once

#include "config/refusal.hpp"

#include <chrono>
#include <string_view>

namespace weir::config {

// From 1970 to 2200: further away, nanoseconds since 1970 come to their end.
[[nodiscard]] Parsed<std::chrono::year_month_day> parse_date(std::string_view text);

}  // namespace weir::config
