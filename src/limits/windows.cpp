#include "limits/windows.hpp"

#include <algorithm>

namespace weir::limits {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month;

constexpr std::int64_t nanos_a_day = Nanos{days{1}}.count();

// Midnight of that day of the month, or of the month's last day when it has no such day.
sys_days day_in(year_month month, std::chrono::day day) {
  const std::chrono::day last = std::chrono::year_month_day_last{month / std::chrono::last}.day();
  return sys_days{month / std::min(day, last)};
}

Instant midnight(sys_days day) { return instant_at(Wide{day.time_since_epoch().count()} * nanos_a_day); }

}  // namespace

Windows::Windows(Period period, std::optional<std::chrono::year_month_day> anchor)
    : length_(period.length().count()), kind_(period.kind()) {
  if (!anchor) return;
  month_ = anchor->month();
  day_ = anchor->day();
  if (kind_ != Period::Kind::fixed) return;
  const std::int64_t window_days = length_ / nanos_a_day;
  const std::int64_t past = sys_days{*anchor}.time_since_epoch().count() % window_days;
  phase_ = (past < 0 ? past + window_days : past) * nanos_a_day;
}

Window Windows::calendar_at(Instant now) const noexcept {
  const sys_days today = std::chrono::floor<days>(now);
  const std::chrono::year_month_day date{today};
  const bool monthly = kind_ == Period::Kind::month;
  const std::chrono::months step{monthly ? 1 : 12};
  year_month month = date.year() / (monthly ? date.month() : month_);
  if (day_in(month, day_) > today) month -= step;
  return {midnight(day_in(month, day_)), midnight(day_in(month + step, day_))};
}

}  // namespace weir::limits
