// deny_list.hpp: who is denied whatever the limit. Entries end by themselves or stay. Safe from any thread.
#pragma once

#include "limiter/key_set.hpp"

#include <weir/limiter.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <expected>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace weir::limiter {

class DenyList {
 public:
  static constexpr std::size_t max_entries = 100'000;

  // Patterns are those of weir::Options. The same pattern again replaces its entry. The error says what is wrong with
  // the pattern or the time, or that the list is full.
  std::expected<void, std::string> add(std::string_view pattern, std::optional<std::chrono::nanoseconds> ttl,
                                       Instant now);
  bool remove(std::string_view pattern);  // false when there was no such entry
  [[nodiscard]] bool denies(std::string_view text, Instant now) const;
  [[nodiscard]] std::vector<DenyEntry> entries(Instant now) const;

  [[nodiscard]] bool empty() const noexcept { return empty_.load(std::memory_order_relaxed); }  // one load

 private:
  mutable std::shared_mutex mutex_;
  KeySet set_;
  std::atomic<bool> empty_{true};
};

}  // namespace weir::limiter
