// presence.hpp: whether a region answers, as seen by the calls that are made anyway. Safe from any thread.
#pragma once

#include <weir/decision.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>

namespace weir::store {

class Presence {
 public:
  void answered(Instant now) {
    if (answers_.load(std::memory_order_relaxed)) return;
    since_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    answers_.store(true);
  }
  void failed() { answers_.store(false); }

  // True before anybody asked.
  [[nodiscard]] bool answers() const { return answers_.load(); }
  // Without a failure since then.
  [[nodiscard]] bool answers_for(std::chrono::nanoseconds time, Instant now) const {
    const std::int64_t since = since_.load(std::memory_order_relaxed);
    return answers() && (since == 0 || now.time_since_epoch().count() - since >= time.count());
  }

 private:
  std::atomic<bool> answers_{true};
  std::atomic<std::int64_t> since_{0};  // ns since the epoch; 0: from the start
};

}  // namespace weir::store
