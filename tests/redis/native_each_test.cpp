// Each algorithm's script, held against src/limits step by step: the same verdicts for the same times, to the last
// field, over random rules and traces; and every key's TTL.
#include "native_steered.hpp"
#include "store/redis/native/space.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <sstream>
#include <vector>

namespace weir::store::redis {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

constexpr Instant t0 = std::chrono::sys_days(std::chrono::year(2026) / 6 / 15);
constexpr Instant last = std::chrono::sys_days(std::chrono::year(2120) / 1 / 1);

// The algorithm of a rule with one state, as src/limits has it.
class Reference {
  std::uint32_t log_capacity() const { return static_cast<std::uint32_t>(rule_.count); }
  template <class F>
  auto with(const F& f) {
    return std::visit(
        [&]<class Algorithm>(const Algorithm& algorithm) -> decltype(f(std::declval<limits::FixedWindow>(), fixed_)) {
          if constexpr (std::is_same_v<Algorithm, limits::FixedWindow>) {
            return f(algorithm, fixed_);
          } else if constexpr (std::is_same_v<Algorithm, limits::SlidingWindow>) {
            return f(algorithm, sliding_);
          } else if constexpr (std::is_same_v<Algorithm, native::Bucket>) {
            return f(algorithm, bucket_);
          } else if constexpr (std::is_same_v<Algorithm, limits::IntervalBucket>) {
            return f(algorithm, interval_);
          } else if constexpr (std::is_same_v<Algorithm, limits::SlidingLog>) {
            if (log_.capacity == 0) log_ = {.entries = entries_.data(), .capacity = log_capacity()};
            return f(algorithm, log_);
          } else {
            throw std::logic_error("holders are the store's");
          }
        },
        decider_);
  }

