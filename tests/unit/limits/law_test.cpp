// What each algorithm may never do, whatever comes: counted over the calls that were admitted, knowing nothing of how
// they were decided.
#include "limits/fixed_window.hpp"
#include "limits/gcra.hpp"
#include "limits/interval_bucket.hpp"
#include "limits/ring.hpp"
#include "limits/sliding_log.hpp"
#include "limits/sliding_window.hpp"
#include "limits/trace.hpp"

#include <functional>
#include <map>
#include <vector>

namespace weir::limits {
namespace {

struct Admitted {
  Instant at;
  std::int64_t cost;
};

// Hurried callers: most calls come within a window of the one before, at odd moments, and every wait is waited out.
std::vector<Admitted> admitted(const Rule& rule, Chance& chance,
                               const std::function<Verdict(Instant, std::int64_t)>& take) {
  std::vector<Admitted> all;
  Instant now = t0 + Nanos{chance.between(0, century.count() / 4)};
  const std::int64_t period = rule.period.length().count();
  for (int i = 0; i < 400; ++i) {
    const std::int64_t cost = chance.magnitude(rule.burst == 0 ? rule.count : rule.burst);
    const Verdict verdict = take(now, cost);
    if (verdict.allowed()) all.push_back({now, cost});
    if (!verdict.allowed() && chance.one_in(2)) {
      now += verdict.retry_after;
    } else if (chance.one_in(2)) {
      now += Nanos{chance.magnitude(chance.one_in(8) ? 3 * period : period / 4)};
    }
  }
  return all;
}

// Over every stretch from one admitted call to another: `most` units of that length.
void expect_no_more(const Rule& rule, const std::vector<Admitted>& calls, const std::function<Wide(Nanos)>& most) {
  for (std::size_t from = 0; from < calls.size(); ++from) {
    Wide sum = 0;
    for (std::size_t to = from; to < calls.size(); ++to) {
      sum += calls[to].cost;
      ASSERT_LE(saturated(sum), saturated(most(calls[to].at - calls[from].at)))
          << "WEIR_SEED=" << seed() << ", rule " << described(rule) << ", calls " << from << " to " << to;
    }
  }
}

Rule random_rule(Algorithm algorithm, Chance& chance) {
  const bool bucket = algorithm == Algorithm::gcra || algorithm == Algorithm::interval_bucket;
  return {.algorithm = algorithm,
          .count = chance.magnitude(500),
          .period = Period(Nanos{1'000 * chance.magnitude(100'000'000'000)}),
          .burst = bucket && chance.one_in(2) ? chance.magnitude(1'000) : 0};
}

template <class Algorithm>
std::function<Verdict(Instant, std::int64_t)> one_key(const Rule& rule) {
  return [algorithm = Algorithm::make(rule), state = typename Algorithm::State{}](
             Instant now, std::int64_t cost) mutable { return algorithm.take(state, now, cost); };
}

class Law : public ::testing::TestWithParam<int> {
 protected:
  Chance chance_{static_cast<std::uint64_t>(GetParam()) + 7'000'000};
};

TEST_P(Law, FixedWindowAdmitsAtMostItsLimitInEachWindow) {
  const Rule rule = random_rule(Algorithm::fixed_window, chance_);
  const Windows windows(rule.period);
  std::map<Instant, std::int64_t> counts;
  for (const Admitted& call : admitted(rule, chance_, one_key<FixedWindow>(rule))) {
    EXPECT_LE(counts[windows.at(call.at).start] += call.cost, rule.count) << "WEIR_SEED=" << seed();
  }
}

TEST_P(Law, SlidingWindowAdmitsAtMostTwiceItsLimitInAnyWindow) {
  const Rule rule = random_rule(Algorithm::sliding_window, chance_);
  expect_no_more(rule, admitted(rule, chance_, one_key<SlidingWindow>(rule)),
                 [&](Nanos length) { return Wide{2 * rule.count} * (1 + length / rule.period.length()); });
}

TEST_P(Law, SlidingLogAdmitsAtMostItsLimitInAnyWindow) {
  const Rule rule = random_rule(Algorithm::sliding_log, chance_);
  Ring user(SlidingLog::make(rule));
  const auto calls = admitted(rule, chance_, [&](Instant now, std::int64_t cost) { return user.take(now, cost); });
  expect_no_more(rule, calls, [&](Nanos length) { return Wide{rule.count} * (1 + length / rule.period.length()); });
}

TEST_P(Law, GcraAdmitsAtMostItsBurstAndWhatRefillsMeanwhile) {
  const Rule rule = random_rule(Algorithm::gcra, chance_);
  expect_no_more(rule, admitted(rule, chance_, one_key<Gcra>(rule)), [&](Nanos length) {
    return (rule.burst == 0 ? rule.count : rule.burst) +
           Wide{length.count()} * rule.count / rule.period.length().count();
  });
}

TEST_P(Law, IntervalBucketAdmitsAtMostItsBurstAndTheIntervalsThatEndMeanwhile) {
  const Rule rule = random_rule(Algorithm::interval_bucket, chance_);
  expect_no_more(rule, admitted(rule, chance_, one_key<IntervalBucket>(rule)), [&](Nanos length) {
    return (rule.burst == 0 ? rule.count : rule.burst) + Wide{1 + length / rule.period.length()} * rule.count;
  });
}

INSTANTIATE_TEST_SUITE_P(Random, Law, ::testing::Range(0, 40));

// 7 a minute has an interval that no number of nanoseconds is; taken as it comes for ten years, not a unit is lost or
// won against 7 * minutes.
TEST(Drift, SevenAMinuteAdmitsExactlySevenAMinuteForTenYears) {
  const Rule rule = gcra(7, 1min, 20'000);
  const Gcra limit = Gcra::make(rule);
  const auto compact = GcraTicks<std::uint64_t>::make(rule, midnight(2026, 1, 1));
  Gcra::State user;
  std::uint64_t compact_user = 0;
  std::int64_t units = 0;
  Chance chance(8'000'000);
  for (Instant now = t0; now < t0 + std::chrono::days(3'653); now += Nanos{chance.between(1, Nanos{24h}.count())}) {
    const std::int64_t left = limit.look(user, now, 0).remaining;
    ASSERT_EQ(compact.look(compact_user, now, 0).remaining, left);
    limit.charge(user, now, left);
    compact.charge(compact_user, now, left);
    ASSERT_THAT(limit.look(user, now, 1), Refused());
    units += left;
    ASSERT_EQ(units, 20'000 + saturated(Wide{(now - t0).count()} * 7 / Nanos{1min}.count())) << "WEIR_SEED=" << seed();
  }
}

}  // namespace
}  // namespace weir::limits
