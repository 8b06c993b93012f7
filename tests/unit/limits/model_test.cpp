// Every algorithm held against its naive exact model over long random traces: the same decision, remaining, debt and
// times; refusals that write nothing; retry_after exact to the nanosecond.
#include "limits/fixed_window.hpp"
#include "limits/gcra.hpp"
#include "limits/interval_bucket.hpp"
#include "limits/models.hpp"
#include "limits/ring.hpp"
#include "limits/sliding_log.hpp"
#include "limits/sliding_window.hpp"
#include "limits/trace.hpp"

#include <functional>

namespace weir::limits {
namespace {

constexpr int rules = 200;
constexpr int steps = 500;

// An algorithm and the state of one key.
template <class Algorithm>
class OneKey {
 public:
  explicit OneKey(const Rule& rule) : algorithm_(Algorithm::make(rule)) {}
  [[nodiscard]] Verdict look(Instant now, std::int64_t cost) const { return algorithm_.look(state_, now, cost); }
  Verdict take(Instant now, std::int64_t cost) { return algorithm_.take(state_, now, cost); }
  void charge(Instant now, std::int64_t amount) { algorithm_.charge(state_, now, amount); }
  void give_back(Instant now, std::int64_t amount, Instant held_at) {
    algorithm_.give_back(state_, now, amount, held_at);
  }
  [[nodiscard]] Instant fresh_at() const { return algorithm_.fresh_at(state_); }
  [[nodiscard]] typename Algorithm::State snapshot() const { return state_; }

 private:
  Algorithm algorithm_;
  typename Algorithm::State state_{};
};

class OneLog : public Ring {
 public:
  explicit OneLog(const Rule& rule) : Ring(SlidingLog::make(rule)) {}
};

// The hot representation, with the origin a store would choose.
struct Compact {
  struct State {
    std::uint64_t tat = 0;
    friend bool operator==(const State&, const State&) = default;
  };
  GcraTicks<std::uint64_t> in;

  static Compact make(const Rule& rule) { return {GcraTicks<std::uint64_t>::make(rule, t0)}; }
  [[nodiscard]] Verdict look(const State& state, Instant now, std::int64_t cost) const {
    return in.look(state.tat, now, cost);
  }
  Verdict take(State& state, Instant now, std::int64_t cost) const { return in.take(state.tat, now, cost); }
  void charge(State& state, Instant now, std::int64_t amount) const { in.charge(state.tat, now, amount); }
  void give_back(State& state, Instant now, std::int64_t amount, Instant held_at) const {
    in.give_back(state.tat, now, amount, held_at);
  }
  [[nodiscard]] Instant fresh_at(const State& state) const { return in.fresh_at(state.tat); }
};

std::int64_t random_count(Chance& chance, std::int64_t most) {
  if (chance.one_in(10)) return most - chance.between(0, 1);
  return chance.one_in(2) ? chance.between(1, 12) : chance.magnitude(most);
}

Nanos random_period(Chance& chance) {
  constexpr Nanos common[] = {1us, 1ms, 1s, 1min, 1h, std::chrono::days(1), std::chrono::weeks(1), century};
  if (chance.one_in(3)) return Nanos{1'000 + chance.magnitude(century.count() - 1'000)};
  return common[chance.between(0, 7)];
}

Rule random_windows(Algorithm algorithm, Chance& chance) {
  Rule rule{.algorithm = algorithm, .count = random_count(chance, max_count), .period = Period(random_period(chance))};
  if (chance.one_in(4)) {
    rule.period = Period(std::chrono::days(chance.magnitude(36'525)));
    rule.anchor = std::chrono::sys_days{std::chrono::days(chance.between(-200'000, 200'000))};
  }
  return rule;
}

Rule random_bucket(Algorithm algorithm, Chance& chance) {
  Rule rule{.algorithm = algorithm, .count = random_count(chance, max_count), .period = Period(random_period(chance))};
  if (chance.one_in(2)) rule.burst = random_count(chance, max_count);
  return rule;
}

template <class Subject, class Model>
void hold(std::uint64_t stream, const std::function<Rule(Chance&)>& random_rule) {
  for (int i = 0; i < rules && !::testing::Test::HasFailure(); ++i) {
    Chance chance(stream * 1'000'000 + static_cast<std::uint64_t>(i));
    const Rule rule = random_rule(chance);
    ASSERT_TRUE(validate(rule)) << described(rule);
    hold_against_the_model<Subject, Model>(rule, random_course(chance), chance, steps);
  }
}

TEST(Model, FixedWindowAnswersAsItDoes) {
  hold<OneKey<FixedWindow>, model::FixedWindow>(
      1, [](Chance& chance) { return random_windows(Algorithm::fixed_window, chance); });
}

TEST(Model, SlidingWindowAnswersAsItDoes) {
  hold<OneKey<SlidingWindow>, model::SlidingWindow>(
      2, [](Chance& chance) { return random_windows(Algorithm::sliding_window, chance); });
}

TEST(Model, SlidingLogAnswersAsItDoes) {
  hold<OneLog, model::SlidingLog>(3, [](Chance& chance) {
    return sliding_log(random_count(chance, chance.one_in(2) ? 30 : max_log_count), random_period(chance));
  });
}

TEST(Model, GcraAnswersAsTheLeakingBucketDoes) {
  hold<OneKey<Gcra>, model::Bucket>(4, [](Chance& chance) { return random_bucket(Algorithm::gcra, chance); });
}

TEST(Model, IntervalBucketAnswersAsItDoes) {
  hold<OneKey<IntervalBucket>, model::IntervalBucket>(
      5, [](Chance& chance) { return random_bucket(Algorithm::interval_bucket, chance); });
}

TEST(Model, CompactGcraAnswersAsTheLeakingBucketDoes) {
  int held = 0;
  for (std::uint64_t i = 0; held < rules && !HasFailure(); ++i) {
    Chance chance(6'000'000 + i);
    Rule rule = gcra(random_count(chance, 1'000'000), Period(Nanos{1'000 * chance.magnitude(1'000'000'000)}));
    if (chance.one_in(2)) rule.burst = random_count(chance, 1'000'000);
    const GcraTicks<std::uint64_t> limit = GcraTicks<std::uint64_t>::make(rule, t0);
    if (limit.last < t0 + 1h) continue;
    ++held;
    const Nanos life = limit.last - t0;
    Course course{.start = moved(t0, chance.magnitude(life.count() / 2)), .first = t0, .last = t0 + life / 2};
    course.steps_back = chance.one_in(2);
    // Beyond the bounds of its ticks debt saturates: the traces stay within them.
    hold_against_the_model<OneKey<Compact>, model::Bucket>(rule, course, chance, steps);
  }
}

}  // namespace
}  // namespace weir::limits
