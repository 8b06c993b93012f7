// backoff.hpp: how long to wait before the next try: twice as long each time, less up to a quarter, so that many
// gateways don't come back in one moment.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace weir::store::redis {

class Backoff {
 public:
  Backoff(std::chrono::milliseconds least, std::chrono::milliseconds most) : least_(least), most_(most), next_(least) {}

  [[nodiscard]] std::chrono::microseconds next() {
    const std::chrono::microseconds base = next_;
    next_ = std::min(next_ * 2, most_);
    std::uniform_int_distribution<std::chrono::microseconds::rep> jitter(base.count() * 3 / 4, base.count());
    return std::chrono::microseconds(jitter(random_));
  }
  void reset() { next_ = least_; }

 private:
  std::chrono::milliseconds least_;
  std::chrono::milliseconds most_;
  std::chrono::milliseconds next_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace weir::store::redis
