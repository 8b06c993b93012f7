// table.hpp: what is known by number: an open table that only grows. Number 0 is none.
#pragma once

#include "random.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace weir::scale {

template <class Value>
class Table {
 public:
  using Slot = std::pair<std::uint64_t, Value>;

  Value& operator[](std::uint64_t number) {
    if (2 * (used_ + 1) > slots_.size()) grow();
    Slot& slot = slots_[place(number)];
    if (slot.first == 0) {
      slot.first = number;
      ++used_;
    }
    return slot.second;
  }
  // Null: not there.
  Value* find(std::uint64_t number) {
    Slot& slot = slots_[place(number)];
    return slot.first == 0 ? nullptr : &slot.second;
  }
  [[nodiscard]] std::vector<Slot>& slots() { return slots_; }  // those of number 0 are empty

 private:
  [[nodiscard]] std::size_t place(std::uint64_t number) const {
    std::size_t at = mixed(number) & (slots_.size() - 1);
    while (slots_[at].first != 0 && slots_[at].first != number) at = (at + 1) & (slots_.size() - 1);
    return at;
  }
  void grow() {
    std::vector<Slot> before(2 * slots_.size());
    before.swap(slots_);
    for (Slot& slot : before) {
      if (slot.first != 0) slots_[place(slot.first)] = std::move(slot);
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(1024);
  std::size_t used_ = 0;
};

}  // namespace weir::scale
