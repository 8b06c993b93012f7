// Reservations, and settlements that could not be delivered, while the store is away.
#include "limiter/an_outage.hpp"

#include <weir/detail/pending.hpp>

#include <vector>

namespace weir::limiter {
namespace {

using testing::ElementsAre;

TEST_F(AnOutage, AReservationHeldLocallyIsChargedWhatItUsed) {
  const Rule rule = fixed_window(100, 1min);
  Limiter tokens = limiter(rule);
  goes_away();
  auto before = tokens.reserve("user", 40);
  auto after = tokens.reserve("user", 40);
  ASSERT_TRUE(before && after);
  EXPECT_THAT(before->decisions().front(), DegradedAllowed(Reason::store_down));
  EXPECT_TRUE(before->settle(10));
  is_back();
  EXPECT_THAT(tokens.limit("another"), Allowed());
  EXPECT_EQ(used(rule, "user"), 50) << "what is still held is charged in full";
  EXPECT_TRUE(after->settle(5));
  EXPECT_THAT(tokens.limit("another"), Allowed());
  EXPECT_EQ(used(rule, "user"), 15);
}

TEST_F(AnOutage, AReservationHeldLocallyIsSettledByItsId) {
  const Rule rule = fixed_window(100, 1min);
  Limiter tokens = limiter(rule);
  goes_away();
  tokens.reserve("user", 40, {.id = "r1"})->leave();
  EXPECT_TRUE(handle_->renew("r1", 1min));
  EXPECT_TRUE(handle_->settle("r1", 55));
  EXPECT_TRUE(handle_->settle("r1", 55));
  EXPECT_EQ(handle_->settle("r1", 56).error(), SettleError::conflict);
  is_back();
  EXPECT_THAT(tokens.limit("another"), Allowed());
  EXPECT_EQ(used(rule, "user"), 55);
}

TEST_F(AnOutage, TheSameIdGetsTheSameAnswerAndIsChargedOnce) {
  const Rule rule = fixed_window(100, 1min);
  Limiter tokens = limiter(rule);
  goes_away();
  EXPECT_TRUE(tokens.limit("user", {.cost = 5, .id = "c1"}));
  EXPECT_TRUE(tokens.limit("user", {.cost = 5, .id = "c1"}));
  is_back();
  EXPECT_THAT(tokens.limit("another"), Allowed());
  EXPECT_EQ(used(rule, "user"), 5);
}

TEST_F(AnOutage, ASettlementThatCouldNotBeDeliveredIsSentAgain) {
  const Rule rule = fixed_window(100, 1min);
  Limiter tokens = limiter(rule);
  tokens.reserve("user", 40, {.id = "r1"})->leave();
  goes_away();
  EXPECT_EQ(handle_->settle("r1", 10).error(), SettleError::down);
  EXPECT_EQ(handle_->renew("r1", 1min).error(), SettleError::down);
  EXPECT_EQ(handle_->statistics().unsettled, 1);
  is_back();
  EXPECT_THAT(tokens.limit("another"), Allowed());
  EXPECT_EQ(used(rule, "user"), 10);
  EXPECT_EQ(handle_->statistics().unsettled, 0);
}

TEST_F(AnOutage, AReservationThatIsDroppedIsReleasedAfterwards) {
  const Rule rule = fixed_window(100, 1min);
  Limiter tokens = limiter(rule);
  {
    const auto held = tokens.reserve("user", 40);
    ASSERT_TRUE(held);
    goes_away();
  }
  is_back();
  EXPECT_THAT(tokens.limit("another"), Allowed());
  EXPECT_EQ(used(rule, "user"), 0);
}

TEST_F(AnOutage, ASettlementThatCouldNotBeDeliveredStandsWhenTheReservationIsDropped) {
  const Rule rule = fixed_window(100, 1min);
  Limiter tokens = limiter(rule);
  auto later = tokens.reserve("user", 40);
  {
    auto soon = tokens.reserve("user", 40);
    ASSERT_TRUE(soon && later);
    goes_away();
    EXPECT_EQ(soon->settle(10).error(), SettleError::down);
    EXPECT_EQ(later->settle(20).error(), SettleError::down);
  }
  is_back();
  {
    const Reservation dropped = *std::move(later);
  }
  EXPECT_THAT(tokens.limit("another"), Allowed());
  EXPECT_EQ(used(rule, "user"), 30);
}

TEST_F(AnOutage, SettlementsThatNobodyWaitsForAreNoDifferent) {
  const Rule rule = fixed_window(100, 1min);
  Limiter tokens = limiter(rule);
  auto far = tokens.reserve("user", 40);
  goes_away();
  auto near = tokens.reserve("user", 40);
  ASSERT_TRUE(far && near);
  std::vector<Settled> settled;
  const std::vector<std::int64_t> used_of_each{10};
  detail::settle_async(*far, used_of_each, [&](Settled how) { settled.push_back(how); });
  detail::settle_async(*near, used_of_each, [&](Settled how) { settled.push_back(how); });
  EXPECT_THAT(settled, ElementsAre(Settled(std::unexpected(SettleError::down)), Settled()));
  is_back();
  EXPECT_THAT(tokens.limit("another"), Allowed());
  EXPECT_EQ(used(rule, "user"), 20);
}

TEST_F(AnOutage, ASettlementIsNotSentForEver) {
  Limiter tokens = limiter(fixed_window(100, 24h));
  tokens.reserve("user", 40, {.id = "r1"})->leave();
  goes_away();
  EXPECT_FALSE(handle_->settle("r1", 10));
  clock_.advance(1h);
  is_back();
  EXPECT_THAT(tokens.limit("another"), Allowed());
  EXPECT_EQ(handle_->statistics().unsettled, 0);
  EXPECT_EQ(handle_->statistics().forgiven, 1);
  EXPECT_THAT(store_->settled(), ElementsAre("r1"));
}

TEST_F(AnOutage, AReservationOfWhichNothingWasHeardIsLetGo) {
  Limiter slots = limiter(concurrency(1), {.on_error = OnError::deny, .timeout = 5ms});
  store_->set_mood(Mood::silent);
  EXPECT_THAT(slots.reserve("user", 1).error(), DegradedRefused(Reason::store_timeout));
  store_->answer_now();
  is_back();
  (void)slots.remaining("user");
  EXPECT_EQ(store_->settled().size(), 1);
}

}  // namespace
}  // namespace weir::limiter
