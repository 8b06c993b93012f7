#include "config/duration.hpp"

#include "config/characters.hpp"
#include "config/number.hpp"

#include <algorithm>
#include <array>

namespace weir::config {
namespace {

using std::chrono::nanoseconds;

struct Unit {
  std::string_view name;
  nanoseconds length;
};

constexpr auto units = std::to_array<Unit>({
    {"w", std::chrono::weeks(1)},
    {"d", std::chrono::days(1)},
    {"h", std::chrono::hours(1)},
    {"m", std::chrono::minutes(1)},
    {"s", std::chrono::seconds(1)},
    {"ms", std::chrono::milliseconds(1)},
});

// What people write elsewhere, and the unit they mean.
constexpr auto other_names = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"sec", "s"},
    {"secs", "s"},
    {"second", "s"},
    {"seconds", "s"},
    {"min", "m"},
    {"mins", "m"},
    {"minute", "m"},
    {"minutes", "m"},
    {"hr", "h"},
    {"hour", "h"},
    {"hours", "h"},
    {"day", "d"},
    {"days", "d"},
    {"week", "w"},
    {"weeks", "w"},
    {"millis", "ms"},
    {"msec", "ms"},
});

const Unit* find_unit(std::string_view name) {
  const auto* found = std::ranges::find(units, name, &Unit::name);
  return found == units.end() ? nullptr : found;
}

std::string hint(std::string_view digits, std::string_view unit) {
  if (digits.size() > 18) return {};
  const std::string number = digits.empty() ? "1" : std::string(digits);
  if (unit.empty()) return "write its unit: " + number + "s or " + number + "ms";
  if (find_unit(unit) != nullptr) return "did you mean " + number + std::string(unit) + "?";
  const std::string lower = lower_case(unit);
  if (find_unit(lower) != nullptr) return "did you mean " + number + lower + "?";
  const auto* other = std::ranges::find(other_names, lower, &std::pair<std::string_view, std::string_view>::first);
  if (other != other_names.end()) return "did you mean " + number + std::string(other->second) + "?";
  return {};
}

}  // namespace

Parsed<nanoseconds> parse_duration(std::string_view text) {
  const auto split = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
  const std::string_view digits = text.substr(0, split);
  const std::string_view name = text.substr(split);
  const Unit* unit = find_unit(name);
  if (digits.empty() || unit == nullptr) {
    const bool nothing = digits.empty() && name.empty();
    return refuse("a duration like 250ms, 10s, 1m, 1h, 1d or 1w", nothing ? std::string() : hint(digits, name));
  }
  const auto count = parse_number(digits);
  if (!count || *count > max_duration / unit->length) return refuse("a duration of at most 100 years");
  return *count * unit->length;
}

std::string spell(nanoseconds duration) {
  if (duration == nanoseconds::zero()) return "0s";
  for (const Unit& unit : units) {
    if (duration % unit.length == nanoseconds::zero())
      return std::to_string(duration / unit.length) + std::string(unit.name);
  }
  return std::to_string(duration.count()) + "ns";
}

}  // namespace weir::config
