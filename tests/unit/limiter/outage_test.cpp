// Calls of every kind while the store is away, and refusals that are remembered.
#include "limiter/an_outage.hpp"

#include <thread>
#include <vector>

namespace weir::limiter {
namespace {

using testing::ElementsAre;

TEST_F(AnOutage, AFullQueueCountsAsDown) {
  Limiter requests = limiter(fixed_window(10, 1min));
  store_->set_mood(Mood::full);
  EXPECT_THAT(requests.limit("user"), DegradedAllowed(Reason::store_down));
}

TEST_F(AnOutage, BlockUntilReadyWaitsForTheLocalLimit) {
  store_->set_instances(2);
  Limiter requests = limiter(gcra(2, 1s));
  goes_away();
  EXPECT_TRUE(requests.limit("user"));
  EXPECT_THAT(requests.block_until_ready("user", 5s), DegradedAllowed(Reason::store_down));
  EXPECT_EQ(clock_.slept(), 1s);
}

TEST_F(AnOutage, BlockUntilReadyDoesNotWaitForARefusalByPolicy) {
  Limiter requests = limiter(gcra(2, 1s), {.on_error = OnError::deny});
  goes_away();
  EXPECT_THAT(requests.block_until_ready("user", 5s), DegradedRefused(Reason::store_down));
  EXPECT_EQ(clock_.slept(), 0s);
}

TEST_F(AnOutage, LimitsOnAMemoryStoreAreAsEver) {
  store_->set_instances(2);
  Limiter near(fixed_window(3, 1min), {.store = memory_store(), .clock = &clock_});
  Limiter far = limiter(fixed_window(4, 1min));
  goes_away();
  const AllDecision first = limit_all({{near, "u"}, {far, "u"}});
  EXPECT_THAT(first.decisions, ElementsAre(AllowedWithRemaining(2), DegradedAllowed(Reason::store_down)));
  EXPECT_TRUE(limit_all({{near, "u"}, {far, "u"}}));
  EXPECT_FALSE(limit_all({{near, "u"}, {far, "u"}}));
  EXPECT_THAT(near.remaining("u"), AllowedWithRemaining(1));
}

TEST_F(AnOutage, WhatARefusalGaveBackIsNotOwed) {
  const Rule rule = fixed_window(10, 1min);
  Limiter far = limiter(rule);
  Limiter near(fixed_window(1, 1min), {.store = memory_store(), .clock = &clock_});
  goes_away();
  EXPECT_TRUE(limit_all({{far, "u"}, {near, "u"}}));
  EXPECT_FALSE(limit_all({{far, "u"}, {near, "u"}}));
  is_back();
  EXPECT_THAT(far.limit("another"), Allowed());
  EXPECT_EQ(used(rule, "u"), 1);
}

TEST_F(AnOutage, ManyKeysAreAskedForAtOnce) {
  Limiter requests = limiter(fixed_window(2, 1min), {.timeout = 10s});
  const std::vector<Key> keys{"a", "b", "a", "a"};
  std::vector<Decision> decisions(keys.size());
  store_->set_mood(Mood::waits);
  std::thread asks([&] { requests.limit_many(keys, decisions); });
  while (store_->questions() < keys.size()) std::this_thread::yield();
  store_->answer_now();
  asks.join();
  EXPECT_THAT(decisions,
              ElementsAre(AllowedWithRemaining(1), AllowedWithRemaining(1), AllowedWithRemaining(0), Limited()));
}

TEST_F(AnOutage, ManyKeysAreDecidedLocally) {
  Limiter requests = limiter(fixed_window(1, 1min));
  const std::vector<Key> keys{"a", "b", "a"};
  std::vector<Decision> decisions(keys.size());
  goes_away();
  requests.limit_many(keys, decisions);
  EXPECT_THAT(decisions, ElementsAre(DegradedAllowed(Reason::store_down), DegradedAllowed(Reason::store_down),
                                     DegradedRefused(Reason::store_down)));
}

TEST_F(AnOutage, ARememberedRefusalStandsUntilTheCallWouldPass) {
  Limiter requests = limiter(gcra(10, 1s, 1));
  ASSERT_THAT(requests.limit("user"), Allowed());
  ASSERT_THAT(requests.limit("user"), LimitedFor(100ms));
  goes_away();
  EXPECT_EQ(requests.limit("user").reason, Reason::cached);
  clock_.advance(100ms);
  EXPECT_THAT(requests.limit("user"), DegradedAllowed(Reason::store_down));
}

TEST_F(AnOutage, ARefusalIsRememberedByOurClockNotTheStores) {
  Limiter requests = limiter(gcra(10, 1s, 1));
  ASSERT_THAT(requests.limit("user"), Allowed());
  store_->set_skew(-1h);
  ASSERT_FALSE(requests.limit("user").allowed);
  store_->set_skew(0s);
  clock_.advance(1s);
  EXPECT_THAT(requests.limit("user"), Allowed());
}

TEST_F(AnOutage, AResetByOneLimiterEndsTheRefusalsOfAnother) {
  Limiter one = limiter(fixed_window(1, 1min));
  Limiter other = limiter(fixed_window(1, 1min));
  ASSERT_THAT(one.limit("user"), Allowed());
  ASSERT_THAT(other.limit("user"), Limited());
  ASSERT_TRUE(one.reset("user"));
  EXPECT_THAT(other.limit("user"), Allowed());
}

}  // namespace
}  // namespace weir::limiter
