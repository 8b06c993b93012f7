// settling.hpp: changes come in bursts: an editor writes twice, a tool replaces ten files. One look after the burst is
// enough, and in a storm that never ends one look a second.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace weir::cli {

class Settling {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr auto quiet = std::chrono::milliseconds(100);
  static constexpr auto longest = std::chrono::seconds(1);

  void changed(Clock::time_point now) {
    if (!first_) first_ = now;
    last_ = now;
  }
  // When to look; nothing: there is no reason to.
  [[nodiscard]] std::optional<Clock::time_point> when() const {
    return first_ ? std::optional(std::min(last_ + quiet, *first_ + longest)) : std::nullopt;
  }
  // Whether that time has come; then it starts anew.
  [[nodiscard]] bool settled(Clock::time_point now) {
    const auto at = when();
    if (!at || now < *at) return false;
    first_.reset();
    return true;
  }

 private:
  std::optional<Clock::time_point> first_;
  Clock::time_point last_{};
};

}  // namespace weir::cli
