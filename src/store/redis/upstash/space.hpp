// space.hpp: the keys of one limit in layout upstash.
#pragma once

#include "store/redis/layout/layout.hpp"
#include "store/redis/upstash/terms.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weir::store::redis::upstash {

class UpstashSpace final : public RedisSpace {
 public:
  UpstashSpace(const Rule& rule, std::string prefix, const Terms& terms,
               std::shared_ptr<std::atomic<std::int64_t>> generation, bool is_base)
      : RedisSpace(rule, std::move(prefix), std::move(generation)), terms_(terms), is_base_(is_base) {}
  [[nodiscard]] const Terms& terms() const { return terms_; }
  // The dynamic limit stands in the place of its limit.
  [[nodiscard]] bool is_base() const { return is_base_.load(std::memory_order_relaxed); }
  void become_base(bool is) const { is_base_.store(is, std::memory_order_relaxed); }

 private:
  Terms terms_;
  mutable std::atomic<bool> is_base_;
};

// Where the state of a key is kept at that time: a window's counter and the one before it, or a bucket.
[[nodiscard]] std::vector<std::string> state_keys(const UpstashSpace& space, std::string_view identifier, Instant now);

// All keys that may hold something of it: the windows before and after too, as clocks differ.
[[nodiscard]] std::vector<std::string> all_state_keys(const UpstashSpace& space, std::string_view identifier,
                                                      Instant now);

}  // namespace weir::store::redis::upstash
