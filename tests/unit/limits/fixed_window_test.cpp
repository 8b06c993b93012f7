#include "limits/fixed_window.hpp"

#include "limits/verdicts.hpp"

namespace weir::limits {
namespace {

const FixedWindow ten_a_minute = FixedWindow::make(fixed_window(10, 1min));

TEST(FixedWindow, CountsDownToTheLimitAndThenRefuses) {
  FixedWindow::State user;
  EXPECT_THAT(ten_a_minute.take(user, t0, 4), AllowedWithRemaining(6));
  EXPECT_THAT(ten_a_minute.take(user, t0 + 15s, 6), AllowedWithRemaining(0));
  EXPECT_THAT(ten_a_minute.take(user, t0 + 15s, 1), RefusedFor(45s));
}

TEST(FixedWindow, SaysItsLimitAndWhenItIsFullAgain) {
  FixedWindow::State user;
  EXPECT_THAT(ten_a_minute.look(user, t0 + 20s, 0), ResetsAt(t0 + 20s));
  const Verdict verdict = ten_a_minute.take(user, t0 + 20s, 1);
  EXPECT_EQ(verdict.limit, 10);
  EXPECT_THAT(verdict, ResetsAt(t0 + 1min));
}

TEST(FixedWindow, StartsAfreshInTheNextWindowAndNotANanosecondEarlier) {
  FixedWindow::State user;
  (void)ten_a_minute.take(user, t0 + 59s, 10);
  EXPECT_THAT(ten_a_minute.take(user, t0 + 1min - 1ns, 1), RefusedFor(1ns));
  EXPECT_THAT(ten_a_minute.take(user, t0 + 1min, 1), AllowedWithRemaining(9));
}

TEST(FixedWindow, RefusedCallCostsNothingAndSaysTheTrueRest) {
  FixedWindow::State user;
  (void)ten_a_minute.take(user, t0, 7);
  const FixedWindow::State before = user;
  EXPECT_THAT(ten_a_minute.take(user, t0, 5), RefusedForWithRemaining(1min, 3));
  EXPECT_EQ(user, before);
}

TEST(FixedWindow, CostZeroAsksWhetherAUnitIsLeftAndChargesNothing) {
  FixedWindow::State user;
  EXPECT_THAT(ten_a_minute.take(user, t0, 0), AllowedWithRemaining(10));
  (void)ten_a_minute.take(user, t0, 10);
  EXPECT_THAT(ten_a_minute.take(user, t0 + 1s, 0), RefusedFor(59s));
}

TEST(FixedWindow, RefundsAreCappedAtTheLimit) {
  FixedWindow::State user;
  (void)ten_a_minute.take(user, t0, 3);
  EXPECT_THAT(ten_a_minute.take(user, t0, -2), AllowedWithRemaining(9));
  EXPECT_THAT(ten_a_minute.take(user, t0, -100), AllowedWithRemaining(10));
  EXPECT_THAT(ten_a_minute.look(user, t0, 0), ResetsAt(t0));
}

TEST(FixedWindow, CostAboveTheLimitNeverPasses) {
  FixedWindow::State user;
  EXPECT_THAT(ten_a_minute.take(user, t0, 11), AboveLimit());
  EXPECT_EQ(user, FixedWindow::State{});
}

TEST(FixedWindow, CarriesDebtToTheEndOfItsWindow) {
  FixedWindow::State user;
  ten_a_minute.charge(user, t0, 25);
  EXPECT_THAT(ten_a_minute.look(user, t0, 1), Owes(15));
  EXPECT_THAT(ten_a_minute.look(user, t0, 1), RefusedFor(1min));
  EXPECT_THAT(ten_a_minute.take(user, t0, -15), AllowedWithRemaining(0));
  EXPECT_THAT(ten_a_minute.look(user, t0 + 1min, 1), AllowedWithRemaining(9));
}

TEST(FixedWindow, UnusedUnitsReturnToTheWindowTheyWereHeldIn) {
  FixedWindow::State user;
  (void)ten_a_minute.take(user, t0, 8);
  ten_a_minute.give_back(user, t0 + 30s, 5, t0);
  EXPECT_THAT(ten_a_minute.look(user, t0 + 30s, 0), AllowedWithRemaining(7));
}

TEST(FixedWindow, NothingReturnsToAWindowThatIsPast) {
  FixedWindow::State user;
  (void)ten_a_minute.take(user, t0, 8);
  (void)ten_a_minute.take(user, t0 + 1min, 8);
  ten_a_minute.give_back(user, t0 + 61s, 8, t0);
  EXPECT_THAT(ten_a_minute.look(user, t0 + 61s, 0), AllowedWithRemaining(2));
}

TEST(FixedWindow, AClockThatStepsBackGoesOnCountingInTheLaterWindow) {
  FixedWindow::State user;
  (void)ten_a_minute.take(user, t0 + 1min, 10);
  EXPECT_THAT(ten_a_minute.take(user, t0, 1), RefusedFor(2min));
  EXPECT_THAT(ten_a_minute.take(user, t0 + 2min, 1), AllowedWithRemaining(9));
}

TEST(FixedWindow, IsAsGoodAsNewWhenItsWindowEnds) {
  FixedWindow::State user;
  EXPECT_EQ(ten_a_minute.fresh_at(user), Instant::min());
  (void)ten_a_minute.take(user, t0 + 5s, 1);
  EXPECT_EQ(ten_a_minute.fresh_at(user), t0 + 1min);
}

TEST(FixedWindow, KeepsAMonthlyQuotaUntilTheAnchorsDay) {
  const FixedWindow monthly = FixedWindow::make({.algorithm = Algorithm::fixed_window,
                                                 .count = 10,
                                                 .period = Period::month(),
                                                 .anchor = std::chrono::year{2026} / 1 / 31});
  FixedWindow::State user;
  EXPECT_THAT(monthly.take(user, midnight(2026, 2, 10), 10), ResetsAt(midnight(2026, 2, 28)));
  EXPECT_THAT(monthly.take(user, midnight(2026, 2, 28) - 1ns, 1), RefusedFor(1ns));
  EXPECT_THAT(monthly.take(user, midnight(2026, 2, 28), 1), AllowedWithRemaining(9));
}

TEST(FixedWindow, CountsExactlyUpToTwoToThe53) {
  const FixedWindow most = FixedWindow::make(fixed_window(huge, 1us));
  FixedWindow::State user;
  EXPECT_THAT(most.take(user, t0, huge - 1), AllowedWithRemaining(1));
  EXPECT_THAT(most.take(user, t0, 1), AllowedWithRemaining(0));
  EXPECT_THAT(most.take(user, t0, 1), RefusedFor(1us));
  EXPECT_THAT(most.take(user, t0, -(huge - 1)), AllowedWithRemaining(huge - 1));
}

TEST(FixedWindow, DebtSaturates) {
  FixedWindow::State user;
  ten_a_minute.charge(user, t0, endless);
  ten_a_minute.charge(user, t0, endless);
  EXPECT_THAT(ten_a_minute.look(user, t0, 1), Owes(endless - 10));
}

TEST(FixedWindow, WorksAtBothEndsOfTime) {
  FixedWindow::State early;
  EXPECT_THAT(ten_a_minute.take(early, Instant::min(), 10), AllowedWithRemaining(0));
  EXPECT_THAT(ten_a_minute.take(early, Instant::min(), 1), Refused());
  FixedWindow::State late;
  EXPECT_THAT(ten_a_minute.take(late, Instant::max(), 10), ResetsAt(Instant::max()));
  EXPECT_THAT(ten_a_minute.take(late, Instant::max(), 1), RefusedForGood());
}

TEST(FixedWindow, CountsBeforeTheEpochToo) {
  FixedWindow::State user;
  EXPECT_THAT(ten_a_minute.take(user, Instant{} - 90s, 10), AllowedWithRemaining(0));
  EXPECT_THAT(ten_a_minute.take(user, Instant{} - 90s, 1), RefusedFor(30s));
}

}  // namespace
}  // namespace weir::limits
