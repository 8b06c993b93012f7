#include "limits/sliding_log.hpp"

#include "limits/ring.hpp"
#include "limits/verdicts.hpp"

namespace weir::limits {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

const SlidingLog three_a_minute = SlidingLog::make(sliding_log(3, 1min));
const SlidingLog ten_a_minute = SlidingLog::make(sliding_log(10, 1min));

TEST(SlidingLog, ForgetsEachCallExactlyOneWindowAfterIt) {
  Ring user(three_a_minute);
  (void)user.take(t0, 1);
  (void)user.take(t0 + 10s, 1);
  EXPECT_THAT(user.take(t0 + 20s, 1), AllowedWithRemaining(0));
  EXPECT_THAT(user.take(t0 + 60s - 1ns, 1), RefusedFor(1ns));
  EXPECT_THAT(user.take(t0 + 60s, 1), AllowedWithRemaining(0));
  EXPECT_THAT(user.take(t0 + 60s, 1), RefusedFor(10s));
}

TEST(SlidingLog, ARefusedCallWaitsUntilEnoughHaveLeft) {
  Ring user(ten_a_minute);
  (void)user.take(t0, 2);
  (void)user.take(t0 + 5s, 3);
  (void)user.take(t0 + 9s, 5);
  EXPECT_THAT(user.take(t0 + 9s, 6), RefusedForWithRemaining(60s, 0));
  EXPECT_THAT(user.take(t0 + 9s, 5), RefusedFor(56s));
  EXPECT_THAT(user.take(t0 + 9s, 2), RefusedFor(51s));
}

TEST(SlidingLog, RefusedCallCostsNothing) {
  Ring user(three_a_minute);
  (void)user.take(t0, 2);
  const auto before = user.entries();
  EXPECT_THAT(user.take(t0 + 1s, 2), Refused());
  EXPECT_EQ(user.entries(), before);
}

TEST(SlidingLog, CallsOfOneInstantShareAnEntry) {
  Ring user(ten_a_minute);
  (void)user.take(t0, 2);
  (void)user.take(t0, 3);
  EXPECT_THAT(user.entries(), ElementsAre(Entry{t0, 5}));
}

TEST(SlidingLog, CostZeroAsksWhetherAUnitIsLeft) {
  Ring user(three_a_minute);
  EXPECT_THAT(user.take(t0, 0), AllowedWithRemaining(3));
  EXPECT_THAT(user.entries(), SizeIs(0));
  (void)user.take(t0, 3);
  EXPECT_THAT(user.take(t0 + 10s, 0), RefusedFor(50s));
}

TEST(SlidingLog, CostAboveTheLimitNeverPasses) {
  Ring user(three_a_minute);
  EXPECT_THAT(user.take(t0, 4), AboveLimit());
}

TEST(SlidingLog, RefundsComeOffTheNewestCallsAndAreCapped) {
  Ring user(ten_a_minute);
  (void)user.take(t0, 4);
  (void)user.take(t0 + 10s, 4);
  EXPECT_THAT(user.take(t0 + 20s, -5), AllowedWithRemaining(7));
  EXPECT_THAT(user.entries(), ElementsAre(Entry{t0, 3}));
  EXPECT_THAT(user.take(t0 + 20s, -100), AllowedWithRemaining(10));
  EXPECT_THAT(user.look(t0 + 20s, 0), ResetsAt(t0 + 20s));
}

TEST(SlidingLog, IsFullAgainWhenTheNewestCallLeaves) {
  Ring user(ten_a_minute);
  (void)user.take(t0, 4);
  EXPECT_THAT(user.take(t0 + 10s, 4), ResetsAt(t0 + 70s));
  EXPECT_EQ(user.fresh_at(), t0 + 70s);
  EXPECT_THAT(user.take(t0 + 20s, -4), ResetsAt(t0 + 60s));
}

TEST(SlidingLog, UnusedUnitsReturnToTheCallThatHeldThem) {
  Ring user(ten_a_minute);
  (void)user.take(t0, 4);
  (void)user.take(t0 + 10s, 4);
  user.give_back(t0 + 20s, 3, t0);
  EXPECT_THAT(user.entries(), ElementsAre(Entry{t0, 1}, Entry{t0 + 10s, 4}));
  user.give_back(t0 + 20s, 1, t0);
  EXPECT_THAT(user.entries(), ElementsAre(Entry{t0 + 10s, 4}));
  user.give_back(t0 + 70s, 4, t0 + 10s);
  EXPECT_THAT(user.look(t0 + 70s, 0), AllowedWithRemaining(10));
}

TEST(SlidingLog, NeverNeedsMoreEntriesThanItsLimitEvenInDebt) {
  Ring user(three_a_minute);
  for (int i = 0; i < 5; ++i) user.charge(t0 + i * 1s, 2);
  EXPECT_THAT(user.entries(), ElementsAre(Entry{t0, 2}, Entry{t0 + 1s, 2}, Entry{t0 + 4s, 6}));
  EXPECT_THAT(user.look(t0 + 4s, 1), Owes(7));
  EXPECT_THAT(user.look(t0 + 4s, 1), RefusedFor(60s));
}

TEST(SlidingLog, SaysBeforehandHowManyEntriesACallNeeds) {
  Ring user(three_a_minute);
  Log empty;
  EXPECT_TRUE(three_a_minute.needs_room(empty, t0, 1));
  EXPECT_FALSE(three_a_minute.needs_room(empty, t0, 0));
  EXPECT_FALSE(three_a_minute.needs_room(empty, t0, -1));
  EXPECT_EQ(three_a_minute.entries_needed(empty, t0, 1), 1U);
}

TEST(SlidingLog, AClockThatStepsBackStandsAtTheNewestCall) {
  Ring user(three_a_minute);
  (void)user.take(t0, 1);
  (void)user.take(t0 + 30s, 1);
  EXPECT_THAT(user.take(t0 - 1h, 1), AllowedWithRemaining(0));
  EXPECT_THAT(user.entries(), ElementsAre(Entry{t0, 1}, Entry{t0 + 30s, 2}));
  EXPECT_THAT(user.take(t0 - 1h, 1), RefusedFor(1h + 1min));
}

TEST(SlidingLog, DebtSaturatesAndStillLeavesExactly) {
  Ring user(ten_a_minute);
  user.charge(t0, 5);
  user.charge(t0 + 1s, endless);
  user.charge(t0 + 2s, endless);
  EXPECT_THAT(user.look(t0 + 2s, 1), Owes(endless - 10));
  EXPECT_THAT(user.look(t0 + 61s, 1), AllowedWithRemaining(9));
}

TEST(SlidingLog, WorksAtBothEndsOfTime) {
  Ring early(three_a_minute);
  EXPECT_THAT(early.take(Instant::min(), 3), AllowedWithRemaining(0));
  EXPECT_THAT(early.take(Instant::min(), 1), RefusedFor(1min));
  EXPECT_THAT(early.take(Instant::max(), 3), AllowedWithRemaining(0));
  EXPECT_THAT(early.take(Instant::max(), 1), RefusedForGood());
}

}  // namespace
}  // namespace weir::limits
