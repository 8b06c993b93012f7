// latencies.hpp: how long decisions took, in classes 2 % wide.
#pragma once

#include "events.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace weir::scale {

class Latencies {
 public:
  void note(Time took) {
    const double micros = std::max(1.0, static_cast<double>(took) / micro);
    ++counts_[std::min(counts_.size() - 1, static_cast<std::size_t>(std::log(micros) / step))];
    ++all_;
  }
  // In microseconds: of the fastest `part` of all, the slowest. 1: a microsecond or less.
  [[nodiscard]] double quantile(double part) const {
    std::uint64_t left = static_cast<std::uint64_t>(part * static_cast<double>(all_));
    for (std::size_t at = 0; at < counts_.size(); ++at) {
      if (counts_[at] > left) return at == 0 ? 1 : std::exp((static_cast<double>(at) + 0.5) * step);
      left -= counts_[at];
    }
    return 0;
  }

 private:
  static constexpr double step = 0.02;
  std::array<std::uint64_t, 1024> counts_{};
  std::uint64_t all_ = 0;
};

}  // namespace weir::scale
