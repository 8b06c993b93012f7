#include <weir/weir.hpp>

#include "limiter/fake_clock.hpp"
#include "limiter/matchers.hpp"

#include <gmock/gmock.h>

#include <string>

namespace weir::limiter {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

class ListsAndRates : public testing::Test {
 protected:
  Limiter one_a_minute(Options options = {}) {
    options.clock = &clock_;
    return Limiter(fixed_window(1, 1min), std::move(options));
  }
  FakeClock clock_;
};

TEST_F(ListsAndRates, AnOverrideGivesAKeyARateOfItsOwn) {
  Limiter limiter = one_a_minute({.overrides = {{"vip", fixed_window(3, 1min)}, {"10.0.0.0/8", unlimited()}}});
  EXPECT_THAT(limiter.limit("vip"), AllowedWithRemaining(2));
  EXPECT_THAT(limiter.limit("10.1.2.3"), Unlimited());
  EXPECT_THAT(limiter.limit("10.1.2.3"), Unlimited());
  EXPECT_THAT(limiter.limit("user"), AllowedWithRemaining(0));
}

TEST_F(ListsAndRates, ANumberIsMatchedByItsDecimalText) {
  Limiter limiter = one_a_minute({.overrides = {{"42", fixed_window(3, 1min)}}});
  EXPECT_THAT(limiter.limit(42), AllowedWithRemaining(2));
}

TEST_F(ListsAndRates, AnAllowedKeyIsNeverLimited) {
  Limiter limiter = one_a_minute({.allow = {"team-*"}});
  EXPECT_THAT(limiter.limit("team-a", 100), Unlimited());
  EXPECT_THAT(limiter.remaining("team-a"), Unlimited());
  EXPECT_THAT(limiter.limit("user"), AllowedWithRemaining(0));
}

TEST_F(ListsAndRates, ADeniedKeyIsRefusedAndChargedNothing) {
  Limiter limiter = one_a_minute({.allow = {"*"}, .deny = {"bad"}});
  EXPECT_THAT(limiter.limit("bad"), RefusedForGood(Reason::denied));
  EXPECT_THAT(limiter.block_until_ready("bad", 1h), RefusedForGood(Reason::denied));
  EXPECT_FALSE(limiter.reserve("bad", 1));
}

TEST_F(ListsAndRates, TheDenyListChangesAtRunTime) {
  Limiter limiter = one_a_minute();
  ASSERT_THAT(limiter.remaining("user"), AllowedWithRemaining(1));
  ASSERT_TRUE(limiter.deny("user"));
  EXPECT_THAT(limiter.limit("user"), RefusedForGood(Reason::denied));
  EXPECT_TRUE(limiter.undeny("user"));
  EXPECT_FALSE(limiter.undeny("user"));
  EXPECT_THAT(limiter.limit("user"), AllowedWithRemaining(0));
}

TEST_F(ListsAndRates, ADenyEntryMayEndByItself) {
  Limiter limiter = one_a_minute();
  const Instant start = clock_.now();
  ASSERT_TRUE(limiter.deny("10.0.0.0/8", 10s));
  EXPECT_THAT(limiter.denied(), ElementsAre(testing::AllOf(Field(&DenyEntry::pattern, "10.0.0.0/8"),
                                                           Field(&DenyEntry::expires, start + 10s))));
  clock_.advance(10s - 1ns);
  EXPECT_THAT(limiter.limit("10.1.1.1"), RefusedForGood(Reason::denied));
  clock_.advance(1ns);
  EXPECT_THAT(limiter.limit("10.1.1.1"), Allowed());
  EXPECT_THAT(limiter.denied(), IsEmpty());
}

TEST_F(ListsAndRates, TheDenyListIsBoundedAndForgetsWhatHasEnded) {
  Limiter limiter = one_a_minute();
  for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(limiter.deny("user" + std::to_string(i), 1s));
  EXPECT_THAT(limiter.deny("one more").error(), HasSubstr("full"));
  clock_.advance(1s);
  EXPECT_TRUE(limiter.deny("one more"));
  EXPECT_EQ(limiter.denied().size(), 1U);
}

TEST_F(ListsAndRates, AMalformedPatternIsRefused) {
  Limiter limiter = one_a_minute();
  EXPECT_THAT(limiter.deny("10.0.0.0/99").error(), HasSubstr("prefix length"));
  EXPECT_FALSE(limiter.deny("user", 0s));
  EXPECT_FALSE(Limiter::make(fixed_window(1, 1min), {.deny = {""}}));
  EXPECT_FALSE(Limiter::make(fixed_window(1, 1min), {.overrides = {{"vip", fixed_window(0, 1min)}}}));
}

TEST_F(ListsAndRates, ANewCountKeepsWhatWasCounted) {
  Limiter limiter(fixed_window(5, 1min), {.clock = &clock_});
  ASSERT_THAT(limiter.limit("user", 3), AllowedWithRemaining(2));
  ASSERT_TRUE(limiter.set_rate(fixed_window(10, 1min)));
  EXPECT_THAT(limiter.limit("user"), AllowedWithRemaining(6));
  EXPECT_TRUE(limiter.clear_rate());
  EXPECT_THAT(limiter.limit("user"), AllowedWithRemaining(0));
  EXPECT_FALSE(limiter.clear_rate());
}

TEST_F(ListsAndRates, AKeysOwnRateBeatsItsOverrideWhichBeatsTheRateForAll) {
  Limiter limiter = one_a_minute({.overrides = {{"vip", fixed_window(3, 1min)}}});
  ASSERT_TRUE(limiter.set_rate(fixed_window(2, 1min)));
  EXPECT_EQ(limiter.remaining("user").limit, 2);
  EXPECT_EQ(limiter.remaining("vip").limit, 3);
  ASSERT_TRUE(limiter.set_rate("vip", fixed_window(4, 1min)));
  EXPECT_EQ(limiter.remaining("vip").limit, 4);
  EXPECT_TRUE(limiter.clear_rate("vip"));
  EXPECT_EQ(limiter.remaining("vip").limit, 3);
  EXPECT_FALSE(limiter.clear_rate("vip"));
}

TEST_F(ListsAndRates, SaysWhichRateHoldsAndWhereItIsFrom) {
  Limiter limiter = one_a_minute();
  EXPECT_EQ(limiter.rate().rule, fixed_window(1, 1min));
  EXPECT_FALSE(limiter.rate().runtime);
  ASSERT_TRUE(limiter.set_rate(fixed_window(2, 1min)));
  ASSERT_TRUE(limiter.set_rate(7, fixed_window(3, 1min)));
  EXPECT_EQ(limiter.rate().rule, fixed_window(2, 1min));
  EXPECT_TRUE(limiter.rate().runtime);
  EXPECT_EQ(limiter.rate(7).rule, fixed_window(3, 1min));
  EXPECT_EQ(limiter.rate("7").rule, fixed_window(2, 1min));
}

TEST_F(ListsAndRates, AnUnusableRateIsRefusedAndTheOldOneStays) {
  Limiter limiter = one_a_minute();
  EXPECT_FALSE(limiter.set_rate(fixed_window(0, 1min)));
  EXPECT_FALSE(limiter.set_rate(concurrency(3)));
  EXPECT_FALSE(limiter.set_rate("user", fixed_window(1, 0s)));
  EXPECT_EQ(limiter.rate().rule, fixed_window(1, 1min));
}

TEST_F(ListsAndRates, ResetReachesEveryRuleThatCountedTheKey) {
  Limiter limiter = one_a_minute({.overrides = {{"vip", fixed_window(1, 1h)}}});
  ASSERT_THAT(limiter.limit("vip"), Allowed());
  ASSERT_TRUE(limiter.set_rate("vip", fixed_window(1, 1min)));
  ASSERT_THAT(limiter.limit("vip"), Allowed());
  EXPECT_TRUE(limiter.reset("vip"));
  EXPECT_THAT(limiter.limit("vip"), Allowed());
  ASSERT_TRUE(limiter.clear_rate("vip"));
  EXPECT_THAT(limiter.limit("vip"), Allowed());
  EXPECT_TRUE(limiter.reset_all());
  EXPECT_THAT(limiter.limit("vip"), Allowed());
}

TEST_F(ListsAndRates, AShadowLimitNeverRefusesNorDenies) {
  Limiter limiter(fixed_window(1, 1min), {.clock = &clock_, .shadow = true, .deny = {"bad"}});
  EXPECT_THAT(limiter.limit("user"), AllowedWithRemaining(0));
  EXPECT_THAT(limiter.limit("user"), AllowedBecause(Reason::shadow));
  EXPECT_THAT(limiter.limit("bad"), Allowed());
}

}  // namespace
}  // namespace weir::limiter
