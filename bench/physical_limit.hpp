// physical_limit.hpp: what no keyed limiter can go below: hash the key, read the clock, read one 16-byte slot of a
// table as large as the store's, in the same pages. No lock, no key comparison, no write.
#pragma once

#include "contender.hpp"
#include "store/memory/key_hash.hpp"
#include "store/memory/pages.hpp"

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#include <cstring>
#include <new>

namespace bench {

inline std::uint64_t clock_ticks() {
#if defined(__x86_64__)
  return __rdtsc();
#else
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

class SlotTable {
 public:
  struct Slot {
    std::uint64_t fingerprint;
    std::uint64_t state;
  };

  explicit SlotTable(std::size_t slots) : slots_(slots), pages_(slots * sizeof(Slot)) {
    if (pages_.data() == nullptr) throw std::bad_alloc();
    std::memset(pages_.data(), 0, slots * sizeof(Slot));  // every page is there before the clock runs
  }

  [[nodiscard]] const volatile Slot& at(std::uint64_t hash) const {
    __extension__ using Wide = unsigned __int128;
    const Slot* slot = static_cast<const Slot*>(pages_.data()) + static_cast<std::size_t>((Wide{hash} * slots_) >> 64U);
    __builtin_prefetch(slot);  // so that the clock is read while the slot is on its way
    return *slot;
  }

 private:
  std::size_t slots_;
  weir::store::Pages pages_;
};

// Each key depends on the slot read before it, as a caller's next step depends on the decision: one access at a time.
class PointerChase : public Contender {
 public:
  explicit PointerChase(std::size_t slots) : Contender("pointer chase"), table_(slots) {}
  void prepare(const Order& order) override { keys_ = order.numbers.data(); }
  std::uint64_t call(std::size_t from, std::size_t to) override {
    std::uint64_t last = 0;  // the table holds zeros, which the compiler does not know
    std::uint64_t passed = 0;
    for (std::size_t i = from; i < to; ++i) {
      const volatile SlotTable::Slot& slot = table_.at(hash_(weir::Key(keys_[i] ^ last)));
      const std::uint64_t now = clock_ticks();
      last = slot.fingerprint ^ slot.state;
      if (now > last) ++passed;
    }
    return passed;
  }

 private:
  SlotTable table_;
  weir::store::KeyHash hash_;
  const std::uint64_t* keys_ = nullptr;
};

// Nothing depends on anything: the processor overlaps as many accesses as it can, which a limiter's lock forbids.
class RandomRead : public Contender {
 public:
  explicit RandomRead(std::size_t slots) : Contender("random read"), table_(slots) {}
  void prepare(const Order& order) override { keys_ = order.numbers.data(); }
  std::uint64_t call(std::size_t from, std::size_t to) override {
    std::uint64_t passed = 0;
    for (std::size_t i = from; i < to; ++i) {
      const volatile SlotTable::Slot& slot = table_.at(hash_(weir::Key(keys_[i])));
      const std::uint64_t now = clock_ticks();
      if (now > (slot.fingerprint ^ slot.state)) ++passed;
    }
    return passed;
  }

 private:
  SlotTable table_;
  weir::store::KeyHash hash_;
  const std::uint64_t* keys_ = nullptr;
};

}  // namespace bench
