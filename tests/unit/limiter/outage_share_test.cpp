// Which part of a limit one process grants while its store is away, and where it starts.
#include "limiter/an_outage.hpp"

namespace weir::limiter {
namespace {

TEST_F(AnOutage, GrantsTheShareOfOneInstance) {
  store_->set_instances(4);
  Limiter requests = limiter(fixed_window(10, 1min));
  goes_away();
  const Decision first = requests.limit("user");
  EXPECT_THAT(first, DegradedAllowed(Reason::store_down));
  EXPECT_EQ(first.limit, 2) << "what this process grants, rounded down";
  EXPECT_EQ(first.remaining, 1);
  EXPECT_EQ(granted(requests, "user"), 1);
  EXPECT_THAT(requests.limit("user"), DegradedRefused(Reason::store_down));
}

TEST_F(AnOutage, GrantsAtLeastOne) {
  store_->set_instances(100);
  Limiter requests = limiter(fixed_window(10, 1min));
  goes_away();
  EXPECT_EQ(granted(requests, "user"), 1);
}

TEST_F(AnOutage, GrantsTheShareThatIsConfigured) {
  store_->set_instances(4);
  Limiter requests = limiter(fixed_window(100, 1min), {.local_share = 0.29});
  goes_away();
  EXPECT_EQ(granted(requests, "user"), 29) << "exact: 0.29 is 29 of 100, whatever binary fractions say";
}

TEST_F(AnOutage, ScalesABucketsRateAndBurst) {
  store_->set_instances(2);
  Limiter requests = limiter(token_bucket(10, 1s, 20));
  goes_away();
  EXPECT_EQ(granted(requests, "user"), 10);
  clock_.advance(1s);
  EXPECT_EQ(granted(requests, "user"), 5);
}

TEST_F(AnOutage, FollowsTheNumberOfInstancesWithoutForgettingWhatItGranted) {
  store_->set_instances(2);
  Limiter requests = limiter(fixed_window(100, 1min));
  goes_away();
  EXPECT_EQ(granted(requests, "user", 20), 20);
  store_->set_instances(4);
  EXPECT_EQ(granted(requests, "user"), 5);
  store_->set_instances(1);
  EXPECT_EQ(granted(requests, "user"), 75);
}

TEST_F(AnOutage, RefusesAShareBeyondTheWhole) {
  EXPECT_FALSE(Limiter::make(fixed_window(1, 1min), {.local_share = 1.01}));
  EXPECT_FALSE(Limiter::make(fixed_window(1, 1min), {.local_share = -0.1}));
}

TEST_F(AnOutage, StartsFromTheLastAnswer) {
  store_->set_instances(2);
  const Rule rule = fixed_window(100, 1min);
  Limiter requests = limiter(rule);
  somebody_uses(rule, "user", 59);
  ASSERT_THAT(requests.limit("user"), AllowedWithRemaining(40));
  goes_away();
  EXPECT_EQ(granted(requests, "user"), 20) << "half of what was left";
  EXPECT_EQ(granted(requests, "another"), 50) << "of this one nothing is known";
}

TEST_F(AnOutage, CountsAPartOfAUnitAsUsed) {
  store_->set_instances(2);
  Limiter requests = limiter(fixed_window(10, 1min));
  ASSERT_THAT(requests.limit("user", 3), Allowed());
  goes_away();
  EXPECT_EQ(granted(requests, "user"), 3);
}

TEST_F(AnOutage, GrantsNothingWhereNothingWasLeft) {
  const Rule rule = fixed_window(10, 1min);
  Limiter requests = limiter(rule, {.rejection_cache = 0});
  somebody_uses(rule, "user", 25);
  ASSERT_THAT(requests.limit("user"), Limited());
  goes_away();
  EXPECT_THAT(requests.limit("user"), DegradedRefused(Reason::store_down));
  clock_.advance(1min);
  EXPECT_EQ(granted(requests, "user"), 10) << "the debt was of the window before";
}

TEST_F(AnOutage, AnAnswerIsAsOldAsItIs) {
  Limiter window = limiter(fixed_window(10, 1min), {.prefix = "window"});
  Limiter bucket = limiter(gcra(10, 10s), {.prefix = "bucket"});
  ASSERT_THAT(window.limit("user", 10), Allowed());
  ASSERT_THAT(bucket.limit("user", 10), Allowed());
  goes_away();
  clock_.advance(4s);
  EXPECT_EQ(granted(window, "user"), 0);
  EXPECT_EQ(granted(bucket, "user"), 4);
  clock_.advance(56s);
  EXPECT_EQ(granted(window, "user"), 10);
}

TEST_F(AnOutage, StartsFromAnAnswerOnce) {
  Limiter requests = limiter(fixed_window(10, 1min));
  ASSERT_THAT(requests.limit("user", 4), Allowed());
  goes_away();
  EXPECT_EQ(granted(requests, "user"), 6);
  EXPECT_EQ(granted(requests, "user"), 0);
}

TEST_F(AnOutage, TheSecondInOneWindowGoesOnWhereTheFirstEnded) {
  store_->set_instances(2);
  Limiter requests = limiter(fixed_window(100, 1min));
  goes_away();
  EXPECT_EQ(granted(requests, "user", 30), 30);
  is_back();
  ASSERT_THAT(requests.limit("other"), Allowed());
  goes_away();
  EXPECT_EQ(granted(requests, "user"), 20);
}

TEST_F(AnOutage, HoldsTheSlotsThatWereTakenForALease) {
  Limiter slots = limiter(concurrency(4));
  auto first = slots.reserve("user", 3);
  ASSERT_TRUE(first);
  first->leave();
  goes_away();
  auto second = slots.reserve("user", 1, {.lease = 10s});
  ASSERT_TRUE(second);
  EXPECT_FALSE(slots.reserve("user", 1, {.lease = 10s}));
  clock_.advance(11s);
  EXPECT_TRUE(slots.reserve("user", 4, {.lease = 10s}));
}

TEST_F(AnOutage, WhatIsCountedHereIsBounded) {
  const auto small = std::make_shared<Store>(store_, &clock_, 100);
  Limiter limiter(fixed_window(10, 1min), {.name = "small", .store = small, .timeout = 1min});
  goes_away();
  for (int user = 0; user < 2000; ++user) EXPECT_TRUE(limiter.limit(user));
  EXPECT_LE(small->statistics().keys, 200U);  // a shard holds a whole group at least
  EXPECT_GT(small->statistics().evictions, 0U);
}

}  // namespace
}  // namespace weir::limiter
