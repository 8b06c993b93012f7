// counter.hpp: a count that many threads add to.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace weir::api {

// Which cell a thread counts in. Two threads may share one: it is atomic all the same.
inline constexpr std::size_t cells = 16;
[[nodiscard]] std::size_t own_cell() noexcept;

class Counter {
 public:
  void add(std::uint64_t by = 1) noexcept { cells_[own_cell()].value.fetch_add(by, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const noexcept;

 private:
  struct alignas(64) Cell {
    std::atomic<std::uint64_t> value{0};
  };
  std::array<Cell, cells> cells_;
};

}  // namespace weir::api
