// chance.hpp: random numbers out of the seed.
#pragma once

#include "random/seed.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>

namespace weir {

class Chance {
 public:
  // Streams of one seed are independent of each other.
  explicit Chance(std::uint64_t stream) : engine_(seed() * 0x9e3779b97f4a7c15 + stream) {}

  std::int64_t between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(engine_);
  }
  bool one_in(int n) { return between(1, n) == 1; }
  // From 1 to `high`, every order of magnitude as likely as another.
  std::int64_t magnitude(std::int64_t high) {
    const double exponent = std::uniform_real_distribution<double>(0, std::log2(static_cast<double>(high)))(engine_);
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::exp2(exponent)), 1, high);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace weir
