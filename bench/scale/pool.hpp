// pool.hpp: things that come and go, by index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace weir::scale {

template <class Thing>
class Pool {
 public:
  std::uint32_t add(Thing thing) {
    if (free_.empty()) {
      things_.push_back(std::move(thing));
      return static_cast<std::uint32_t>(things_.size() - 1);
    }
    const std::uint32_t at = free_.back();
    free_.pop_back();
    things_[at] = std::move(thing);
    return at;
  }
  void drop(std::uint32_t at) { free_.push_back(at); }
  Thing& operator[](std::uint32_t at) { return things_[at]; }

 private:
  std::vector<Thing> things_;
  std::vector<std::uint32_t> free_;
};

}  // namespace weir::scale
