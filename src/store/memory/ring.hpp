// ring.hpp: the memory of one key's sliding log, in one block from malloc: a limits::Log, then its entries.
#pragma once

#include "limits/sliding_log.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>

namespace weir::store {

struct Ring {
  limits::Log log;

  // Against the store's bound, in keys, beyond the slot's own 1: an entry is half as large as a slot with its share of
  // the table.
  [[nodiscard]] static std::uint64_t weight(std::uint32_t entries) noexcept { return entries <= 4 ? 0 : entries / 2; }

  // A ring of `capacity` entries that holds what `old` held, which is freed. Null, and `old` untouched, without memory.
  [[nodiscard]] static Ring* grow(Ring* old, std::uint32_t capacity) noexcept;
};

// Frees the ring of a slot whose word1 is its address.
struct RingOwner {
  static std::uint64_t free(const std::array<std::uint64_t, 2>& word) noexcept {
    auto* ring = reinterpret_cast<Ring*>(word[1]);  // NOLINT(performance-no-int-to-ptr)
    if (ring == nullptr) return 0;
    const std::uint64_t weight = Ring::weight(ring->log.capacity);
    std::free(ring);
    return weight;
  }
};

}  // namespace weir::store
