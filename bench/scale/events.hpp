// events.hpp: virtual time, and what happens when. Of two events at one moment the one that was planned first comes
// first, so that a seed has one outcome.
#pragma once

#include <cstdint>
#include <queue>
#include <tuple>
#include <vector>

namespace weir::scale {

using Time = std::int64_t;  // ns since the simulation began
inline constexpr Time micro = 1'000;
inline constexpr Time milli = 1'000'000;
inline constexpr Time second = 1'000'000'000;

enum class Happens : std::uint8_t { at_server, answered, timed_out, failed_over };

struct Event {
  Time time;
  std::uint64_t order;
  Happens what;
  std::uint32_t which;
  friend bool operator<(const Event& one, const Event& other) {
    return std::tie(one.time, one.order) > std::tie(other.time, other.order);
  }
};

class Events {
 public:
  void plan(Time time, Happens what, std::uint32_t which) { queue_.push({time, order_++, what, which}); }
  [[nodiscard]] bool any_until(Time time) const { return !queue_.empty() && queue_.top().time <= time; }
  Event next() {
    const Event event = queue_.top();
    queue_.pop();
    return event;
  }

 private:
  std::priority_queue<Event> queue_;
  std::uint64_t order_ = 0;
};

}  // namespace weir::scale
