#include <weir/detail/pending.hpp>
#include <weir/weir.hpp>

#include "limiter/fake_clock.hpp"
#include "limiter/fake_remote_store.hpp"
#include "limiter/matchers.hpp"

#include <gmock/gmock.h>

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace weir::limiter {
namespace {

using Mood = FakeRemoteStore::Mood;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// A process that uses a store which can go away.
class AnOutage : public testing::Test {
 protected:
  Limiter limiter(const Rule& rule, Options options = {}) {
    options.store = handle_;
    if (options.prefix.empty()) options.prefix = "shared";
    if (!options.timeout) options.timeout = 1min;  // the fake answers at once, or its test sets a short one
    return Limiter(rule, std::move(options));
  }
  // Decides until one is refused.
  static int granted(Limiter& limiter, Key key, int most = 1000) {
    int granted = 0;
    while (granted < most && limiter.limit(key)) ++granted;
    return granted;
  }
  void goes_away() { store_->set_mood(Mood::down); }
  void is_back() { store_->set_mood(Mood::answers); }
  // Some other process of the same limit.
  void somebody_uses(const Rule& rule, Key key, std::int64_t units) {
    store_->truth().charge_now(*store_->truth().open("shared", rule), key, clock_.now(), units);
  }
  // What the store has counted of a key.
  std::int64_t used(const Rule& rule, Key key) {
    const auto found = store_->truth().take_one(*store_->truth().open("shared", rule), key, clock_.now(), 0);
    return found.limit - found.remaining + found.debt;
  }

  FakeClock clock_;
  std::shared_ptr<FakeRemoteStore> store_ = std::make_shared<FakeRemoteStore>();
  std::shared_ptr<Store> handle_ = std::make_shared<Store>(store_, &clock_);
};

// The share

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

// Where it starts

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

// Windows over an hour

TEST_F(AnOutage, OfALongWindowGrantsItsOwnPart) {
  store_->set_instances(2);
  Limiter daily = limiter(fixed_window(4800, 24h));
  goes_away();
  EXPECT_EQ(granted(daily, "user"), 1) << "the least";
  clock_.advance(1h);
  EXPECT_EQ(granted(daily, "user"), 99) << "4800 / 2 / 24 in an hour";
  clock_.advance(30min);
  EXPECT_EQ(granted(daily, "user"), 50);
}

TEST_F(AnOutage, OfALongWindowGrantsTheShareWhenSomethingIsKnown) {
  store_->set_instances(2);
  Limiter daily = limiter(fixed_window(4800, 24h));
  ASSERT_THAT(daily.limit("user", 800), Allowed());
  clock_.advance(1h);
  goes_away();
  EXPECT_EQ(granted(daily, "user", 3000), 2000);
}

TEST_F(AnOutage, AnAnswerOfYesterdaySaysNothingOfToday) {
  Limiter daily = limiter(fixed_window(2400, 24h));
  ASSERT_THAT(daily.limit("user"), Allowed());
  clock_.advance(24h);
  goes_away();
  EXPECT_EQ(granted(daily, "user"), 1);
}

TEST_F(AnOutage, OfALongMonthGrantsItsOwnPart) {
  Limiter monthly = limiter(fixed_window(720'000, Period::month()));
  goes_away();
  EXPECT_EQ(granted(monthly, "user"), 1);
  clock_.advance(1h);
  const int an_hour = granted(monthly, "user", 2000);
  EXPECT_GE(an_hour, 720'000 / (31 * 24) - 1);
  EXPECT_LE(an_hour, 720'000 / (28 * 24));
}

TEST_F(AnOutage, OfASlowBucketGrantsOneAndWhatComesBack) {
  store_->set_instances(2);
  Limiter daily = limiter(token_bucket(4800, 24h));
  goes_away();
  EXPECT_EQ(granted(daily, "user"), 1);
  clock_.advance(1h);
  EXPECT_EQ(granted(daily, "user"), 100);
}

TEST_F(AnOutage, AWindowOfAnHourIsNotLong) {
  Limiter hourly = limiter(fixed_window(50, 1h));
  goes_away();
  EXPECT_EQ(granted(hourly, "user"), 50);
}

TEST_F(AnOutage, EndsWithAnAnswerAfterAQuietSecond) {
  Limiter daily = limiter(fixed_window(2400, 24h));
  goes_away();
  EXPECT_EQ(granted(daily, "user"), 1);
  clock_.advance(10h);
  EXPECT_EQ(granted(daily, "user", 1), 1);
  is_back();
  clock_.advance(2s);
  ASSERT_THAT(daily.limit("another"), Allowed());
  goes_away();
  EXPECT_EQ(granted(daily, "third"), 1) << "a new outage begins anew";
}

// What is charged afterwards

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

// Calls of every kind

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

// Refusals that are remembered

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
