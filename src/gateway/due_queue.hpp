// due_queue.hpp: things to look at after a while, each as long after it came as the others: so the first to come is the
// first to be due, and adding costs a few nanoseconds beside other threads.
//
// Not bounded by itself: what stands here belongs to a request that is open, and Envoy bounds those.
#pragma once

#include "api/metrics.hpp"

#include <weir/decision.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace weir::gateway {

template <class Item>
class DueQueue {
 public:
  using Alarm = std::move_only_function<void()>;

  // From any thread.
  void add(Instant due, Item item) {
    Shard& shard = shards_[api::own_cell()];
    bool first = false;
    {
      const std::scoped_lock lock(shard.mutex);
      first = shard.items.empty();
      shard.items.emplace_back(due, std::move(item));
    }
    if (!first) return;
    const std::scoped_lock lock(alarm_mutex_);
    if (alarm_) alarm_();
  }

  // Takes out what is due and looks at it: that may add. Returns when the next one is due.
  template <class Look>
  std::optional<Instant> each_due(Instant now, Look look) {
    std::vector<Item> due;
    for (Shard& shard : shards_) {
      const std::scoped_lock lock(shard.mutex);
      while (!shard.items.empty() && shard.items.front().first <= now) {
        due.push_back(std::move(shard.items.front().second));
        shard.items.pop_front();
      }
    }
    for (Item& item : due) look(item);
    std::optional<Instant> next;
    for (Shard& shard : shards_) {
      const std::scoped_lock lock(shard.mutex);
      if (!shard.items.empty()) next = std::min(next.value_or(shard.items.front().first), shard.items.front().first);
    }
    return next;
  }

  // Called (short, by whoever adds) when something came where nothing was, so that each_due is called in time.
  void set_alarm(Alarm alarm) {
    const std::scoped_lock lock(alarm_mutex_);
    alarm_ = std::move(alarm);
    if (alarm_) alarm_();
  }

 private:
  struct alignas(64) Shard {
    std::mutex mutex;
    std::deque<std::pair<Instant, Item>> items;
  };
  std::array<Shard, api::cells> shards_;
  std::mutex alarm_mutex_;
  Alarm alarm_;
};

}  // namespace weir::gateway