 public:
  explicit Reference(const Rule& rule) : rule_(rule), decider_(native::decider_of(rule)) { entries_.resize(10'000); }

  Verdict take(Instant now, std::int64_t cost) {
    const Verdict verdict = with([&](const auto& algorithm, auto& state) { return algorithm.look(state, now, cost); });
    if (verdict.allowed()) charge(now, cost);
    return verdict;
  }
  void charge(Instant now, std::int64_t amount) {
    with([&](const auto& algorithm, auto& state) { return algorithm.charge(state, now, amount), 0; });
    if (const auto* bucket = std::get_if<native::Bucket>(&decider_); bucket != nullptr && amount != 0) {
      const limits::UnsignedWide micro = limits::UnsignedWide{1000} * bucket->in.ticks_a_nano;
      micros_ = static_cast<std::uint64_t>(bucket_ / micro);
      parts_ = static_cast<std::uint64_t>(bucket_ % micro / bucket->ticks_a_part);
      parts_a_micro_ = native::numbers_of(rule_)[2];
    }
  }
  Instant fresh_at() {
    return with([&](const auto& algorithm, auto& state) {
      if constexpr (requires { algorithm.in; }) {
        return algorithm.in.fresh_at(state);
      } else {
        return algorithm.fresh_at(state);
      }
    });
  }
  // Another count. A bucket's parts of a microsecond are rounded up where they are of another size.
  void change(const Rule& rule) {
    if (std::holds_alternative<native::Bucket>(decider_)) {
      const native::Bucket next = native::Bucket::make(rule);
      const bool same = native::numbers_of(rule)[2] == parts_a_micro_;
      const std::uint64_t up = same || parts_ == 0 ? 0 : 1;
      bucket_ = next.state(micros_ + up, same ? parts_ : 0);
    }
    rule_ = rule;
    decider_ = native::decider_of(rule);
  }

 private:
  Rule rule_;
  native::Decider decider_;
  limits::FixedWindow::State fixed_;
  limits::SlidingWindow::State sliding_;
  native::Bucket::State bucket_ = 0;
  std::uint64_t micros_ = 0;  // the same, as it was written
  std::uint64_t parts_ = 0;
  std::int64_t parts_a_micro_ = 1;
  limits::IntervalBucket::State interval_;
  std::vector<limits::Entry> entries_;
  limits::Log log_;
};

Rule random_rule(Algorithm algorithm, Chance& chance) {
  Rule rule{.algorithm = algorithm};
  const auto period = [&] {
    constexpr std::array common{1s, 10s, 60s, 3600s, 86400s};
    if (!chance.one_in(3)) return microseconds(common[static_cast<std::size_t>(chance.between(0, 4))]);
    return microseconds(chance.magnitude(microseconds(std::chrono::days(36'525)).count()));
  };
  rule.period = period();
  rule.count = chance.one_in(3) ? chance.between(1, 12) : chance.magnitude(chance.one_in(4) ? max_count : 1'000'000);
  if (chance.one_in(30)) rule.count = max_count - chance.between(0, 3);
  if (algorithm == Algorithm::sliding_log) rule.count = chance.one_in(10) ? 10'000 : chance.between(1, 200);
  const bool bucket =
      algorithm == Algorithm::gcra || algorithm == Algorithm::token_bucket || algorithm == Algorithm::interval_bucket;
  if (bucket && chance.one_in(2)) rule.burst = chance.magnitude(chance.one_in(4) ? max_count : 1000);
  if (algorithm == Algorithm::fixed_window && chance.one_in(3)) {
    rule.period = chance.one_in(2) ? Period::month() : Period::year();
  }
  const bool windows = algorithm == Algorithm::fixed_window || algorithm == Algorithm::sliding_window;
  if (windows && chance.one_in(2)) {
    rule.anchor = std::chrono::year(static_cast<int>(chance.between(1960, 2040))) /
                  std::chrono::month(static_cast<unsigned>(chance.between(1, 12))) /
                  std::chrono::day(static_cast<unsigned>(chance.between(1, 31)));
    if (!rule.anchor->ok()) rule.anchor = std::chrono::year(2024) / 2 / 29;
    if (rule.period.kind() == Period::Kind::fixed && rule.period.length() % 24h != 0s) {
      rule.period = std::chrono::days(chance.between(1, 40));
    }
  }
  return rule;
}

std::string described(const Rule& rule) {
  std::ostringstream out;
  out << native::tag_of(rule) << " count " << rule.count << " burst " << rule.burst << ", WEIR_SEED=" << seed();
  return out.str();
}

class Trace {
 public:
  Trace(Steered& redis, Chance& chance, const Rule& rule, std::string prefix)
      : redis_(redis),
        chance_(chance),
        layout_(native_layout("weir")),
        rule_(rule),
        reference_(rule),
        prefix_(std::move(prefix)),
        space_(layout_->open(prefix_, rule)) {}

  // Empty: all is as it should be.
  std::string step() {
    move();
    // A log's ring is as large as its count.
    if (chance_.one_in(40) && rule_.algorithm != Algorithm::sliding_log) change_count();
    // Beyond 2^53 Redis stops counting what is owed.
    const bool forced = chance_.one_in(12) && owing_fits();
    std::vector<std::int64_t> costs;
    for (std::int64_t left = chance_.one_in(3) ? chance_.between(1, 5) : 1; left > 0; --left) {
      // The script takes as one what comes several times in a row.
      const std::int64_t times = chance_.one_in(4) ? chance_.between(2, 20) : 1;
      costs.insert(costs.end(), forced ? 1 : static_cast<std::size_t>(times), cost(forced));
    }
    const Ask ask{.key = "u", .costs = costs};
    const auto& space = static_cast<const RedisSpace&>(*space_);
    const ScriptCall call =
        forced ? layout_->charge(space, {&ask, 1}, redis_.now) : layout_->each(space, {&ask, 1}, redis_.now);
    const auto sent = std::chrono::steady_clock::now();
    const WireReply reply = redis_.run(call);
    std::vector<Verdict> verdicts(costs.size());
    if (!layout_->read_each(space, {&ask, 1}, redis_.now, reply.value(), verdicts)) {
      return "the reply can't be read: " + std::string(reply.value().text);
    }
    std::ostringstream out;
    bool changed = false;
    for (std::size_t at = 0; at < costs.size(); ++at) {
      if (forced) {
        reference_.charge(redis_.now, costs[at]);
        changed = changed || costs[at] > 0;
        continue;
      }
      const Verdict verdict = reference_.take(redis_.now, costs[at]);
      changed = changed || (verdict.allowed() && costs[at] > 0);
      const std::string expected = said(verdict);
      if (said(verdicts[at]) != expected) {
        out << "cost " << costs[at] << " at " << redis_.now.time_since_epoch().count() << "\n  is       "
            << said(verdicts[at]) << "\n  expected " << expected << "\n";
      }
    }
    out << wrong_ttl(changed, sent);
    return out.str();
  }

 private:
  void move() {
    const std::int64_t period = std::max<std::int64_t>(1, rule_.period.length() / 1us);
    const std::int64_t length = rule_.period.kind() == Period::Kind::fixed ? period : microseconds(24h * 31).count();
    std::int64_t by = 0;
    switch (chance_.between(0, 9)) {
      case 0:
        by = -chance_.magnitude(2 * length);
        break;
      case 1:
        by = chance_.magnitude(3 * length);
        break;
      case 2:
      case 3:
        by = 0;
        break;
      default:
        by = chance_.magnitude(std::max<std::int64_t>(1, length / 4));
    }
    redis_.now = std::clamp(redis_.now + microseconds(by), t0 - 24h * 365, last);
  }
  bool owing_fits() const {
    const double capacity = static_cast<double>(rule_.burst == 0 ? rule_.count : rule_.burst);
    const double years =
        capacity / static_cast<double>(rule_.count) * static_cast<double>(rule_.period.length() / 24h) / 365;
    return capacity < 0x1p45 && years < 5;
  }
  std::int64_t cost(bool forced) {
    const std::int64_t capacity = rule_.burst == 0 ? rule_.count : rule_.burst;
    if (forced) return chance_.between(-3, 3) * chance_.magnitude(capacity);
    switch (chance_.between(0, 9)) {
      case 0:
        return 0;
      case 1:
        return -chance_.magnitude(std::min(capacity * 2, max_count - 1));
      case 2:
        return std::min(max_count - 1, capacity + chance_.magnitude(1000));
      case 3:
        return std::min(max_count - 1, capacity);
      case 4:
      case 5:
        return std::min(max_count - 1, chance_.magnitude(capacity));
      default:
        return chance_.one_in(2) ? 1 : chance_.magnitude(std::max<std::int64_t>(1, capacity / 3));
    }
  }
  void change_count() {
    Rule rule = rule_;
    rule.count =
        std::clamp<std::int64_t>(chance_.one_in(2) ? rule.count * 2 : rule.count - chance_.between(0, 2), 1, max_count);
    try {
      space_ = layout_->open(prefix_, rule);
    } catch (const std::invalid_argument&) {
      return;
    }
    reference_.change(rule);
    rule_ = rule;
  }
  // The clock of the trace stands still between the script and PTTL; the one that Redis ends keys by does not.
  std::string wrong_ttl(bool changed, std::chrono::steady_clock::time_point sent) {
    const std::int64_t ttl = redis_.wire().number({"PTTL", prefix_ + ":{u}"});
    const auto fresh = static_cast<double>(
        (reference_.fresh_at() == Instant::min() ? redis_.now : reference_.fresh_at()).time_since_epoch().count());
    const double left = (fresh - static_cast<double>(redis_.now.time_since_epoch().count())) / 1e6;
    if (ttl == -2) return left > 0 ? "the key is gone\n" : "";
    if (ttl == -1) return "the key has no TTL\n";
    if (fresh > 9.007e18) return {};  // beyond 2^53 microseconds, where times in Redis end
    if (changed && static_cast<double>(ttl) > std::max(0.0, left) + 2000)
      return "its TTL is " + std::to_string(ttl) + ", not " + std::to_string(left) + "\n";
    const auto passed = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - sent);
    if (static_cast<double>(ttl + passed.count()) < left)
      return "its TTL ends too soon: " + std::to_string(ttl) + " < " + std::to_string(left) + "\n";
    return {};
  }

  Steered& redis_;
  Chance& chance_;
  std::unique_ptr<Layout> layout_;
  Rule rule_;
  Reference reference_;
  std::string prefix_;
  std::shared_ptr<const Space> space_;
};

class EachNativeScript : public testing::TestWithParam<Algorithm> {};

TEST_P(EachNativeScript, AnswersAsTheAlgorithmDoes) {
  Steered redis;
  Chance chance(static_cast<std::uint64_t>(GetParam()));
  const auto end = std::chrono::steady_clock::now() + 2s;
  int steps = 0;
  for (int number = 0; std::chrono::steady_clock::now() < end; ++number) {
    const Rule rule = random_rule(GetParam(), chance);
    redis.now = t0 + microseconds(chance.between(0, 1LL << 40));
    const std::string prefix = "p" + std::to_string(number);
    std::optional<Trace> trace;
    try {
      trace.emplace(redis, chance, rule, prefix);
    } catch (const std::invalid_argument&) {
      continue;  // a bucket that takes more than a hundred years to fill
    }
    // What is over in half a second of real time is still there when the trace ends.
    const auto patience = std::chrono::steady_clock::now() + 500ms;
    for (int at = 0; at < 80 && std::chrono::steady_clock::now() < patience; ++at, ++steps) {
      const std::string wrong = trace->step();
      ASSERT_EQ(wrong, "") << described(rule) << ", step " << at;
    }
  }
  EXPECT_GT(steps, 300);
}

INSTANTIATE_TEST_SUITE_P(Of, EachNativeScript,
                         testing::Values(Algorithm::fixed_window, Algorithm::sliding_window, Algorithm::sliding_log,
                                         Algorithm::token_bucket, Algorithm::gcra, Algorithm::interval_bucket),
                         [](const auto& one) { return native::tag_of({.algorithm = one.param, .period = 1s}); });

}  // namespace
}  // namespace weir::store::redis
