#include "limits/interval_bucket.hpp"

#include "limits/verdicts.hpp"

namespace weir::limits {
namespace {

constexpr IntervalBucket three_each_second_of_ten = IntervalBucket::make(interval_bucket(3, 1s, 10));

TEST(IntervalBucket, RefillsOnlyAtTheEndOfWholeIntervalsSinceFirstUse) {
  IntervalBucket::State user;
  EXPECT_THAT(three_each_second_of_ten.take(user, t0 + 300ms, 10), AllowedWithRemaining(0));
  EXPECT_THAT(three_each_second_of_ten.look(user, t0 + 1300ms - 1ns, 0), RefusedFor(1ns));
  EXPECT_THAT(three_each_second_of_ten.look(user, t0 + 1300ms, 0), AllowedWithRemaining(3));
  EXPECT_THAT(three_each_second_of_ten.look(user, t0 + 2900ms, 0), AllowedWithRemaining(6));
}

TEST(IntervalBucket, ARefusedCallWaitsForTheIntervalThatBringsEnough) {
  IntervalBucket::State user;
  (void)three_each_second_of_ten.take(user, t0, 10);
  EXPECT_THAT(three_each_second_of_ten.take(user, t0 + 400ms, 3), RefusedFor(600ms));
  EXPECT_THAT(three_each_second_of_ten.take(user, t0 + 400ms, 4), RefusedFor(1600ms));
  EXPECT_THAT(three_each_second_of_ten.take(user, t0 + 400ms, 10), RefusedFor(3600ms));
}

TEST(IntervalBucket, HoldsNoMoreThanItsBurst) {
  IntervalBucket::State user;
  (void)three_each_second_of_ten.take(user, t0, 1);
  EXPECT_THAT(three_each_second_of_ten.look(user, t0 + 1h, 0), AllowedWithRemaining(10));
}

TEST(IntervalBucket, StartsItsIntervalsAnewOnceItIsFull) {
  IntervalBucket::State user;
  (void)three_each_second_of_ten.take(user, t0, 1);
  EXPECT_THAT(three_each_second_of_ten.take(user, t0 + 1500ms, 10), ResetsAt(t0 + 5500ms));
  EXPECT_THAT(three_each_second_of_ten.take(user, t0 + 2s, 1), RefusedFor(500ms));
}

TEST(IntervalBucket, RefusedCallCostsNothing) {
  IntervalBucket::State user;
  (void)three_each_second_of_ten.take(user, t0, 9);
  const IntervalBucket::State before = user;
  EXPECT_THAT(three_each_second_of_ten.take(user, t0 + 1s, 5), RefusedForWithRemaining(1s, 4));
  EXPECT_EQ(user, before);
}

TEST(IntervalBucket, RefundsAreCappedAndAFullBucketIsAsGoodAsNew) {
  IntervalBucket::State user;
  (void)three_each_second_of_ten.take(user, t0, 5);
  EXPECT_THAT(three_each_second_of_ten.take(user, t0, -2), AllowedWithRemaining(7));
  EXPECT_THAT(three_each_second_of_ten.take(user, t0, -9), AllowedWithRemaining(10));
  EXPECT_EQ(user, IntervalBucket::State{});
}

TEST(IntervalBucket, CostAboveTheBurstNeverPasses) {
  IntervalBucket::State user;
  EXPECT_THAT(three_each_second_of_ten.take(user, t0, 11), AboveLimit());
}

TEST(IntervalBucket, PaysOffDebtIntervalByInterval) {
  IntervalBucket::State user;
  three_each_second_of_ten.charge(user, t0, 14);
  EXPECT_THAT(three_each_second_of_ten.look(user, t0, 1), Owes(4));
  EXPECT_THAT(three_each_second_of_ten.look(user, t0 + 1s, 1), Owes(1));
  EXPECT_THAT(three_each_second_of_ten.look(user, t0 + 1s, 1), RefusedFor(1s));
}

TEST(IntervalBucket, SaysWhenItIsFullAgain) {
  IntervalBucket::State user;
  EXPECT_THAT(three_each_second_of_ten.look(user, t0, 0), ResetsAt(t0));
  EXPECT_THAT(three_each_second_of_ten.take(user, t0, 4), ResetsAt(t0 + 2s));
  EXPECT_EQ(three_each_second_of_ten.fresh_at(user), t0 + 2s);
}

TEST(IntervalBucket, UnusedUnitsReturnWhileTheBucketCouldNotHaveRefilled) {
  IntervalBucket::State user;
  (void)three_each_second_of_ten.take(user, t0, 10);
  three_each_second_of_ten.give_back(user, t0 + 3s, 1, t0);
  EXPECT_THAT(three_each_second_of_ten.look(user, t0 + 3s, 0), AllowedWithRemaining(10));
  (void)three_each_second_of_ten.take(user, t0 + 4s, 10);
  three_each_second_of_ten.give_back(user, t0 + 4s, 1, t0);
  EXPECT_THAT(three_each_second_of_ten.look(user, t0 + 4s, 0), RefusedFor(1s));
}

TEST(IntervalBucket, AClockThatStepsBackBringsNothing) {
  IntervalBucket::State user;
  (void)three_each_second_of_ten.take(user, t0, 10);
  EXPECT_THAT(three_each_second_of_ten.take(user, t0 - 1h, 1), RefusedFor(1h + 1s));
}

TEST(IntervalBucket, WorksAtTheExtremesOfRateAndTime) {
  const IntervalBucket slow = IntervalBucket::make(interval_bucket(1, century, huge));
  IntervalBucket::State user;
  EXPECT_THAT(slow.take(user, Instant::min(), huge), AllowedWithRemaining(0));
  EXPECT_THAT(slow.take(user, Instant::max(), 5), AllowedWithRemaining(0));
  EXPECT_THAT(slow.take(user, Instant::max(), 1), RefusedForGood());
  const IntervalBucket fast = IntervalBucket::make(interval_bucket(huge, 1us));
  IntervalBucket::State other;
  fast.charge(other, Instant::min(), endless);
  fast.charge(other, Instant::min(), endless);
  EXPECT_THAT(fast.look(other, Instant::min(), 1), Owes(endless - huge));
  EXPECT_THAT(fast.look(other, Instant::max(), 1), AllowedWithRemaining(huge - 1));
}

}  // namespace
}  // namespace weir::limits
