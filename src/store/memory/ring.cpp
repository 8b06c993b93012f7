#include "store/memory/ring.hpp"

#include <cstdlib>
#include <new>

namespace weir::store {

Ring* Ring::grow(Ring* old, std::uint32_t capacity) noexcept {
  static_assert(alignof(Ring) >= alignof(limits::Entry) && sizeof(Ring) % alignof(limits::Entry) == 0);
  void* block = std::malloc(sizeof(Ring) + capacity * sizeof(limits::Entry));
  if (block == nullptr) return nullptr;
  auto* ring = new (block) Ring;
  ring->log.entries = new (static_cast<std::byte*>(block) + sizeof(Ring)) limits::Entry[capacity];
  ring->log.capacity = capacity;
  if (old != nullptr) {
    for (std::uint32_t at = 0; at < old->log.size; ++at) ring->log.entries[at] = old->log[at];
    ring->log.size = old->log.size;
    ring->log.sum = old->log.sum;
    std::free(old);
  }
  return ring;
}

}  // namespace weir::store
