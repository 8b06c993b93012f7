// windows.hpp: which window a moment lies in. Windows tile time: each starts where the one before it ends.
#pragma once

#include "limits/wide.hpp"

#include <weir/rule.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace weir::limits {

// Half open, [start, end). A start before Instant::min() or an end beyond Instant::max() is said as just that.
struct Window {
  Instant start;
  Instant end;
  friend bool operator==(const Window&, const Window&) = default;
};

// Fixed periods are aligned to the Unix epoch, or to midnight UTC of the anchor. Months start on the anchor's day (on
// their last day when they lack it), years on the anchor's month and day; without an anchor on the 1st.
class Windows {
 public:
  // The rule they come from must be valid: an anchored fixed period is whole days.
  explicit Windows(Period period, std::optional<std::chrono::year_month_day> anchor = {});

  // One division for a fixed period.
  [[nodiscard]] Window at(Instant now) const noexcept {
    if (length_ == 0) return calendar_at(now);
    const Wide start = nanos_since_epoch(now) - elapsed(now).count();
    return {instant_at(start), instant_at(start + length_)};
  }

  // Of a fixed period: its length, and how much of the window has gone by, exact even where the start saturates.
  [[nodiscard]] Nanos length() const noexcept { return Nanos{length_}; }
  [[nodiscard]] Nanos elapsed(Instant now) const noexcept {
    std::int64_t past = now.time_since_epoch().count() % length_;
    if (past < 0) past += length_;
    past -= phase_;
    return Nanos{past < 0 ? past + length_ : past};
  }

 private:
  [[nodiscard]] Window calendar_at(Instant now) const noexcept;

  std::int64_t length_;     // ns; 0: by the calendar
  std::int64_t phase_ = 0;  // where windows start, in [0, length_)
  Period::Kind kind_;
  std::chrono::month month_{1};
  std::chrono::day day_{1};
};

}  // namespace weir::limits
