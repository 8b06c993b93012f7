// zipf.hpp: key k of n is asked for as often as 1/k^skew, for any n without a table: rejection-inversion (Hoermann and
// Derflinger 1996). So a billion keys are drawn from as they are; only those that come up cost memory.
#pragma once

#include "random.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace weir::scale {

class Zipf {
 public:
  Zipf(double keys, double skew)
      : keys_(keys),
        skew_(skew),
        low_(area(1.5) - 1),
        high_(area(keys + 0.5)),
        near_(2 - inverse(area(2.5) - weight(2))) {}

  std::uint64_t operator()(Random& random) const {
    while (true) {
      const double at = high_ + random.unit() * (low_ - high_);
      const double x = inverse(at);
      const double key = std::clamp(std::floor(x + 0.5), 1.0, keys_);
      if (key - x <= near_ || at >= area(key + 0.5) - weight(key)) return static_cast<std::uint64_t>(key);
    }
  }

 private:
  [[nodiscard]] double weight(double x) const { return std::pow(x, -skew_); }
  // The integral of the weight, and its inverse; at skew 1 a logarithm.
  [[nodiscard]] double area(double x) const {
    return flat() ? std::log(x) : (std::pow(x, 1 - skew_) - 1) / (1 - skew_);
  }
  [[nodiscard]] double inverse(double y) const {
    return flat() ? std::exp(y) : std::pow(1 + y * (1 - skew_), 1 / (1 - skew_));
  }
  [[nodiscard]] bool flat() const { return std::abs(skew_ - 1) < 1e-9; }

  double keys_;
  double skew_;
  double low_;
  double high_;
  double near_;
};

}  // namespace weir::scale
