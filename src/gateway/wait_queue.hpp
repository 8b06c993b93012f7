// wait_queue.hpp: requests that are held (`wait`) until their limit lets them pass, and when to ask again.
//
//   worker: add(due, wake) -> alarm, when it is the soonest -> main thread: wake_due(now), a timer for the next one
//
// Bounded: who comes when it is full is not held. Safe from any thread.
#pragma once

#include <weir/decision.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace weir::gateway {

class WaitQueue {
 public:
  static constexpr std::size_t most = 10'000;

  using Wake = std::move_only_function<void()>;  // short, and calls nothing of the queue
  struct Ticket {
    Instant due;
    std::uint64_t number;
    friend auto operator<=>(const Ticket&, const Ticket&) = default;
  };

  explicit WaitQueue(std::size_t bound = most) : bound_(bound) {}

  // `wake` is called once, when wake_due finds its time come. Nothing when the queue is full.
  [[nodiscard]] std::optional<Ticket> add(Instant due, Wake wake);
  // Who no longer waits. False when it was woken already.
  bool remove(const Ticket& ticket);

  // Wakes all whose time has come. Returns when the next one is due.
  std::optional<Instant> wake_due(Instant now);

  // Called (on a worker, short) whenever somebody is due before all others, so that wake_due is called in time.
  void set_alarm(Wake alarm);

  [[nodiscard]] std::size_t size() const;

 private:
  std::size_t bound_;
  mutable std::mutex mutex_;
  std::map<Ticket, Wake> waiting_;
  std::uint64_t next_ = 0;
  Wake alarm_;
};

}  // namespace weir::gateway
