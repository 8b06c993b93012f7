// The memory store must answer as the algorithms themselves do, however their states are coded.
#include "limits/fixed_window.hpp"
#include "limits/gcra.hpp"
#include "limits/interval_bucket.hpp"
#include "limits/sliding_window.hpp"
#include "random/seed.hpp"
#include "store/memory/memory_store.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace weir::store {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

void expect_same(const Verdict& got, const Verdict& want) {
  ASSERT_EQ(got.outcome, want.outcome);
  ASSERT_EQ(got.limit, want.limit);
  ASSERT_EQ(got.remaining, want.remaining);
  ASSERT_EQ(got.debt, want.debt);
  ASSERT_EQ(got.reset, want.reset);
  ASSERT_EQ(got.retry_after, want.retry_after);
}

// Some thousands of calls: costs of every kind, time that stands, creeps, leaps and steps back. Many keys in one small
// table take each other's places when their time has passed, so there the clock steps back by what the store promises
// to bear; a key by itself bears any step.
template <class Algorithm>
void hold_keys_against(const Algorithm& algorithm, const Rule& rule, MemorySpace::Kind kind, std::uint64_t keys) {
  SCOPED_TRACE(repeat_with());
  SCOPED_TRACE(std::to_string(keys) + " keys");
  std::mt19937_64 random(seed());
  MemoryStore store({.max_keys = 1000});  // one shard
  const Nanos furthest_back = keys == 1 ? Nanos::max() : Nanos(1s);
  const auto space = store.open("limit", rule);
  ASSERT_EQ(static_cast<const MemorySpace&>(*space).kind(), kind);
  std::map<std::string, typename Algorithm::State> model;
  Instant now = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1) + 11h + 7ns;
  Instant latest = now;
  const Nanos period = rule.period.length() > 0ns ? rule.period.length() : Nanos(days(31));
  for (int step = 0; step < 20'000; ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    switch (random() % 8) {
      case 0:
        break;
      case 1:
        now += 1ns;
        break;
      case 2:
        now += Nanos(static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(period.count())));
        break;
      case 3:
        now -= Nanos(static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(period.count() / 3 + 1)));
        break;
      default:
        now += period / std::max<std::int64_t>(1, std::min<std::int64_t>(rule.count, 1000));
        break;
    }
    latest = std::max(latest, now);
    if (latest > std::chrono::sys_days(std::chrono::year(2100) / 1 / 1)) return;  // the store's time ends in 2106
    if (latest - now > furthest_back) now = latest - furthest_back;
    const std::string key = "user:" + std::to_string(random() % keys);
    std::int64_t cost = static_cast<std::int64_t>(random() % 3);
    if (random() % 16 == 0) cost = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(rule.count * 2));
    if (random() % 16 == 0) cost = -static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(rule.count));
    if (cost > max_count - 1) cost = max_count - 1;
    const Verdict want = algorithm.take(model[key], now, cost);
    expect_same(store.take_one(*space, key, now, cost), want);
    if (testing::Test::HasFatalFailure()) return;
  }
}

template <class Algorithm>
void hold_against(const Algorithm& algorithm, const Rule& rule, MemorySpace::Kind kind) {
  for (const std::uint64_t keys : {1U, 5U, 100U}) {
    hold_keys_against(algorithm, rule, kind, keys);
    if (testing::Test::HasFatalFailure()) return;
  }
}

using Kind = MemorySpace::Kind;

