#include <weir/clock.hpp>

#include <thread>

namespace weir {

void Clock::sleep_until(Instant time) {
  // In a loop: a wall clock may be stepped back meanwhile.
  for (Instant now = this->now(); now < time; now = this->now()) std::this_thread::sleep_for(time - now);
}

namespace {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() noexcept override { return system_time(); }
};

}  // namespace

Clock& system_clock() noexcept {
  static SystemClock clock;
  return clock;
}

}  // namespace weir
