// space.hpp: a rule made ready for the native layout.
#pragma once

#include "limits/concurrency.hpp"
#include "limits/fixed_window.hpp"
#include "limits/gcra.hpp"
#include "limits/interval_bucket.hpp"
#include "limits/sliding_log.hpp"
#include "limits/sliding_window.hpp"
#include "store/redis/layout/layout.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace weir::store::redis::native {

// In ticks since the epoch. Scripts count in whole us and parts of one.
struct Bucket {
  limits::GcraTicks<limits::UnsignedWide> in;
  std::uint64_t ticks_a_part;
  std::uint64_t parts_a_micro;

  using State = limits::UnsignedWide;
  [[nodiscard]] static Bucket make(const Rule& rule);
  [[nodiscard]] State state(std::uint64_t micros, std::uint64_t parts) const {
    return micros * limits::UnsignedWide{1000} * in.ticks_a_nano + parts * limits::UnsignedWide{ticks_a_part};
  }
  [[nodiscard]] Verdict look(State tat, Instant now, std::int64_t cost) const { return in.look(tat, now, cost); }
  void charge(State& tat, Instant now, std::int64_t amount) const { in.charge(tat, now, amount); }
};
using Decider = std::variant<limits::FixedWindow, limits::SlidingWindow, Bucket, limits::IntervalBucket,
                             limits::SlidingLog, limits::Concurrency>;

// Of a valid rule that is not unlimited.
[[nodiscard]] Decider decider_of(const Rule& rule);

// How each value of the rule begins: what rules must have in common to share counters, as in "s1m" or
// "f1month@2026-01-15". A letter for the algorithm (f s l t g i c), the period in its largest whole unit, the anchor.
[[nodiscard]] std::string tag_of(const Rule& rule);

// See RedisSpace. A bucket's is a tenth of the time it takes to fill; what would live less than 20 ms is not worth it.
[[nodiscard]] Nanos lease_life_of(const Rule& rule);

// What native_*.lua of its algorithm calls its rule.
using Numbers = std::array<std::int64_t, 3>;
[[nodiscard]] Numbers numbers_of(const Rule& rule);
// The rule that had these numbers, when only count and burst differ from `rule`; none: no rule of this layout has them.
[[nodiscard]] std::optional<Rule> with_numbers(const Rule& rule, const Numbers& numbers);

class NativeSpace final : public RedisSpace {
 public:
  // Throws std::invalid_argument with a sentence.
  NativeSpace(const Rule& rule, std::string prefix, std::shared_ptr<std::atomic<std::int64_t>> generation);

  [[nodiscard]] const std::string& value_tag() const { return tag_; }
  [[nodiscard]] const Numbers& numbers() const { return numbers_; }
  [[nodiscard]] const std::array<std::string, 3>& words() const { return words_; }  // the numbers, as scripts get them
  [[nodiscard]] const Decider& decider() const { return decider_; }

 private:
  std::string tag_;
  Numbers numbers_;
  std::array<std::string, 3> words_;
  Decider decider_;
};

}  // namespace weir::store::redis::native
