// unsettled.hpp: settlements that the store was not there for, kept to be sent again. A settlement applies once by its
// id, so one that had arrived after all does no harm.
//
// Bounded: so many ids, so many bytes of them, an hour: the store has forgotten most ids by then.
#pragma once

#include <weir/decision.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weir::store {

struct Settlement {
  std::string id;
  std::vector<std::int64_t> amounts;
  Instant since{};  // when it was first tried
};

class Unsettled {
 public:
  static constexpr std::size_t max_ids = 100'000;
  static constexpr std::size_t max_bytes = std::size_t{16} << 20;
  static constexpr std::chrono::nanoseconds kept = std::chrono::hours(1);

  // In place of an earlier one with this id.
  void keep(Settlement settlement);
  // Somebody settled it meanwhile.
  void forget(std::string_view id);
  // The oldest ones, at most so many; they are no longer kept.
  [[nodiscard]] std::vector<Settlement> take(std::size_t most, Instant now);

  [[nodiscard]] std::size_t ids() const { return ids_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  using Queue = std::list<Settlement>;
  [[nodiscard]] static std::size_t weight(const Settlement& settlement);
  Settlement remove(Queue::iterator place);

  std::mutex mutex_;
  Queue queue_;
  std::unordered_map<std::string_view, Queue::iterator> by_id_;
  std::size_t bytes_ = 0;
  std::atomic<std::size_t> ids_{0};
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace weir::store
