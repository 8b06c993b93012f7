// cached_fixed_window.hpp: the package's cachedFixedWindow: a fixed window whose count is kept here, so that only the
// first call of a key in a window waits for Redis. Fast, and not exact: what others count meanwhile is not seen until
// an answer comes back. The keys are those of the fixed window.
//
//   decide      none: ask Redis by Layout::each, answer what it says, and tell it here by `learn`
//               allowed: answer, and send Layout::charge behind it; its verdict goes to `charged`
//
// What differs from the package: a refusal is not counted, keys have a TTL, remaining is never below 0, and the number
// of keys is bounded.
#pragma once

#include "limits/verdict.hpp"
#include "store/redis/upstash/terms.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace weir::store::redis::upstash {

class CachedFixedWindow {
 public:
  // The terms must be of a fixed window.
  CachedFixedWindow(const Terms& terms, std::size_t most_keys) : terms_(terms), most_keys_(most_keys) {}

  // None: nothing is known of this key in this window.
  [[nodiscard]] std::optional<limits::Verdict> decide(std::string_view identifier, std::int64_t cost, Instant now);
  // What Redis said to a call of the window of `now`.
  void learn(std::string_view identifier, const limits::Verdict& verdict, Instant now);
  // What Redis said to a charge of `cost` that `decide` allowed at `now`.
  void charged(std::string_view identifier, std::int64_t cost, const limits::Verdict& verdict, Instant now);
  void forget(std::string_view identifier);
  [[nodiscard]] std::size_t size() const { return counts_.size(); }

 private:
  struct Count {
    std::int64_t window = 0;
    std::int64_t limit = 0;    // the dynamic one, if there is one: as Redis last said it, like
    std::int64_t known = 0;    // what is used
    std::int64_t pending = 0;  // allowed here, and not yet said by Redis
  };
  [[nodiscard]] Count* find(std::string_view identifier, Instant now);

  Terms terms_;
  std::size_t most_keys_;
  std::unordered_map<std::string, Count> counts_;
};

}  // namespace weir::store::redis::upstash
