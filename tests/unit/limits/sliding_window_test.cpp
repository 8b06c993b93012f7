#include "limits/sliding_window.hpp"

#include "limits/verdicts.hpp"

namespace weir::limits {
namespace {

const SlidingWindow ten_a_minute = SlidingWindow::make(sliding_window(10, 1min));

TEST(SlidingWindow, CountsDownToTheLimitAndThenRefuses) {
  SlidingWindow::State user;
  EXPECT_THAT(ten_a_minute.take(user, t0, 4), AllowedWithRemaining(6));
  EXPECT_THAT(ten_a_minute.take(user, t0, 6), AllowedWithRemaining(0));
  EXPECT_THAT(ten_a_minute.take(user, t0, 1), Refused());
}

TEST(SlidingWindow, WeighsThePreviousWindowByTheShareOfItThatStillCounts) {
  SlidingWindow::State user;
  (void)ten_a_minute.take(user, t0, 10);
  EXPECT_THAT(ten_a_minute.look(user, t0 + 60s, 0), RefusedFor(6s));
  EXPECT_THAT(ten_a_minute.look(user, t0 + 90s, 0), AllowedWithRemaining(5));
  EXPECT_THAT(ten_a_minute.look(user, t0 + 120s, 0), AllowedWithRemaining(10));
}

TEST(SlidingWindow, ARefusedCallPassesWhenEnoughOfThePreviousWindowHasFaded) {
  SlidingWindow::State user;
  (void)ten_a_minute.take(user, t0, 10);
  EXPECT_THAT(ten_a_minute.take(user, t0 + 90s, 6), RefusedForWithRemaining(6s, 5));
  EXPECT_THAT(ten_a_minute.take(user, t0 + 96s - 1ns, 6), RefusedFor(1ns));
  EXPECT_THAT(ten_a_minute.take(user, t0 + 96s, 6), AllowedWithRemaining(0));
}

TEST(SlidingWindow, ARefusedCallMayHaveToWaitIntoTheNextWindow) {
  SlidingWindow::State user;
  (void)ten_a_minute.take(user, t0, 8);
  EXPECT_THAT(ten_a_minute.take(user, t0 + 30s, 6), RefusedFor(30s + 30s));
  EXPECT_THAT(ten_a_minute.take(user, t0 + 90s, 6), AllowedWithRemaining(0));
}

TEST(SlidingWindow, RefusedCallCostsNothing) {
  SlidingWindow::State user;
  (void)ten_a_minute.take(user, t0, 8);
  const SlidingWindow::State before = user;
  EXPECT_THAT(ten_a_minute.take(user, t0 + 70s, 9), Refused());
  EXPECT_EQ(user, before);
}

TEST(SlidingWindow, CostAboveTheLimitNeverPasses) {
  SlidingWindow::State user;
  EXPECT_THAT(ten_a_minute.take(user, t0, 11), AboveLimit());
}

TEST(SlidingWindow, RefundsComeOffTheCurrentWindowFirst) {
  SlidingWindow::State user;
  (void)ten_a_minute.take(user, t0, 4);
  (void)ten_a_minute.take(user, t0 + 90s, 3);
  EXPECT_THAT(ten_a_minute.take(user, t0 + 90s, -3), AllowedWithRemaining(8));
  EXPECT_THAT(ten_a_minute.take(user, t0 + 90s, -2), AllowedWithRemaining(9));
  EXPECT_THAT(ten_a_minute.take(user, t0 + 90s, -100), AllowedWithRemaining(10));
}

TEST(SlidingWindow, IsFullAgainTwoWindowsAfterTheStartOfTheLastUsedOne) {
  SlidingWindow::State user;
  EXPECT_THAT(ten_a_minute.look(user, t0 + 7s, 0), ResetsAt(t0 + 7s));
  EXPECT_THAT(ten_a_minute.take(user, t0 + 7s, 1), ResetsAt(t0 + 120s));
  EXPECT_THAT(ten_a_minute.look(user, t0 + 70s, 0), ResetsAt(t0 + 120s));
  EXPECT_EQ(ten_a_minute.fresh_at(user), t0 + 120s);
}

TEST(SlidingWindow, DebtFadesWithItsWindow) {
  SlidingWindow::State user;
  ten_a_minute.charge(user, t0, 40);
  EXPECT_THAT(ten_a_minute.look(user, t0, 1), Owes(30));
  EXPECT_THAT(ten_a_minute.look(user, t0 + 90s, 1), Owes(10));
  EXPECT_THAT(ten_a_minute.look(user, t0 + 105s, 0), RefusedFor(1500ms));
}

TEST(SlidingWindow, UnusedUnitsReturnToTheWindowTheyWereHeldIn) {
  SlidingWindow::State user;
  (void)ten_a_minute.take(user, t0, 8);
  (void)ten_a_minute.take(user, t0 + 90s, 6);
  ten_a_minute.give_back(user, t0 + 90s, 4, t0);
  EXPECT_THAT(ten_a_minute.look(user, t0 + 90s, 0), AllowedWithRemaining(2));
  ten_a_minute.give_back(user, t0 + 90s, 5, t0 + 90s);
  EXPECT_THAT(ten_a_minute.look(user, t0 + 90s, 0), AllowedWithRemaining(7));
}

TEST(SlidingWindow, NothingReturnsToAWindowThatIsPast) {
  SlidingWindow::State user;
  (void)ten_a_minute.take(user, t0, 8);
  (void)ten_a_minute.take(user, t0 + 120s, 8);
  ten_a_minute.give_back(user, t0 + 120s, 8, t0);
  EXPECT_THAT(ten_a_minute.look(user, t0 + 120s, 0), AllowedWithRemaining(2));
}

TEST(SlidingWindow, AClockThatStepsBackStandsAtTheStartOfTheLaterWindow) {
  SlidingWindow::State user;
  (void)ten_a_minute.take(user, t0, 5);
  (void)ten_a_minute.take(user, t0 + 90s, 5);
  EXPECT_THAT(ten_a_minute.look(user, t0 + 30s, 0), RefusedFor(30s + 12s));
}

TEST(SlidingWindow, TakesAnchoredWeeks) {
  const SlidingWindow weekly = SlidingWindow::make({.algorithm = Algorithm::sliding_window,
                                                    .count = 7,
                                                    .period = Period(std::chrono::weeks(1)),
                                                    .anchor = std::chrono::year{2026} / 1 / 15});
  SlidingWindow::State user;
  EXPECT_THAT(weekly.take(user, midnight(2026, 1, 15) - 1ns, 7), ResetsAt(midnight(2026, 1, 22)));
  EXPECT_THAT(weekly.look(user, midnight(2026, 1, 16), 0), AllowedWithRemaining(1));
}

TEST(SlidingWindow, CountsExactlyUpToTwoToThe53OverACentury) {
  const SlidingWindow most = SlidingWindow::make(sliding_window(huge, century));
  SlidingWindow::State user;
  EXPECT_THAT(most.take(user, t0, huge - 1), AllowedWithRemaining(1));
  EXPECT_THAT(most.take(user, t0, 1), AllowedWithRemaining(0));
  EXPECT_THAT(most.take(user, t0, 1), Refused());
}

TEST(SlidingWindow, DebtSaturates) {
  SlidingWindow::State user;
  ten_a_minute.charge(user, t0, endless);
  ten_a_minute.charge(user, t0 + 60s, endless);
  ten_a_minute.charge(user, t0 + 60s, endless);
  EXPECT_THAT(ten_a_minute.look(user, t0 + 60s, 1), Owes(endless - 10));
  EXPECT_THAT(ten_a_minute.look(user, t0 + 180s, 1), Allowed());
}

TEST(SlidingWindow, WorksAtBothEndsOfTime) {
  for (const Nanos period : {Nanos(1us), Nanos(1min), century}) {
    const SlidingWindow windows = SlidingWindow::make(sliding_window(10, period));
    SlidingWindow::State early;
    EXPECT_THAT(windows.take(early, Instant::min(), 10), AllowedWithRemaining(0));
    EXPECT_THAT(windows.take(early, Instant::min(), 1), Refused());
    SlidingWindow::State late;
    EXPECT_THAT(windows.take(late, Instant::max(), 10), ResetsAt(Instant::max()));
    EXPECT_THAT(windows.take(late, Instant::max(), 1), RefusedForGood());
  }
}

}  // namespace
}  // namespace weir::limits
