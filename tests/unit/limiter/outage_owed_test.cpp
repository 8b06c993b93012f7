// What was granted without the store is charged to it afterwards.
#include "limiter/an_outage.hpp"

namespace weir::limiter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(AnOutage, IsChargedToTheStoreWithTheNextAnswer) {
  const Rule rule = fixed_window(100, 1min);
  Limiter requests = limiter(rule);
  ASSERT_THAT(requests.limit("user", 10), Allowed());
  goes_away();
  EXPECT_THAT(requests.limit("user", 5), DegradedAllowed(Reason::store_down));
  EXPECT_THAT(requests.limit("user", 7), DegradedAllowed(Reason::store_down));
  EXPECT_EQ(handle_->statistics().owed, 1);
  is_back();
  EXPECT_THAT(requests.limit("another"), Allowed());
  EXPECT_THAT(store_->charged(), ElementsAre(12));
  EXPECT_EQ(used(rule, "user"), 22);
  EXPECT_EQ(handle_->statistics().owed, 0);
  EXPECT_THAT(requests.limit("another"), Allowed());
  EXPECT_THAT(store_->charged(), ElementsAre(12)) << "once";
}

TEST_F(AnOutage, ChargesNothingOfAWindowThatIsOver) {
  Limiter requests = limiter(fixed_window(100, 1min));
  goes_away();
  EXPECT_TRUE(requests.limit("user", 5));
  clock_.advance(1min);
  is_back();
  EXPECT_THAT(requests.limit("user"), AllowedWithRemaining(99));
  EXPECT_THAT(store_->charged(), IsEmpty());
  EXPECT_EQ(handle_->statistics().owed, 0);
}

TEST_F(AnOutage, ChargesABucketWhatHasNotComeBack) {
  const Rule rule = gcra(10, 10s);
  Limiter requests = limiter(rule);
  goes_away();
  for (int second = 0; second < 60; ++second) {
    EXPECT_TRUE(requests.limit("user"));
    clock_.advance(1s);
  }
  EXPECT_TRUE(requests.limit("user", 4));
  clock_.advance(1s);
  is_back();
  EXPECT_THAT(requests.limit("another"), Allowed());
  EXPECT_THAT(store_->charged(), ElementsAre(3)) << "not all that was granted in a minute";
}

TEST_F(AnOutage, ChargesInBatchesThatNoDecisionWaitsFor) {
  Limiter requests = limiter(fixed_window(100, 1min));
  goes_away();
  for (int user = 0; user < 600; ++user) EXPECT_TRUE(requests.limit(user));
  is_back();
  EXPECT_THAT(requests.limit("another"), Allowed());
  EXPECT_EQ(handle_->statistics().owed, 600 - 256);
  EXPECT_THAT(requests.limit("another"), Allowed());
  EXPECT_THAT(requests.limit("another"), Allowed());
  EXPECT_EQ(handle_->statistics().owed, 0);
  EXPECT_EQ(store_->charged().size(), 600);
}

TEST_F(AnOutage, OwesOnWhenTheStoreGoesAwayAgain) {
  const Rule rule = fixed_window(1000, 1min);
  Limiter requests = limiter(rule);
  goes_away();
  for (int user = 0; user < 300; ++user) EXPECT_TRUE(requests.limit(user));
  is_back();
  EXPECT_THAT(requests.limit("another"), Allowed());
  goes_away();
  EXPECT_TRUE(requests.limit(7));
  is_back();
  EXPECT_THAT(requests.limit("another"), Allowed());
  EXPECT_EQ(handle_->statistics().owed, 0);
  EXPECT_EQ(used(rule, 7), 2);
  EXPECT_EQ(used(rule, 299), 1);
}

TEST_F(AnOutage, OwesOfSoManyKeysAndCountsTheRest) {
  Limiter requests = limiter(fixed_window(1000, 1min));
  goes_away();
  for (int user = 0; user < 100'010; ++user) ASSERT_TRUE(requests.limit(user));
  EXPECT_EQ(handle_->statistics().owed, 100'000);
  EXPECT_EQ(handle_->statistics().forgiven, 10);
}

TEST_F(AnOutage, RefundsAreOwedToo) {
  const Rule rule = fixed_window(100, 1min);
  Limiter requests = limiter(rule);
  ASSERT_THAT(requests.limit("user", 50), Allowed());
  goes_away();
  EXPECT_TRUE(requests.limit("user", -20));
  is_back();
  EXPECT_THAT(requests.limit("another"), Allowed());
  EXPECT_EQ(used(rule, "user"), 30);
}

TEST_F(AnOutage, AResetForgetsWhatIsOwed) {
  Limiter requests = limiter(fixed_window(10, 1min));
  goes_away();
  EXPECT_EQ(granted(requests, "user"), 10);
  EXPECT_EQ(requests.reset("user").error(), SettleError::down) << "the store was not told";
  EXPECT_EQ(granted(requests, "user"), 10);
  (void)requests.reset_all();
  is_back();
  EXPECT_THAT(requests.limit("another"), Allowed());
  EXPECT_THAT(store_->charged(), IsEmpty());
}

TEST_F(AnOutage, WhatTheStoreGrantedTooLateIsNotChargedTwice) {
  const Rule rule = fixed_window(10, 1min);
  Limiter requests = limiter(rule, {.timeout = 5ms});
  store_->set_mood(Mood::waits);
  EXPECT_THAT(requests.limit("user", 3), DegradedAllowed(Reason::store_timeout));
  is_back();
  store_->answer_now();
  EXPECT_THAT(requests.limit("another"), Allowed());
  EXPECT_EQ(used(rule, "user"), 3);
}

TEST_F(AnOutage, WhatWasRefusedAndGrantedTooLateIsGivenBack) {
  const Rule rule = fixed_window(10, 1min);
  Limiter requests = limiter(rule, {.on_error = OnError::deny, .timeout = 5ms});
  store_->set_mood(Mood::waits);
  EXPECT_THAT(requests.limit("user", 3), DegradedRefused(Reason::store_timeout));
  is_back();
  store_->answer_now();
  EXPECT_THAT(requests.limit("another"), Allowed());
  EXPECT_EQ(used(rule, "user"), 0);
}

}  // namespace
}  // namespace weir::limiter
