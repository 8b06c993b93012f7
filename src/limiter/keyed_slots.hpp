// keyed_slots.hpp: what is remembered of keys, flat and cheap: one slot a hash, a newer key takes an older one's place,
// so the number of slots is the bound. Keys are kept as 128 keyed bits: no key can be made to look like another.
#pragma once

#include "limiter/random_bits.hpp"

#include <weir/key.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace weir::limiter {

struct KeyBits {
  std::uint64_t slot = 0;
  std::uint64_t check = 0;
  friend bool operator==(const KeyBits&, const KeyBits&) = default;
};

// The number 42 is not the text "42".
[[nodiscard]] KeyBits key_bits(std::uint64_t seed, Key key);

// From any thread. No memory is taken before the first key is to be remembered.
template <class Kept>
class KeyedSlots {
  struct Slot {
    KeyBits of;  // zero: nobody's, as one key in 2^128 is
    Kept kept{};
  };

 public:
  // The slot of a key, locked as long as this lives; what it holds may be another key's.
  class Place {
   public:
    Place(std::mutex& mutex, Slot& slot, const KeyBits& key) : lock_(mutex), slot_(slot), key_(key) {}

    [[nodiscard]] Kept* find() { return slot_.of == key_ ? &slot_.kept : nullptr; }
    [[nodiscard]] const Kept* of_another() const { return slot_.of == key_ ? nullptr : &slot_.kept; }  // or nobody's
    void keep(const Kept& kept) { slot_ = {.of = key_, .kept = kept}; }
    void forget() {
      if (slot_.of == key_) slot_ = {};
    }

   private:
    std::scoped_lock<std::mutex> lock_;
    Slot& slot_;
    const KeyBits key_;
  };

  explicit KeyedSlots(std::size_t entries) : entries_(entries), seed_(random_bits()) {}

  // False: nothing was ever remembered, and there is no place yet.
  [[nodiscard]] bool used() const { return used_.load(std::memory_order_acquire); }
  void allocate() {
    if (used()) [[likely]]
      return;
    std::call_once(allocated_, [this] {
      slots_.resize(entries_);
      used_.store(true, std::memory_order_release);
    });
  }

  // Only when `used`. `counter` says which of several counters of one key is meant.
  [[nodiscard]] Place place_of(Key key, std::uint64_t counter = 0) {
    const KeyBits bits = key_bits(seed_ ^ counter, key);
    const std::size_t at = bits.slot % entries_;
    return Place(mutexes_[at % mutexes_.size()], slots_[at], bits);
  }

  void forget_all() {
    if (!used()) return;
    std::array<std::unique_lock<std::mutex>, std::tuple_size_v<decltype(mutexes_)>> locks;
    for (std::size_t i = 0; i < locks.size(); ++i) locks[i] = std::unique_lock(mutexes_[i]);
    for (Slot& slot : slots_) slot = {};
  }

 private:
  const std::size_t entries_;
  const std::uint64_t seed_;
  std::once_flag allocated_;
  std::atomic<bool> used_{false};
  std::vector<Slot> slots_;
  std::array<std::mutex, 64> mutexes_;
};

}  // namespace weir::limiter
