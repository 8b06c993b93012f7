// body_chunks.hpp: the pieces of a body that came in one hook, without allocating for as few as there nearly always
// are.
#pragma once

#include "gateway/abi.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace weir::gateway {

class BodyChunks {
 public:
  static constexpr std::size_t few = 16;  // of 16 KiB each, as Envoy reads them

  // `fill(place)` writes `count` of them there, and says whether it did.
  template <class Fill>
  BodyChunks(std::size_t count, Fill fill) {
    if (count > few) many_.resize(count);
    const std::span<abi::Buffer> place = count > few ? std::span(many_) : std::span(few_).first(count);
    if (count > 0 && fill(place.data())) all_ = place;
  }
  BodyChunks(const BodyChunks&) = delete;  // what it shows lies in it
  BodyChunks& operator=(const BodyChunks&) = delete;
  ~BodyChunks() = default;

  [[nodiscard]] std::span<const abi::Buffer> all() const { return all_; }

 private:
  std::array<abi::Buffer, few> few_;  // only what was filled is read
  std::vector<abi::Buffer> many_;
  std::span<const abi::Buffer> all_;
};

}  // namespace weir::gateway
