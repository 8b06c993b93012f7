// rejection_cache.hpp: refusals of a remote store, remembered for a moment, so that a caller who is over its limit
// costs no round trip.
//
// A refusal stands for calls of at least the refused cost until the call would pass, and at most a second, so that
// what other processes gave back is soon seen. Who is on a deny list of the store's stays denied for a second, whatever
// the cost.
#pragma once

#include "limiter/keyed_slots.hpp"

#include <weir/decision.hpp>
#include <weir/key.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace weir::limiter {

class RejectionCache {
 public:
  static constexpr std::chrono::nanoseconds longest_stand = std::chrono::seconds(1);

  explicit RejectionCache(std::size_t entries);  // 0: remembers nothing

  // The refusal as it stands now: reason `cached` (or `denied`), retry_after counted from now. `refunds`: see
  // Store::Impl.
  [[nodiscard]] std::optional<Decision> find(Key key, std::int64_t cost, Instant now, std::uint64_t refunds);
  // Remembers a refusal that waiting would cure, and that somebody is denied; others are not kept.
  void remember(Key key, std::int64_t cost, const Decision& refusal, Instant now, std::uint64_t refunds);
  void forget(Key key);
  void forget_all();

  [[nodiscard]] std::uint64_t replaced() const { return replaced_.load(std::memory_order_relaxed); }

 private:
  struct Refusal {
    std::int64_t cost = 0;
    Instant since{};
    Instant until{};  // not after `passes`
    Instant passes{};
    std::uint64_t refunds = 0;
    Decision decision;
  };

  const std::size_t entries_;
  KeyedSlots<Refusal> slots_;
  std::atomic<std::uint64_t> replaced_{0};
};

}  // namespace weir::limiter
