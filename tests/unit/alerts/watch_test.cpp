#include "alerts/watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace weir::alerts {
namespace {

using namespace std::chrono_literals;

constexpr Instant t0{std::chrono::hours(24 * 20'000)};
constexpr auto user = "user:42";

Decision with_used(std::int64_t used, std::int64_t capacity = 10, Instant reset = t0 + 60s) {
  return {.limit = capacity, .remaining = capacity - used, .reset = reset};
}

Watch at_80_percent(bool windows_end = false) {
  return Watch({.limit = "per-user", .at = 800'000, .window = 60s, .ends = windows_end});
}
Watch at_3_refusals() { return Watch({.limit = "per-user", .kind = Kind::refusals, .at = 3, .per = 60s}); }

TEST(WatchOfAShare, TellsTheDecisionThatReachesIt) {
  const Watch watch = at_80_percent();
  EXPECT_FALSE(watch.see(with_used(7), false, user, t0));
  const auto crossing = watch.see(with_used(8), false, user, t0);
  ASSERT_TRUE(crossing);
  EXPECT_EQ(crossing->used, 8);
  EXPECT_EQ(crossing->capacity, 10);
}

TEST(WatchOfAShare, IsExactWhereTheShareIsNoBinaryFraction) {
  const Watch watch({.limit = "per-user", .at = 70'000, .window = 60s});
  EXPECT_FALSE(watch.see(with_used(6, 100), false, user, t0));
  EXPECT_TRUE(watch.see(with_used(7, 100), false, user, t0));
}

TEST(WatchOfAShare, IsQuietForTheRestOfAWindowAlsoWhenTheKeyFallsBelowAndCrossesAgain) {
  const Watch watch = at_80_percent();
  EXPECT_TRUE(watch.see(with_used(8), false, user, t0));
  EXPECT_FALSE(watch.see(with_used(10), true, user, t0 + 1s));
  EXPECT_FALSE(watch.see(with_used(2), false, user, t0 + 30s));
  EXPECT_FALSE(watch.see(with_used(9), false, user, t0 + 59s));
  EXPECT_TRUE(watch.see(with_used(9), false, user, t0 + 60s));
}

TEST(WatchOfAShare, TellsWindowsThatEndApartByTheirEndsWhateverTheClockSays) {
  const Watch watch = at_80_percent(true);
  EXPECT_TRUE(watch.see(with_used(8, 10, t0 + 10s), false, user, t0));
  EXPECT_FALSE(watch.see(with_used(9, 10, t0 + 10s), false, user, t0 + 30s));
  const auto next = watch.see(with_used(8, 10, t0 + 70s), false, user, t0 + 5s);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->window, t0 + 70s);
}

TEST(WatchOfAShare, CountsDebt) {
  Decision decision = with_used(10);
  decision.debt = 5;
  const auto crossing = at_80_percent().see(decision, false, user, t0);
  ASSERT_TRUE(crossing);
  EXPECT_EQ(crossing->used, 15);
}

TEST(WatchOfAShare, HasNothingToSayWhereThereIsNoLimit) {
  EXPECT_FALSE(at_80_percent().see(Decision{.limit = std::nullopt}, false, user, t0));
}

TEST(WatchOfAShare, TellsEachKeyByItself) {
  const Watch watch = at_80_percent();
  EXPECT_TRUE(watch.see(with_used(8), false, "a", t0));
  EXPECT_TRUE(watch.see(with_used(8), false, "b", t0));
  EXPECT_FALSE(watch.see(with_used(8), false, "a", t0));
}

TEST(WatchOfAShare, TellsEachOfTenThousandKeysAtOnceAtLeastOnceAndHardlyOneTwice) {
  const Watch watch = at_80_percent();
  int told = 0;
  for (int round = 0; round < 2; ++round) {
    for (int key = 0; key < 10'000; ++key) {
      told += watch.see(with_used(8), false, std::to_string(key), t0).has_value() ? 1 : 0;
    }
  }
  EXPECT_GE(told, 10'000);
  EXPECT_LE(told, 11'500);
}

TEST(WatchOfAShare, GoesOnWithWhatTheOneBeforeKnowsWhenOnlyTheWebhookIsAnother) {
  const Watch before = at_80_percent();
  EXPECT_TRUE(before.see(with_used(8), false, user, t0));
  const Watch same({.limit = "per-user", .at = 800'000, .window = 60s, .webhook = {.host = "other"}}, before);
  EXPECT_FALSE(same.see(with_used(9), false, user, t0));
  const Watch higher({.limit = "per-user", .at = 900'000, .window = 60s}, before);
  EXPECT_TRUE(higher.see(with_used(9), false, user, t0));
}

TEST(WatchOfRefusals, TellsTheOneThatMakesTheNumberFull) {
  const Watch watch = at_3_refusals();
  EXPECT_FALSE(watch.see(with_used(10), true, user, t0));
  EXPECT_FALSE(watch.see(with_used(9), false, user, t0));
  EXPECT_FALSE(watch.see(with_used(10), true, user, t0));
  EXPECT_TRUE(watch.see(with_used(10), true, user, t0));
  EXPECT_FALSE(watch.see(with_used(10), true, user, t0));
}

TEST(WatchOfRefusals, CountsAfreshInEachWindow) {
  const Watch watch = at_3_refusals();
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(watch.see(with_used(10), true, user, t0));
  EXPECT_FALSE(watch.see(with_used(10), true, user, t0 + 60s));
  EXPECT_FALSE(watch.see(with_used(10), true, user, t0 + 60s));
  const auto crossing = watch.see(with_used(10), true, user, t0 + 61s);
  ASSERT_TRUE(crossing);
  EXPECT_EQ(crossing->window, t0 + 60s);
}

}  // namespace
}  // namespace weir::alerts
