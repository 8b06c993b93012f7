#include "usage/refusal/time_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace weir::usage {

using namespace std::chrono;  // NOLINT(google-build-using-namespace)

std::string go_duration(nanoseconds time) {
  const std::int64_t all = std::max<std::int64_t>(ceil<milliseconds>(time).count(), 0);
  if (all == 0) return "0s";
  if (all < 1000) return std::to_string(all) + "ms";
  const std::int64_t seconds = all / 1000;
  std::string out;
  if (seconds >= 3600) out += std::to_string(seconds / 3600) + "h";
  if (seconds >= 60) out += std::to_string(seconds / 60 % 60) + "m";
  out += std::to_string(seconds % 60);
  if (const std::int64_t rest = all % 1000; rest != 0) {
    std::string fraction = std::to_string(1000 + rest);
    fraction.front() = '.';
    fraction.erase(fraction.find_last_not_of('0') + 1);
    out += fraction;
  }
  return out + "s";
}

std::string rfc3339(WallClock at) {
  const sys_seconds whole = ceil<seconds>(at);
  const sys_days day = floor<days>(whole);
  const year_month_day date(day);
  const hh_mm_ss clock(whole - day);
  std::array<char, 40> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ",
                                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                 static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                                 static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string delta_seconds(nanoseconds time) {
  return std::to_string(std::max<std::int64_t>(ceil<seconds>(time).count(), 1));
}

}  // namespace weir::usage
