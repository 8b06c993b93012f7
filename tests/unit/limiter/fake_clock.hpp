// fake_clock.hpp: a clock that stands still until it is told to move; sleeping on it takes no time.
#pragma once

#include <weir/clock.hpp>

#include <atomic>
#include <chrono>

namespace weir::limiter {

using namespace std::chrono_literals;

class FakeClock final : public Clock {
 public:
  FakeClock() = default;
  explicit FakeClock(Instant now) { set(now); }

  [[nodiscard]] Instant now() noexcept override { return Instant(std::chrono::nanoseconds(nanos_.load())); }
  void sleep_until(Instant time) override {
    slept_ += time - now();
    set(time);
  }
  void advance(std::chrono::nanoseconds by) { nanos_ += by.count(); }
  void set(Instant time) { nanos_ = time.time_since_epoch().count(); }

  [[nodiscard]] std::chrono::nanoseconds slept() const { return slept_; }

 private:
  // A whole minute, so that windows begin where tests do.
  std::atomic<std::int64_t> nanos_{std::chrono::nanoseconds(std::chrono::minutes(29'000'000)).count()};
  std::chrono::nanoseconds slept_{0};
};

}  // namespace weir::limiter
