// pages.hpp: zeroed memory for tables, in huge pages where that saves look-ups of the page table.
#pragma once

#include <cstddef>
#include <utility>

namespace weir::store {

class Pages {
 public:
  static constexpr std::size_t huge = std::size_t{2} << 20;

  Pages() = default;
  // Null (see `data`) when the system has no more memory.
  explicit Pages(std::size_t bytes) noexcept;
  ~Pages();
  Pages(Pages&& other) noexcept : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  Pages& operator=(Pages&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }

  [[nodiscard]] void* data() const noexcept { return data_; }

 private:
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace weir::store
