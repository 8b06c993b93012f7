// rejection_cache.hpp: refusals of a remote store, remembered for a moment, so that a caller who is over its limit
// costs no round trip.
//
// A refusal stands for calls of at least the refused cost until the call would pass, and at most a second, so that
// what other processes gave back is soon seen. Who is on a deny list of the store's stays denied for a second, whatever
// the cost. One slot a hash: a newer refusal takes an older one's place; the bound
// is the number of slots. Keys are kept as 128 keyed bits: no key can be made to look like another.
#pragma once

#include <weir/decision.hpp>
#include <weir/key.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

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
  struct Hash {
    std::uint64_t slot = 0;
    std::uint64_t check = 0;
    friend bool operator==(const Hash&, const Hash&) = default;
  };
  struct Slot {
    Hash hash;
    std::int64_t cost = 0;
    Instant since{};
    Instant until{};  // not after `passes`; the epoch: empty
    Instant passes{};
    std::uint64_t refunds = 0;
    Decision decision;
  };

  [[nodiscard]] Hash hash_of(Key key) const;
  [[nodiscard]] std::mutex& mutex_of(const Hash& hash) { return mutexes_[hash.slot % entries_ % mutexes_.size()]; }
  void allocate();

  const std::size_t entries_;
  const std::uint64_t seed_;
  std::once_flag allocated_;
  std::atomic<bool> used_{false};  // nothing was ever refused: no slots yet
  std::vector<Slot> slots_;
  std::array<std::mutex, 64> mutexes_;
  std::atomic<std::uint64_t> replaced_{0};
};

}  // namespace weir::limiter