TEST(MemoryStoreIsExact, CompactBucket) {
  hold_against(limits::Gcra::make(gcra(100, 1min)), gcra(100, 1min), Kind::compact_bucket);
}
TEST(MemoryStoreIsExact, CompactBucketOfThirds) {  // an interval of 333,333,333 1/3 ns
  hold_against(limits::Gcra::make(gcra(3, 1s)), gcra(3, 1s), Kind::compact_bucket);
}
TEST(MemoryStoreIsExact, CompactBucketWithBurst) {
  hold_against(limits::Gcra::make(token_bucket(30, 1s, 7)), token_bucket(30, 1s, 7), Kind::compact_bucket);
}
TEST(MemoryStoreIsExact, BucketOfSevenths) {
  hold_against(limits::Gcra::make(gcra(7, 1min)), gcra(7, 1min), Kind::bucket);
}
TEST(MemoryStoreIsExact, BucketOfTheLargestRate) {
  hold_against(limits::Gcra::make(gcra(max_count - 1, 1s)), gcra(max_count - 1, 1s), Kind::bucket);
}
TEST(MemoryStoreIsExact, CompactWindow) {
  hold_against(limits::FixedWindow::make(fixed_window(100, 1min)), fixed_window(100, 1min), Kind::compact_window);
}
TEST(MemoryStoreIsExact, CompactWindowOfOneSecond) {
  hold_against(limits::FixedWindow::make(fixed_window(5, 1s)), fixed_window(5, 1s), Kind::compact_window);
}
TEST(MemoryStoreIsExact, CalendarMonth) {
  Rule rule = fixed_window(1000, Period::month());
  rule.anchor = std::chrono::year(2026) / 1 / 31;
  hold_against(limits::FixedWindow::make(rule), rule, Kind::compact_window);
}
TEST(MemoryStoreIsExact, WindowOfAFractionOfASecond) {
  hold_against(limits::FixedWindow::make(fixed_window(5, 250ms)), fixed_window(5, 250ms), Kind::whole_window);
}
TEST(MemoryStoreIsExact, WindowOfTheLargestRate) {
  hold_against(limits::FixedWindow::make(fixed_window(max_count, 1h)), fixed_window(max_count, 1h), Kind::whole_window);
}
TEST(MemoryStoreIsExact, NarrowSliding) {
  hold_against(limits::SlidingWindow::make(sliding_window(100, 1min)), sliding_window(100, 1min), Kind::narrow_sliding);
}
TEST(MemoryStoreIsExact, SlidingOverAnAnchoredWeek) {
  Rule rule = sliding_window(10, days(7));
  rule.anchor = std::chrono::year(2025) / 12 / 3;
  hold_against(limits::SlidingWindow::make(rule), rule, Kind::narrow_sliding);
}
TEST(MemoryStoreIsExact, WideSliding) {
  hold_against(limits::SlidingWindow::make(sliding_window(max_count, 1h)), sliding_window(max_count, 1h),
               Kind::wide_sliding);
}
TEST(MemoryStoreIsExact, IntervalBucket) {
  hold_against(limits::IntervalBucket::make(interval_bucket(5, 10s, 20)), interval_bucket(5, 10s, 20),
               Kind::whole_refill);
}

TEST(MemoryStoreIsExact, SlidingLogOnEverGrowingRings) {
  SCOPED_TRACE(repeat_with());
  std::mt19937_64 random(seed());
  MemoryStore store;
  const auto space = store.open("limit", sliding_log(300, 1min));
  std::map<std::uint64_t, std::vector<std::pair<Instant, std::int64_t>>> model;
  Instant now = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
  for (int step = 0; step < 30'000; ++step) {
    now += Nanos(static_cast<std::int64_t>(random() % 200'000'000));
    const std::uint64_t key = random() % 3;
    const auto cost = static_cast<std::int64_t>(random() % 4 + 1);
    std::int64_t used = 0;
    for (const auto& [at, units] : model[key]) used += at > now - 1min ? units : 0;
    const Verdict verdict = store.take_one(*space, key, now, cost);
    ASSERT_EQ(verdict.allowed(), used + cost <= 300) << "step " << step;
    ASSERT_EQ(verdict.remaining, 300 - used - (verdict.allowed() ? cost : 0)) << "step " << step;
    if (verdict.allowed()) model[key].emplace_back(now, cost);
  }
}

TEST(MemoryStoreIsExact, KeysOfFormerTimesAndFarFuturesAreStillBounded) {
  MemoryStore store;
  const auto space = store.open("limit", gcra(10, 1s));
  for (const Instant now : {Instant::min(), Instant{}, Instant::max()}) {
    int admitted = 0;
    for (int call = 0; call < 50; ++call) admitted += store.take_one(*space, "u", now, 1).allowed() ? 1 : 0;
    EXPECT_LE(admitted, 10);
  }
}

}  // namespace
}  // namespace weir::store
