#include <weir/weir.hpp>

#include "limiter/fake_clock.hpp"
#include "limiter/fake_remote_store.hpp"
#include "limiter/matchers.hpp"
#include "limiter/remote_joint.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <span>
#include <string>

namespace weir::limiter {
namespace {

using Mood = FakeRemoteStore::Mood;
using testing::ElementsAre;

class RemoteStore : public testing::Test {
 protected:
  Limiter limiter(const Rule& rule, Options options = {}) {
    options.store = handle_;
    if (!options.timeout) options.timeout = 1min;  // the fake answers at once, or its test sets a short one
    return Limiter(rule, std::move(options));
  }
  FakeClock clock_;
  std::shared_ptr<FakeRemoteStore> store_ = std::make_shared<FakeRemoteStore>();
  std::shared_ptr<Store> handle_ = std::make_shared<Store>(store_, &clock_);
};

TEST_F(RemoteStore, Decides) {
  Limiter remote = limiter(fixed_window(2, 1min));
  EXPECT_THAT(remote.limit("user"), AllowedWithRemaining(1));
  EXPECT_THAT(remote.limit("user"), AllowedWithRemaining(0));
  EXPECT_THAT(remote.limit("user"), LimitedFor(1min));
}

TEST_F(RemoteStore, KeepsTheTimeItselfWhereItAnswersAndIsNotSlowerThanTheLimiterAllows) {
  Limiter remote = limiter(fixed_window(2, 1min), {.timeout = 100ms});
  const Check check(remote, "user");
  const auto time_to_watch = [&] { return RemoteJoint::make(std::span(&check, 1), {})->time_to_watch(); };
  store_->own_timeout = 100ms;
  EXPECT_EQ(time_to_watch(), 100ms) << "its thread is another";
  store_->answers_here = true;
  EXPECT_EQ(time_to_watch(), 0ms);
  store_->own_timeout = 101ms;
  EXPECT_EQ(time_to_watch(), 100ms);
  store_->own_timeout.reset();
  EXPECT_EQ(time_to_watch(), 100ms);
}

TEST_F(RemoteStore, KeepsTheTimeOfNoDecisionThatOthersTakePartIn) {
  Limiter remote = limiter(fixed_window(2, 1min), {.timeout = 100ms});
  Limiter other = limiter(fixed_window(3, 1min), {.timeout = 100ms});
  store_->own_timeout = 100ms;
  store_->answers_here = true;
  const Check checks[] = {{remote, "user"}, {other, "user"}};
  EXPECT_EQ(RemoteJoint::make(checks, {})->time_to_watch(), 100ms);
}

TEST_F(RemoteStore, ARefusalIsRememberedUntilTheCallWouldPass) {
  Limiter remote = limiter(gcra(10, 1s, 1));
  ASSERT_THAT(remote.limit("user"), Allowed());
  ASSERT_THAT(remote.limit("user"), LimitedFor(100ms));
  const int asked = store_->decisions();
  clock_.advance(40ms);
  const Decision cached = remote.limit("user");
  EXPECT_FALSE(cached.allowed);
  EXPECT_EQ(cached.reason, Reason::cached);
  EXPECT_EQ(cached.retry_after, 60ms);
  EXPECT_EQ(store_->decisions(), asked);
  clock_.advance(60ms);
  EXPECT_THAT(remote.limit("user"), Allowed());
}

TEST_F(RemoteStore, ARememberedRefusalIsAtMostASecondOld) {
  Limiter remote = limiter(fixed_window(1, 1min));
  ASSERT_THAT(remote.limit("user"), Allowed());
  ASSERT_THAT(remote.limit("user"), Limited());
  clock_.advance(1s - 1ns);
  EXPECT_EQ(remote.limit("user").reason, Reason::cached);
  clock_.advance(1ns);
  EXPECT_EQ(remote.limit("user").reason, Reason::limited);
}

TEST_F(RemoteStore, ARefusalHoldsForCallsOfAtLeastItsCost) {
  Limiter remote = limiter(fixed_window(5, 1min));
  ASSERT_THAT(remote.limit("user", 3), Allowed());
  ASSERT_THAT(remote.limit("user", 3), Limited());
  EXPECT_EQ(remote.limit("user", 4).reason, Reason::cached);
  EXPECT_THAT(remote.limit("user", 2), AllowedWithRemaining(0));
  EXPECT_THAT(remote.limit("other", 3), Allowed());
}

TEST_F(RemoteStore, ARefundForgetsTheRefusal) {
  Limiter remote = limiter(fixed_window(1, 1min));
  ASSERT_THAT(remote.limit("user"), Allowed());
  ASSERT_THAT(remote.limit("user"), Limited());
  ASSERT_THAT(remote.limit("user", -1), Allowed());
  EXPECT_THAT(remote.limit("user"), Allowed());
}

TEST_F(RemoteStore, ASettlementForgetsTheRefusal) {
  Limiter remote = limiter(fixed_window(10, 1min));
  auto held = remote.reserve("user", 10);
  ASSERT_TRUE(held);
  ASSERT_THAT(remote.limit("user"), Limited());
  ASSERT_TRUE(held->settle(1));
  EXPECT_THAT(remote.limit("user"), AllowedWithRemaining(8));
}

TEST_F(RemoteStore, AResetForgetsTheRefusal) {
  Limiter remote = limiter(fixed_window(1, 1min));
  ASSERT_THAT(remote.limit("user"), Allowed());
  ASSERT_THAT(remote.limit("user"), Limited());
  ASSERT_TRUE(remote.reset("user"));
  EXPECT_THAT(remote.limit("user"), Allowed());
  ASSERT_THAT(remote.limit("user"), Limited());
  ASSERT_TRUE(remote.reset_all());
  EXPECT_THAT(remote.limit("user"), Allowed());
}

TEST_F(RemoteStore, ANewRateForgetsTheRefusal) {
  Limiter remote = limiter(fixed_window(1, 1min));
  ASSERT_THAT(remote.limit("user"), Allowed());
  ASSERT_THAT(remote.limit("user"), Limited());
  ASSERT_TRUE(remote.set_rate(fixed_window(2, 1min)));
  EXPECT_THAT(remote.limit("user"), AllowedWithRemaining(0));
}

TEST_F(RemoteStore, TheRejectionCacheCanBeTurnedOff) {
  Limiter remote = limiter(fixed_window(1, 1min), {.rejection_cache = 0});
  ASSERT_THAT(remote.limit("user"), Allowed());
  EXPECT_THAT(remote.limit("user"), Limited());
  EXPECT_THAT(remote.limit("user"), Limited());
}

TEST_F(RemoteStore, DownAndLocalAMemoryLimiterTakesOver) {
  Limiter remote = limiter(fixed_window(2, 1min));
  store_->set_mood(Mood::down);
  EXPECT_THAT(remote.limit("user"), DegradedAllowed(Reason::store_down));
  EXPECT_THAT(remote.limit("user"), DegradedAllowed(Reason::store_down));
  EXPECT_THAT(remote.limit("user"), DegradedRefused(Reason::store_down));
  clock_.advance(1min);
  EXPECT_THAT(remote.limit("user"), DegradedAllowed(Reason::store_down));
  store_->set_mood(Mood::answers);
  EXPECT_THAT(remote.limit("user"), AllowedWithRemaining(1));
}

TEST_F(RemoteStore, DownAndLocalSeveralLimitsAreStillAllOrNothing) {
  Limiter per_user = limiter(fixed_window(5, 1min));
  Limiter per_ip = limiter(fixed_window(1, 1min));
  store_->set_mood(Mood::down);
  EXPECT_TRUE(limit_all({{per_user, "u"}, {per_ip, "i"}}));
  EXPECT_FALSE(limit_all({{per_user, "u"}, {per_ip, "i"}}));
  EXPECT_EQ(per_user.remaining("u").remaining, 4);
}

TEST_F(RemoteStore, DownAndLocalAReservationIsHeldAndSettledLocally) {
  Limiter slots = limiter(concurrency(1));
  store_->set_mood(Mood::down);
  auto held = slots.reserve("user", 1, {.id = "r1"});
  ASSERT_TRUE(held);
  EXPECT_FALSE(slots.reserve("user", 1));
  held->leave();
  EXPECT_TRUE(handle_->release("r1"));
  EXPECT_TRUE(slots.reserve("user", 1));
}

TEST_F(RemoteStore, DownAndAllowEverythingPassesAsDegraded) {
  Limiter remote = limiter(fixed_window(1, 1min), {.on_error = OnError::allow});
  store_->set_mood(Mood::down);
  EXPECT_THAT(remote.limit("user"), DegradedAllowed(Reason::store_down));
  EXPECT_THAT(remote.limit("user"), DegradedAllowed(Reason::store_down));
}

TEST_F(RemoteStore, DownAndDenyEverythingIsRefusedAsDegraded) {
  Limiter remote = limiter(fixed_window(1, 1min), {.on_error = OnError::deny});
  store_->set_mood(Mood::down);
  EXPECT_THAT(remote.limit("user"), DegradedRefused(Reason::store_down));
  store_->set_mood(Mood::answers);
  EXPECT_THAT(remote.limit("user"), Allowed()) << "a degraded refusal is not remembered";
}

TEST_F(RemoteStore, DownAndDenyOfOneLimitChargesTheOthersNothing) {
  Limiter near(fixed_window(5, 1min), {.store = memory_store(), .clock = &clock_});
  Limiter far = limiter(fixed_window(5, 1min), {.on_error = OnError::deny});
  store_->set_mood(Mood::down);
  EXPECT_FALSE(limit_all({{near, "u"}, {far, "u"}}));
  EXPECT_THAT(near.remaining("u"), AllowedWithRemaining(5));
}

TEST_F(RemoteStore, AShadowLimitPassesEvenThen) {
  Limiter remote = limiter(fixed_window(1, 1min), {.shadow = true, .on_error = OnError::deny});
  store_->set_mood(Mood::down);
  EXPECT_TRUE(remote.limit("user").allowed);
}

TEST_F(RemoteStore, SilenceIsNotWaitedForBeyondTheTimeout) {
  Limiter remote = limiter(fixed_window(1, 1min), {.on_error = OnError::deny, .timeout = 5ms});
  store_->set_mood(Mood::silent);
  EXPECT_THAT(remote.limit("user"), DegradedRefused(Reason::store_timeout));
  store_->answer_now();
}

TEST_F(RemoteStore, AReservationGrantedTooLateIsLetGo) {
  Limiter slots = limiter(concurrency(1), {.on_error = OnError::deny, .timeout = 5ms});
  store_->set_mood(Mood::waits);
  EXPECT_THAT(slots.reserve("user", 1).error(), DegradedRefused(Reason::store_timeout));
  store_->set_mood(Mood::answers);
  store_->answer_now();
  EXPECT_TRUE(slots.reserve("user", 1));
}

TEST_F(RemoteStore, AReservationThatCanNotBeSettledStaysOpen) {
  Limiter tokens = limiter(fixed_window(10, 1min));
  auto held = tokens.reserve("user", 5, {.id = "r1"});
  ASSERT_TRUE(held);
  store_->set_mood(Mood::down);
  EXPECT_EQ(held->settle(1).error(), SettleError::down);
  EXPECT_TRUE(held->open());
  store_->set_mood(Mood::answers);
  EXPECT_TRUE(held->settle(1));
  EXPECT_FALSE(held->open());
  EXPECT_THAT(store_->settled(), ElementsAre("r1", "r1"));
}

}  // namespace
}  // namespace weir::limiter
