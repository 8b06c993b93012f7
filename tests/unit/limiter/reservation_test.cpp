#include <weir/weir.hpp>

#include "limiter/fake_clock.hpp"
#include "limiter/matchers.hpp"

#include <gmock/gmock.h>

#include <array>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace weir::limiter {
namespace {

class ReservationTest : public testing::Test {
 protected:
  Limiter limiter(const Rule& rule, bool shadow = false) {
    return Limiter(rule, {.store = store_, .clock = &clock_, .shadow = shadow});
  }
  FakeClock clock_;
  std::shared_ptr<Store> store_ = memory_store({.clock = &clock_});
};

MATCHER_P(FailsWith, error, "") { return !arg && arg.error() == error; }

TEST_F(ReservationTest, HoldsItsAmountAndGivesBackWhatWasNotUsed) {
  Limiter tokens = limiter(fixed_window(100, 1min));
  auto held = tokens.reserve("user", 60);
  ASSERT_TRUE(held);
  EXPECT_THAT(tokens.remaining("user"), AllowedWithRemaining(40));
  EXPECT_TRUE(held->settle(25));
  EXPECT_THAT(tokens.remaining("user"), AllowedWithRemaining(75));
}

TEST_F(ReservationTest, ChargesWhatWasUsedBeyond) {
  Limiter tokens = limiter(fixed_window(100, 1min));
  auto held = tokens.reserve("user", 60);
  ASSERT_TRUE(held && held->settle(130));
  const Decision left = tokens.remaining("user");
  EXPECT_EQ(left.remaining, 0);
  EXPECT_EQ(left.debt, 30);
}

TEST_F(ReservationTest, TellsWhyItIsRefused) {
  Limiter tokens = limiter(fixed_window(100, 1min));
  EXPECT_THAT(tokens.reserve("user", 101).error(), RefusedForGood(Reason::cost_above_limit));
  const auto held = tokens.reserve("user", 60);
  EXPECT_THAT(tokens.reserve("user", 60).error(), LimitedFor(1min));
}

TEST_F(ReservationTest, WhatIsOpenIsReleasedAtTheEndOfItsScope) {
  Limiter slots = limiter(concurrency(1));
  {
    const auto held = slots.reserve("user", 1);
    ASSERT_TRUE(held);
    EXPECT_FALSE(slots.reserve("user", 1));
  }
  EXPECT_TRUE(slots.reserve("user", 1));
}

TEST_F(ReservationTest, MovesWithItsHolder) {
  Limiter slots = limiter(concurrency(1));
  std::optional<Reservation> kept;
  {
    auto held = slots.reserve("user", 1);
    kept = *std::move(held);
  }
  EXPECT_FALSE(slots.reserve("user", 1));
  auto other = slots.reserve("other", 1);
  kept = *std::move(other);
  EXPECT_TRUE(slots.reserve("user", 1)) << "what was assigned over is released";
}

TEST_F(ReservationTest, SettlesOnce) {
  Limiter tokens = limiter(fixed_window(100, 1min));
  auto held = tokens.reserve("user", 60);
  ASSERT_TRUE(held && held->settle(20));
  EXPECT_FALSE(held->open());
  EXPECT_TRUE(held->settle(20));
  EXPECT_THAT(held->settle(30), FailsWith(SettleError::conflict));
  EXPECT_THAT(tokens.remaining("user"), AllowedWithRemaining(80));
}

TEST_F(ReservationTest, CanBeLeftAndSettledByItsId) {
  Limiter tokens = limiter(fixed_window(100, 1min));
  std::string id;
  {
    auto held = tokens.reserve("user", 60);
    ASSERT_TRUE(held);
    id = held->id();
    held->leave();
  }
  EXPECT_THAT(tokens.remaining("user"), AllowedWithRemaining(40));
  EXPECT_TRUE(store_->settle(id, 10));
  EXPECT_TRUE(store_->settle(id, 10));
  EXPECT_THAT(store_->settle(id, 11), FailsWith(SettleError::conflict));
  EXPECT_THAT(store_->settle("nobody's", 1), FailsWith(SettleError::unknown));
  EXPECT_THAT(tokens.remaining("user"), AllowedWithRemaining(90));
}

TEST_F(ReservationTest, RandomIdsDiffer) {
  Limiter tokens = limiter(fixed_window(100, 1min));
  const auto one = tokens.reserve("user", 1);
  const auto other = tokens.reserve("user", 1);
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->id().size(), 32U);
  EXPECT_NE(one->id(), other->id());
}

TEST_F(ReservationTest, TheSameIdGetsTheSameAnswer) {
  Limiter tokens = limiter(fixed_window(100, 1min));
  auto first = tokens.reserve("user", 60, {.id = "r1"});
  auto again = tokens.reserve("user", 60, {.id = "r1"});
  ASSERT_TRUE(first && again);
  EXPECT_THAT(tokens.remaining("user"), AllowedWithRemaining(40));
  EXPECT_THAT(tokens.reserve("user", 61, {.id = "r1"}).error(), RefusedForGood(Reason::id_conflict));
}

