// What every Store does, of the memory store and of those in Redis alike: holding, settling and renewing by an id.
#include "every_store.hpp"

#include <string>

namespace weir::store::redis {
namespace {

using namespace std::chrono_literals;

TEST_P(EveryStore, AReservationHoldsItsAmountUntilSettledWithWhatWasUsed) {
  EXPECT_TRUE(all_allowed(user().hold("r1", {{tokens_.get(), "u", 60}})));
  EXPECT_EQ(user().remaining(*tokens_, "u"), 40);
  EXPECT_EQ(user().settle("r1", {25}), Settled{});
  EXPECT_EQ(user().remaining(*tokens_, "u"), 75);
}

TEST_P(EveryStore, WhatWasUsedBeyondAReservationIsDebt) {
  EXPECT_TRUE(all_allowed(user().hold("r1", {{tokens_.get(), "u", 60}})));
  EXPECT_EQ(user().settle("r1", {130}), Settled{});
  EXPECT_EQ(user().take(*tokens_, "u", 0).debt, 30);
}

TEST_P(EveryStore, AReservationIsSettledOnce) {
  EXPECT_TRUE(all_allowed(user().hold("r1", {{tokens_.get(), "u", 60}})));
  EXPECT_EQ(user().settle("r1", {10}), Settled{});
  EXPECT_EQ(user().settle("r1", {10}), Settled{});
  EXPECT_EQ(user().settle("r1", {11}), Settled(std::unexpected(SettleError::conflict)));
  EXPECT_EQ(user().settle("nobody's", {10}), Settled(std::unexpected(SettleError::unknown)));
  EXPECT_EQ(user().remaining(*tokens_, "u"), 90);
}

TEST_P(EveryStore, TheSameIdGetsTheSameAnswer) {
  EXPECT_EQ(user().hold("r1", {{tokens_.get(), "u", 60}}).status, Status::decided);
  const Answer again = user().hold("r1", {{tokens_.get(), "u", 60}});
  EXPECT_EQ(again.status, Status::repeated);
  ASSERT_EQ(again.verdicts.size(), 1U);
  EXPECT_EQ(again.verdicts[0].remaining, 40);
  EXPECT_EQ(user().remaining(*tokens_, "u"), 40);
  EXPECT_EQ(user().hold("r1", {{tokens_.get(), "u", 61}}).status, Status::conflict);
  EXPECT_EQ(user().hold("r1", {{tokens_.get(), "v", 60}}).status, Status::conflict);
}

TEST_P(EveryStore, ARefusalIsRepeatedToo) {
  EXPECT_TRUE(all_allowed(user().hold("full", {{tokens_.get(), "u", 100}})));
  EXPECT_FALSE(all_allowed(user().hold("r1", {{tokens_.get(), "u", 60}})));
  EXPECT_EQ(user().settle("full", {0}), Settled{});
  const Answer again = user().hold("r1", {{tokens_.get(), "u", 60}});
  EXPECT_EQ(again.status, Status::repeated);
  EXPECT_FALSE(all_allowed(again));
  EXPECT_EQ(user().settle("r1", {0}), Settled(std::unexpected(SettleError::unknown)));
}

TEST_P(EveryStore, AReservationOverSeveralLimitsIsAllOrNothing) {
  EXPECT_TRUE(all_allowed(user().hold("r1", {{tokens_.get(), "t", 60}, {slots_.get(), "s", 1}})));
  EXPECT_FALSE(all_allowed(user().hold("r2", {{tokens_.get(), "t", 60}, {slots_.get(), "s", 1}})));
  int id = 3;  // in a Cluster a server that does not know the script yet gives back a moment later
  EXPECT_TRUE(becomes_true([&] {
    return all_allowed(user().hold("r" + std::to_string(id++), {{slots_.get(), "s", 1}}));
  })) << "the refused one left its slot free";
}

TEST_P(EveryStore, EachPartIsSettledWithItsOwnAmount) {
  EXPECT_TRUE(all_allowed(user().hold("r1", {{tokens_.get(), "t", 60}, {bucket_.get(), "b", 60}})));
  EXPECT_EQ(user().settle("r1", {10, 70}), Settled{});
  EXPECT_EQ(user().remaining(*tokens_, "t"), 90);
  EXPECT_EQ(user().remaining(*bucket_, "b"), 30);
}

TEST_P(EveryStore, AnotherProcessMaySettleAndRenewByTheId) {
  EXPECT_TRUE(all_allowed(user().hold("r1", {{tokens_.get(), "t", 60}, {slots_.get(), "s", 1}})));
  const StoreUser other = place_->user();
  EXPECT_EQ(other.renew("r1", 5min), Settled{});
  EXPECT_EQ(other.settle("r1", {10, 0}), Settled{});
  EXPECT_EQ(user().remaining(*tokens_, "t"), 90);
  EXPECT_TRUE(all_allowed(user().hold("r2", {{slots_.get(), "s", 2}})));
  EXPECT_EQ(other.renew("nobody's", 5min), Settled(std::unexpected(SettleError::unknown)));
}

TEST_P(EveryStore, ConcurrencyFreesItsSlotWhenReleased) {
  EXPECT_TRUE(all_allowed(user().hold("a", {{slots_.get(), "u", 1}})));
  EXPECT_TRUE(all_allowed(user().hold("b", {{slots_.get(), "u", 1}})));
  const Answer refused = user().hold("c", {{slots_.get(), "u", 1}});
  EXPECT_FALSE(all_allowed(refused));
  EXPECT_EQ(refused.verdicts.at(0).retry_after, limits::never);
  EXPECT_EQ(user().settle("a", {0}), Settled{});
  EXPECT_TRUE(all_allowed(user().hold("d", {{slots_.get(), "u", 1}})));
}

TEST_P(EveryStore, ConcurrencyFreesItsSlotWhenItsLeaseEnds) {
  EXPECT_TRUE(all_allowed(user().hold("a", {{slots_.get(), "u", 2}}, 300ms)));
  int id = 0;
  EXPECT_TRUE(
      becomes_true([&] { return all_allowed(user().hold("b" + std::to_string(++id), {{slots_.get(), "u", 1}})); }));
}

TEST_P(EveryStore, AReservationGivesNothingBackAfterAReset) {
  EXPECT_TRUE(all_allowed(user().hold("r1", {{tokens_.get(), "u", 60}, {slots_.get(), "u", 2}})));
  EXPECT_EQ(user().reset(*tokens_, "u"), Settled{});
  EXPECT_EQ(user().reset(*slots_, "u"), Settled{});
  EXPECT_EQ(take(*tokens_, "u", 50), 50);
  EXPECT_TRUE(all_allowed(user().hold("r2", {{slots_.get(), "u", 2}})));
  EXPECT_EQ(user().settle("r1", {0}), Settled{});
  EXPECT_EQ(user().remaining(*tokens_, "u"), 50);
  EXPECT_FALSE(all_allowed(user().hold("r3", {{slots_.get(), "u", 1}})));
}

TEST_P(EveryStore, IdsOfPlainDecisionsMakeARetrySafe) {
  const Check check{tokens_.get(), "u", 60};
  const Call call{.checks = std::span(&check, 1), .now = wall_clock(), .id = "x"};
  EXPECT_EQ(user().decide(call).status, Status::decided);
  const Answer again = user().decide(call);
  EXPECT_EQ(again.status, Status::repeated);
  EXPECT_EQ(again.verdicts.at(0).remaining, 40);
  EXPECT_EQ(user().settle("x", {0}), Settled(std::unexpected(SettleError::unknown))) << "there is nothing to settle";
  EXPECT_EQ(user().remaining(*tokens_, "u"), 40);
}

TEST_P(EveryStore, AHoldWithoutIdOrLeaseIsAWrongCall) {
  EXPECT_EQ(user().hold("", {{tokens_.get(), "u", 1}}).status, Status::conflict);
  EXPECT_EQ(user().hold("r", {{tokens_.get(), "u", 1}}, 0s).status, Status::conflict);
  EXPECT_EQ(user().remaining(*tokens_, "u"), 100);
}

}  // namespace
}  // namespace weir::store::redis
