// inbox.hpp: where any thread leaves its calls for the executor. Bounded by the calls that have no answer yet, wherever
// they are; its lock is held for a push or a swap.
#pragma once

#include "store/redis/store/single_call.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>
#include <variant>
#include <vector>

namespace weir::store::redis {

class StoreCore;

// What is not merged: asks through the core, on the executor. A pointer, as GCC 12 wants to know the size of what a
// reference is to.
using Operation = std::move_only_function<void(StoreCore*)>;
using Entry = std::variant<SingleCall, Operation>;

class Inbox {
 public:
  explicit Inbox(std::size_t max_unanswered) : max_unanswered_(max_unanswered) {}

  // A place for one call, until `leave`; false when all are taken.
  [[nodiscard]] bool enter() noexcept {
    if (unanswered_.fetch_add(1, std::memory_order_relaxed) < max_unanswered_) return true;
    leave();
    return false;
  }
  void leave(std::size_t calls = 1) noexcept { unanswered_.fetch_sub(calls, std::memory_order_relaxed); }
  [[nodiscard]] std::size_t unanswered() const noexcept { return unanswered_.load(std::memory_order_relaxed); }

  // True when nobody has been asked to come for it: the caller must.
  [[nodiscard]] bool put(Entry entry) {
    const std::scoped_lock lock(mutex_);
    entries_.push_back(std::move(entry));
    return !std::exchange(awaited_, true);
  }

  // All that came, in order, into `entries`, which is empty.
  void take(std::vector<Entry>& entries) {
    const std::scoped_lock lock(mutex_);
    entries.swap(entries_);
    awaited_ = false;
  }

 private:
  const std::size_t max_unanswered_;
  std::atomic<std::size_t> unanswered_{0};
  std::mutex mutex_;
  std::vector<Entry> entries_;
  bool awaited_ = false;
};

}  // namespace weir::store::redis
