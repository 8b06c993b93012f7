// random.hpp: one seed, the same numbers everywhere. (The standard library leaves its distributions to each vendor.)
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace weir::scale {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  // splitmix64 (Steele, Lea, Flood 2014).
  std::uint64_t bits() {
    std::uint64_t word = state_ += 0x9E3779B97F4A7C15;
    word = (word ^ (word >> 30U)) * 0xBF58476D1CE4E5B9;
    word = (word ^ (word >> 27U)) * 0x94D049BB133111EB;
    return word ^ (word >> 31U);
  }
  double unit() { return (static_cast<double>(bits() >> 11U) + 0.5) * 0x1p-53; }  // in (0, 1)
  std::uint64_t below(std::uint64_t end) { return static_cast<std::uint64_t>(unit() * static_cast<double>(end)); }
  double exponential(double mean) { return -mean * std::log(unit()); }
  double log_normal(double median, double sigma) {
    const double normal = std::sqrt(-2 * std::log(unit())) * std::cos(2 * std::numbers::pi * unit());
    return median * std::exp(sigma * normal);
  }

 private:
  std::uint64_t state_;
};

// The same for the same number: where a key lives.
inline std::uint64_t mixed(std::uint64_t number) { return Random(number).bits(); }

}  // namespace weir::scale
