// heavy_hitters.hpp: the keys that were counted most, in bounded memory whatever the number of keys.
//
// A table of counters (Misra and Gries, "Finding repeated elements", 1982, with the purge by the median of Anderson et
// al., "A high-performance algorithm for identifying frequent items in data streams", 2017). When the table is full,
// the median of its counts is taken off every counter, those that come to 0 go, and what was taken off is added to
// `error`. Invariant, of every key:
//
//     found count <= true count <= found count + error        (a key that is not found has the count 0)
//
// Each purge of n counters takes at least n/2 times the median out of the table, so error <= 2 * total / n, where n is
// `capacity`, or less where the bytes of long keys or the memory's bound filled the table first. Without a purge the
// error is 0: every count is exact. Tables add up: counts of equal keys and errors are summed, and the bound holds for
// the sum of the totals.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace weir::analytics {

class HeavyHitters {
 public:
  // Slots are doubled up to this; three in four may be used.
  static constexpr std::size_t least_slots = 8;
  static constexpr std::size_t key_bytes_a_slot = 48;  // of room for the keys' text

  HeavyHitters() = default;
  // `slots`: the most there may be, a power of two.
  explicit HeavyHitters(std::size_t slots) : most_slots_(std::max(slots, least_slots)) {}

  // Slots for a table that holds the `top` keys with an error of at most total / (2 * top).
  [[nodiscard]] static std::size_t slots_for(std::size_t top);
  [[nodiscard]] std::size_t capacity() const noexcept { return most_slots_ / 4 * 3; }

  // `hash` is that of the key under one function for all keys of the table and of those it is merged with; count > 0.
  // `may_grow` false: a full table is purged where it would grow. About 20 ns while the table lies in the cache.
  void add(std::uint64_t hash, std::string_view key, std::int64_t count, bool may_grow = true);
  void merge(const HeavyHitters& other);

  // Holds it to so many slots from now on; what is too much is purged.
  void hold_to(std::size_t slots);
  // Keeps the `most` largest, in as little memory as they need; the largest that goes adds to the error: at most
  // total / most. To be done once: again and again, each time would add as much.
  void keep(std::size_t most);
  void clear() noexcept;  // the memory stays

  [[nodiscard]] std::int64_t error() const noexcept { return error_; }
  void add_error(std::int64_t error) noexcept { error_ += error; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0 && error_ == 0; }
  [[nodiscard]] std::size_t bytes() const noexcept { return slots_.capacity() * sizeof(Slot) + text_.capacity(); }

  // visit(hash, key, count) of every key, in no order.
  template <class Visit>
  void each(Visit visit) const {
    for (const Slot& slot : slots_) {
      if (slot.count != 0) visit(slot.hash, key_of(slot), slot.count);
    }
  }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::int64_t count = 0;    // 0: free
    std::uint32_t at = 0;      // of the key in text_
    std::uint32_t length = 0;  // of the key
  };

  [[nodiscard]] std::string_view key_of(const Slot& slot) const noexcept {
    return {text_.data() + slot.at, slot.length};
  }
  [[nodiscard]] Slot* find(std::uint64_t hash, std::string_view key) noexcept;
  [[nodiscard]] bool has_room(std::size_t key_bytes) const noexcept;
  void make_room(std::size_t key_bytes, bool may_grow);
  void purge(std::size_t slots);  // and rebuilds it with so many
  void rebuild(std::size_t slots, std::int64_t taken_off);

  std::vector<Slot> slots_;  // linear probing
  std::vector<char> text_;
  std::size_t most_slots_ = least_slots;
  std::size_t size_ = 0;
  std::int64_t error_ = 0;
};

}  // namespace weir::analytics
