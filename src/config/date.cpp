#include "config/date.hpp"

#include "config/characters.hpp"
#include "config/number.hpp"

#include <algorithm>

namespace weir::config {

Parsed<std::chrono::year_month_day> parse_date(std::string_view text) {
  const std::string_view shape = "0000-00-00";
  const bool shaped = text.size() == shape.size() &&
                      std::ranges::equal(text, shape, [](char c, char s) { return s == '-' ? c == '-' : is_digit(c); });
  if (!shaped) return refuse("a date like 2026-01-15");
  const std::chrono::year_month_day date(
      std::chrono::year(static_cast<int>(parse_number(text.substr(0, 4)).value_or(0))),
      std::chrono::month(static_cast<unsigned>(parse_number(text.substr(5, 2)).value_or(0))),
      std::chrono::day(static_cast<unsigned>(parse_number(text.substr(8, 2)).value_or(0))));
  if (!date.ok()) return refuse("a day that the calendar has");
  if (date.year() < std::chrono::year(1970) || date.year() > std::chrono::year(2200)) {
    return refuse("a date from 1970 to 2200");
  }
  return date;
}

}  // namespace weir::config
