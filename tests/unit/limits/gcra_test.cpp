#include "limits/gcra.hpp"

#include "limits/token_bucket.hpp"
#include "limits/verdicts.hpp"

#include <type_traits>

namespace weir::limits {
namespace {

constexpr Gcra ten_a_second = Gcra::make(gcra(10, 1s));
constexpr Gcra seven_a_minute = Gcra::make(gcra(7, 1min));
constexpr Instant epoch{};

TEST(Gcra, RefusedCallCostsNothing) {
  Gcra::State user;
  EXPECT_THAT(ten_a_second.take(user, t0, 8), AllowedWithRemaining(2));
  const Gcra::State before = user;
  EXPECT_THAT(ten_a_second.take(user, t0, 5), RefusedForWithRemaining(300ms, 2));
  EXPECT_EQ(user, before);
  EXPECT_THAT(ten_a_second.take(user, t0, 2), AllowedWithRemaining(0));
}

TEST(Gcra, RefillsOneUnitEachInterval) {
  Gcra::State user;
  (void)ten_a_second.take(user, t0, 10);
  EXPECT_THAT(ten_a_second.take(user, t0 + 100ms - 1ns, 1), RefusedFor(1ns));
  EXPECT_THAT(ten_a_second.take(user, t0 + 100ms, 1), AllowedWithRemaining(0));
  EXPECT_THAT(ten_a_second.look(user, t0 + 350ms, 0), AllowedWithRemaining(2));
}

TEST(Gcra, AnIdleKeySavesUpNoMoreThanItsBurst) {
  const Gcra burst_of_three = Gcra::make(gcra(10, 1s, 3));
  Gcra::State user;
  EXPECT_THAT(burst_of_three.take(user, t0, 3), AllowedWithRemaining(0));
  EXPECT_THAT(burst_of_three.look(user, t0 + 1h, 0), AllowedWithRemaining(3));
  EXPECT_THAT(burst_of_three.take(user, t0 + 1h, 4), AboveLimit());
}

TEST(Gcra, SaysItsBurstAsLimitAndWhenItIsFullAgain) {
  Gcra::State user;
  EXPECT_THAT(ten_a_second.look(user, t0, 0), ResetsAt(t0));
  const Verdict verdict = ten_a_second.take(user, t0, 4);
  EXPECT_EQ(verdict.limit, 10);
  EXPECT_THAT(verdict, ResetsAt(t0 + 400ms));
  EXPECT_EQ(ten_a_second.fresh_at(user), t0 + 400ms);
  EXPECT_EQ(ten_a_second.fresh_at({}), Instant::min());
}

TEST(Gcra, RoundsAFractionOfANanosecondAgainstTheCaller) {
  Gcra::State user;  // an interval is 60/7 s = 8571428571.43 ns
  (void)seven_a_minute.take(user, t0, 7);
  EXPECT_THAT(seven_a_minute.take(user, t0, 1), RefusedFor(8'571'428'572ns));
  EXPECT_THAT(seven_a_minute.take(user, t0 + 8'571'428'571ns, 1), RefusedFor(1ns));
  EXPECT_THAT(seven_a_minute.take(user, t0 + 8'571'428'572ns, 1), Allowed());
}

TEST(Gcra, DoesNotDriftInTenYears) {
  Gcra::State user;
  (void)seven_a_minute.take(user, t0, 7);
  for (Nanos minute = 1min; minute <= std::chrono::days(3'653); minute += 37min) {
    seven_a_minute.charge(user, t0, std::int64_t{37} * 7);  // every unit of these minutes is spent, none is left over
    ASSERT_THAT(seven_a_minute.look(user, t0 + minute + 36min, 0), RefusedFor(8'571'428'572ns)) << minute.count();
  }
}

TEST(Gcra, CostZeroAsksWhetherAUnitIsLeft) {
  Gcra::State user;
  EXPECT_THAT(ten_a_second.take(user, t0, 0), AllowedWithRemaining(10));
  EXPECT_EQ(user, Gcra::State{});
  (void)ten_a_second.take(user, t0, 10);
  EXPECT_THAT(ten_a_second.take(user, t0 + 40ms, 0), RefusedFor(60ms));
}

TEST(Gcra, RefundsAreCappedAtTheBurst) {
  Gcra::State user;
  (void)ten_a_second.take(user, t0, 5);
  EXPECT_THAT(ten_a_second.take(user, t0, -2), AllowedWithRemaining(7));
  EXPECT_THAT(ten_a_second.take(user, t0, -100), AllowedWithRemaining(10));
  EXPECT_THAT(ten_a_second.take(user, t0, 10), AllowedWithRemaining(0));
}

TEST(Gcra, PaysOffDebtInWholeUnitsRoundedUp) {
  Gcra::State user;
  ten_a_second.charge(user, t0, 15);
  EXPECT_THAT(ten_a_second.look(user, t0, 1), Owes(5));
  EXPECT_THAT(ten_a_second.look(user, t0 + 1ns, 1), Owes(5));
  EXPECT_THAT(ten_a_second.look(user, t0 + 100ms, 1), Owes(4));
  EXPECT_THAT(ten_a_second.look(user, t0 + 100ms, 1), RefusedFor(500ms));
}

TEST(Gcra, UnusedUnitsReturnWhileTheBucketCouldNotHaveRefilled) {
  Gcra::State user;
  (void)ten_a_second.take(user, t0, 10);
  ten_a_second.give_back(user, t0 + 500ms, 3, t0);
  EXPECT_THAT(ten_a_second.look(user, t0 + 500ms, 0), AllowedWithRemaining(8));
  (void)ten_a_second.take(user, t0 + 1s, 10);
  ten_a_second.give_back(user, t0 + 1s, 5, t0);
  EXPECT_THAT(ten_a_second.look(user, t0 + 1s, 0), RefusedFor(100ms));
}

TEST(Gcra, AClockThatStepsBackBringsNothing) {
  Gcra::State user;
  (void)ten_a_second.take(user, t0, 10);
  EXPECT_THAT(ten_a_second.take(user, t0 - 1h, 1), RefusedFor(1h + 100ms));
}

TEST(Gcra, TakesTheWholeBurstOfTwoToThe53HoweverSlowItRefills) {
  for (const Rule& rule :
       {gcra(1, century, huge), gcra(huge, 1us), gcra(huge, century), gcra(huge - 1, century, huge)}) {
    const Gcra limit = Gcra::make(rule);
    Gcra::State user;
    EXPECT_THAT(limit.take(user, t0, huge - 1), AllowedWithRemaining(1));
    EXPECT_THAT(limit.take(user, t0, 1), AllowedWithRemaining(0));
    EXPECT_THAT(limit.take(user, t0, 1), Refused());
    EXPECT_THAT(limit.take(user, t0, -(huge - 1)), AllowedWithRemaining(huge - 1));
  }
}

TEST(Gcra, DebtSaturates) {
  for (const Rule& rule : {gcra(1, century, huge), gcra(huge, 1us), gcra(7, 1min)}) {
    const Gcra limit = Gcra::make(rule);
    Gcra::State user;
    for (int i = 0; i < 100; ++i) limit.charge(user, t0, endless);
    EXPECT_GT(limit.look(user, t0, 1).debt, endless / 2);
    EXPECT_THAT(limit.look(user, t0, 1), Refused());
  }
}

TEST(Gcra, WorksAtBothEndsOfTime) {
  for (const Rule& rule : {gcra(10, 1us), gcra(10, 1min), gcra(10, century)}) {
    const Gcra limit = Gcra::make(rule);
    Gcra::State early;
    EXPECT_THAT(limit.take(early, Instant::min(), 10), AllowedWithRemaining(0));
    EXPECT_THAT(limit.take(early, Instant::min(), 1), Refused());
    Gcra::State late;
    EXPECT_THAT(limit.take(late, Instant::max(), 10), ResetsAt(Instant::max()));
    EXPECT_THAT(limit.take(late, Instant::max(), 1), RefusedForGood());
  }
}

TEST(Gcra, KeepsTheMomentItIsFullAgainWhenItsRateChanges) {
  const Gcra thirteen_a_minute = Gcra::make(gcra(13, 1min));
  Gcra::State user;
  (void)seven_a_minute.take(user, t0, 4);
  const Gcra::State carried = thirteen_a_minute.carried_from(seven_a_minute, user);
  EXPECT_EQ(thirteen_a_minute.fresh_at(carried), seven_a_minute.fresh_at(user));
  EXPECT_EQ(thirteen_a_minute.carried_from(seven_a_minute, {}), Gcra::State{});
}

TEST(TokenBucket, IsGcraSeenFromTheOtherSide) {
  EXPECT_TRUE((std::is_same_v<TokenBucket, Gcra>));
  const TokenBucket bucket = TokenBucket::make(token_bucket(2, 1s, 6));
  TokenBucket::State user;
  EXPECT_THAT(bucket.take(user, t0, 6), AllowedWithRemaining(0));
  EXPECT_THAT(bucket.look(user, t0 + 1s, 0), AllowedWithRemaining(2));
  EXPECT_THAT(bucket.take(user, t0 + 1s, 3), RefusedFor(500ms));
}

using Compact = GcraTicks<std::uint64_t>;

TEST(CompactGcra, HoldsCommonRatesForDecades) {
  for (const Rule& rule : {gcra(10, 1s), gcra(100, 1min), gcra(1'000'000, 1h), gcra(5'000, std::chrono::days(1))}) {
    EXPECT_GT(Compact::make(rule, epoch).last, midnight(2150, 1, 1));
  }
  EXPECT_GT(Compact::make(gcra(7, 1min), midnight(2026, 1, 1)).last, midnight(2100, 1, 1));
}

TEST(CompactGcra, SaysWhenARuleDoesNotFit) {
  EXPECT_EQ(Compact::make(gcra(1, century, huge), epoch).last, epoch);
  EXPECT_LT(Compact::make(gcra(huge - 1, 1s), epoch).last, epoch + 1h);
}

TEST(CompactGcra, AdmitsNothingTooMuchBeyondItsLastInstant) {
  const Compact limit = Compact::make(gcra(999'999'937, 1s), t0);
  std::uint64_t user = 0;
  EXPECT_LT(limit.last, t0 + 24h);
  EXPECT_THAT(limit.take(user, limit.last, 999'999'937), AllowedWithRemaining(0));
  EXPECT_THAT(limit.take(user, limit.last + 24h, 1), Refused());
  std::uint64_t early = 0;
  EXPECT_THAT(limit.take(early, t0 - 24h, 999'999'937), AllowedWithRemaining(0));
  EXPECT_THAT(limit.take(early, t0 - 23h, 1), Refused());
}

TEST(CompactGcra, DebtSaturates) {
  const Compact limit = Compact::make(gcra(10, 1s), epoch);
  std::uint64_t user = 0;
  limit.charge(user, t0, endless);
  limit.charge(user, t0, endless);
  EXPECT_EQ(user, UINT64_MAX);
  EXPECT_THAT(limit.look(user, t0 + century, 1), Refused());
}

}  // namespace
}  // namespace weir::limits
