// recent_keys.hpp: a number for each of the keys that matter at the moment, in memory of a fixed size: a table of sets
// of eight. A set that is full forgets its smallest number, so numbers must grow with time.
//
// Reading takes no lock; a new key does. Two threads at one set may miss each other's change for a moment.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

namespace weir::alerts {

class RecentKeys {
 public:
  static constexpr std::size_t ways = 8;
  static constexpr std::size_t default_sets = 2048;  // 256 KiB

  // `sets` is a power of two.
  explicit RecentKeys(std::size_t sets = default_sets) : mask_(sets - 1), sets_(std::make_unique<Set[]>(sets)) {}

  // The key's number, to be changed in place; null: it is not known. O(1), some nanoseconds.
  [[nodiscard]] std::atomic<std::uint64_t>* find(std::uint64_t hash) noexcept {
    Set& set = set_of(hash);
    for (Slot& slot : set) {
      if (slot.hash.load(std::memory_order_relaxed) == named(hash)) return &slot.number;
    }
    return nullptr;
  }

  // Gives the key its number unless `keeps(number it has)`. False: it kept it. Takes a lock.
  template <class Keeps>
  [[nodiscard]] bool put(std::uint64_t hash, std::uint64_t number, Keeps keeps) noexcept {
    const std::scoped_lock lock(mutex_);
    Set& set = set_of(hash);
    Slot* place = set.data();
    for (Slot& slot : set) {
      if (slot.hash.load(std::memory_order_relaxed) == named(hash)) {
        if (keeps(slot.number.load(std::memory_order_relaxed))) return false;
        place = &slot;
        break;
      }
      if (slot.number.load(std::memory_order_relaxed) < place->number.load(std::memory_order_relaxed)) place = &slot;
    }
    place->number.store(0, std::memory_order_relaxed);
    place->hash.store(named(hash), std::memory_order_relaxed);
    place->number.store(number, std::memory_order_relaxed);
    return true;
  }

 private:
  struct Slot {
    std::atomic<std::uint64_t> hash{0};  // 0: free
    std::atomic<std::uint64_t> number{0};
  };
  using Set = std::array<Slot, ways>;

  static std::uint64_t named(std::uint64_t hash) noexcept { return hash == 0 ? 1 : hash; }
  Set& set_of(std::uint64_t hash) noexcept { return sets_[(hash >> 32U) & mask_]; }

  const std::size_t mask_;
  const std::unique_ptr<Set[]> sets_;
  std::mutex mutex_;
};

}  // namespace weir::alerts