TEST_F(ReservationTest, ALeaseEndsUnlessItIsRenewed) {
  Limiter slots = limiter(concurrency(1));
  auto held = slots.reserve("user", 1, {.lease = 60s});
  ASSERT_TRUE(held);
  clock_.advance(59s);
  EXPECT_TRUE(held->renew(60s));
  clock_.advance(59s);
  EXPECT_FALSE(slots.reserve("user", 1));
  clock_.advance(1s);
  EXPECT_TRUE(slots.reserve("user", 1));
  EXPECT_THAT(held->renew(60s), FailsWith(SettleError::unknown));
}

TEST_F(ReservationTest, ConcurrencyCanBeLookedAt) {
  Limiter slots = limiter(concurrency(2));
  const auto held = slots.reserve("user", 1);
  EXPECT_THAT(slots.remaining("user"), AllowedWithRemaining(1));
  const auto other = slots.reserve("user", 1);
  const Decision none = slots.remaining("user");
  EXPECT_FALSE(none.allowed);
  EXPECT_EQ(none.retry_after, std::nullopt);
  EXPECT_EQ(none.reset, Instant{});
}

TEST_F(ReservationTest, OverSeveralLimitsIsAllOrNothing) {
  Limiter tokens = limiter(fixed_window(100, 1min));
  Limiter slots = limiter(concurrency(1));
  auto held = reserve_all({{tokens, "user", 60}, {slots, "user", 1}});
  ASSERT_TRUE(held);
  const auto refused = reserve_all({{tokens, "user", 10}, {slots, "user", 1}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().retry_after, std::nullopt);
  EXPECT_THAT(tokens.remaining("user"), AllowedWithRemaining(40));
  EXPECT_TRUE(held->settle(std::array<std::int64_t, 2>{15, 0}));
  EXPECT_THAT(tokens.remaining("user"), AllowedWithRemaining(85));
  EXPECT_THAT(slots.remaining("user"), AllowedWithRemaining(1));
}

TEST_F(ReservationTest, OverSeveralStoresIsGivenBackWhenOneRefuses) {
  const auto other_store = memory_store({.clock = &clock_});
  Limiter tokens = limiter(fixed_window(100, 1min));
  Limiter slots(concurrency(1), {.store = other_store});
  auto held = reserve_all({{tokens, "user", 60}, {slots, "user", 1}}, {.id = "r1"});
  ASSERT_TRUE(held);
  EXPECT_FALSE(reserve_all({{tokens, "user", 10}, {slots, "user", 1}}, {.id = "r2"}));
  EXPECT_FALSE(reserve_all({{tokens, "user", 10}, {slots, "user", 1}}, {.id = "r2"})) << "nor does a retry pass";
  EXPECT_THAT(tokens.remaining("user"), AllowedWithRemaining(40));
  EXPECT_TRUE(held->release());
  EXPECT_THAT(tokens.remaining("user"), AllowedWithRemaining(100));
  EXPECT_THAT(slots.remaining("user"), AllowedWithRemaining(1));
}

TEST_F(ReservationTest, AShadowLimitHoldsOnlyWhatItWouldHaveAllowed) {
  Limiter shadow = limiter(fixed_window(100, 1min), true);
  auto held = shadow.reserve("user", 60);
  auto beyond = shadow.reserve("user", 60);
  ASSERT_TRUE(held && beyond);
  EXPECT_THAT(beyond->decisions()[0], AllowedBecause(Reason::shadow));
  EXPECT_EQ(shadow.remaining("user").remaining, 40);
  EXPECT_TRUE(beyond->settle(60));
  EXPECT_EQ(shadow.remaining("user").remaining, 40);
  const std::string id(held->id());
  held->leave();
  EXPECT_TRUE(store_->settle(id, 10));
  EXPECT_EQ(shadow.remaining("user").remaining, 90);
}

TEST_F(ReservationTest, OfAnUnlimitedKeyHoldsNothing) {
  Limiter free(fixed_window(1, 1min), {.store = store_, .clock = &clock_, .allow = {"vip"}});
  auto held = free.reserve("vip", 1000);
  ASSERT_TRUE(held);
  EXPECT_THAT(held->decisions()[0], Unlimited());
  EXPECT_TRUE(held->settle(5000));
}

TEST_F(ReservationTest, AfterAResetNothingIsGivenBack) {
  Limiter tokens = limiter(fixed_window(100, 1min));
  auto held = tokens.reserve("user", 60);
  ASSERT_TRUE(held && tokens.reset("user"));
  ASSERT_THAT(tokens.limit("user", 50), AllowedWithRemaining(50));
  EXPECT_TRUE(held->release());
  EXPECT_THAT(tokens.remaining("user"), AllowedWithRemaining(50));
}

TEST_F(ReservationTest, NonsenseIsAProgrammingError) {
  Limiter tokens = limiter(fixed_window(100, 1min));
  EXPECT_THROW((void)tokens.reserve("user", -1), std::invalid_argument);
  EXPECT_THROW((void)tokens.reserve("user", 1, {.lease = 0s}), std::invalid_argument);
  auto held = tokens.reserve("user", 1);
  ASSERT_TRUE(held);
  EXPECT_THROW((void)held->settle(-1), std::invalid_argument);
  EXPECT_THROW((void)held->settle(std::array<std::int64_t, 2>{1, 1}), std::length_error);
}

}  // namespace
}  // namespace weir::limiter
