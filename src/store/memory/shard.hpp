// shard.hpp: a lock, and the tables it guards. A key lives in the shard that the top bits of its hash name.
#pragma once

#include "store/memory/ring.hpp"
#include "store/memory/space.hpp"
#include "store/memory/spin_lock.hpp"
#include "store/memory/table.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace weir::store {

// What is left of a store's `max_keys`. Shards draw from it as they fill and never give back.
class Budget {
 public:
  explicit Budget(std::uint64_t keys) : left_(keys) {}

  // Up to `wanted` keys.
  [[nodiscard]] std::uint64_t draw(std::uint64_t wanted) noexcept {
    std::uint64_t left = left_.load(std::memory_order_relaxed);
    while (left > 0 && !left_.compare_exchange_weak(left, left - std::min(left, wanted), std::memory_order_relaxed)) {
    }
    return std::min(left, wanted);
  }

 private:
  std::atomic<std::uint64_t> left_;
};

class alignas(128) Shard {
 public:
  SpinLock lock;  // held around every call below but `prefetch`

  void draw_from(Budget& budget) noexcept { budget_ = &budget; }
  // Without the lock.
  using Home = Table<1>::Home;
  [[nodiscard, gnu::always_inline]] Home prefetch(const MemorySpace& space, std::uint64_t hash) const noexcept {
    if (space.kind() == MemorySpace::Kind::compact_bucket) [[likely]]
      return one_.prefetch(hash);
    prefetch_other(space, hash);
    return {};
  }

  // As the algorithm's own members of these names. `charge` is false when there was no memory to note it in.
  [[nodiscard, gnu::always_inline]] limits::Verdict take(const MemorySpace& space, const Home& home, std::uint64_t hash,
                                                         Instant now, std::int64_t cost) noexcept {
    // The walk most decisions take, inlined; `prefetch` found a home for a compact bucket alone.
    if (auto* slot = one_.find_at_once(home, hash)) [[likely]]
      return take_from(*slot, space.compact_bucket(), now, cost);
    return take_slowly(space, hash, now, cost);
  }
  [[nodiscard]] limits::Verdict look(const MemorySpace& space, std::uint64_t hash, Instant now,
                                     std::int64_t cost) noexcept;
  [[nodiscard]] bool charge(const MemorySpace& space, std::uint64_t hash, Instant now, std::int64_t amount) noexcept;
  void give_back(const MemorySpace& space, std::uint64_t hash, Instant now, std::int64_t amount,
                 Instant held_at) noexcept;
  void clear(const MemorySpace& space, std::uint64_t hash) noexcept;

  [[nodiscard]] std::uint64_t living() const noexcept { return living_; }
  [[nodiscard]] std::uint64_t evicted() const noexcept { return evicted_; }

 private:
  void prefetch_other(const MemorySpace& space, std::uint64_t hash) const noexcept;
  template <int Words>
  [[nodiscard]] auto& table() noexcept {
    if constexpr (Words == 1) return one_;
    if constexpr (Words == 2) return two_;
    if constexpr (Words == 3) return three_;
  }
  template <class Codec>
  [[nodiscard]] static limits::Verdict take_from(Slot<Codec::words>& slot, const Codec& codec, Instant now,
                                                 std::int64_t cost) noexcept {
    auto state = codec.load(slot.word);
    const limits::Verdict verdict = codec.algorithm.take(state, now, cost);
    if (verdict.allowed()) [[likely]] {
      codec.save(state, slot.word);
      if ((slot.tag & tag_refused) != 0) [[unlikely]]
        slot.tag &= ~tag_refused;
    } else if ((slot.tag & tag_refused) == 0) {
      slot.tag |= tag_refused;
    }
    return verdict;
  }
  [[nodiscard]] limits::Verdict take_slowly(const MemorySpace& space, std::uint64_t hash, Instant now,
                                            std::int64_t cost) noexcept;
  template <class Codec>
  [[nodiscard]] Slot<Codec::words>* find(const MemorySpace& space, std::uint64_t hash, Instant now) noexcept;
  template <class Codec>
  [[nodiscard]] limits::Verdict take_new(const Codec& codec, std::uint64_t hash, Instant now,
                                         std::int64_t cost) noexcept;
  template <class TableType>
  [[nodiscard]] auto place(TableType& table, std::uint64_t hash, Instant now) noexcept -> typename TableType::SlotType*;
  template <int Words>
  [[nodiscard]] Slot<Words>* adopt(MemorySpace::Kind kind, std::uint64_t hash, Instant now) noexcept;

  [[nodiscard]] Slot<2>* log_with_room(const limits::SlidingLog& log, std::uint64_t hash, Instant now,
                                       std::int64_t amount) noexcept;
  template <class TableType>
  void weigh(TableType& table) noexcept {
    living_ += static_cast<std::uint64_t>(table.change());
  }
  enum class Logs : std::uint8_t { too, spared };
  [[nodiscard]] bool evict_near(std::uint64_t hash, Instant now, Logs logs) noexcept;
  [[nodiscard]] bool has_room(std::uint64_t keys) noexcept;

  Table<1> one_;
  Table<2> two_;
  Table<3> three_;
  Table<2, RingOwner> logs_;  // word1: the address of a Ring
  std::uint64_t living_ = 0;  // slots in use, and a key's worth for each two entries of the rings
  std::uint64_t most_ = 0;    // of `living_`, drawn so far
  Budget* budget_ = nullptr;
  std::uint64_t evicted_ = 0;
};

}  // namespace weir::store
