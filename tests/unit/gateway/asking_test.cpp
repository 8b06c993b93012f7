// A request that asks a store which answers later.
#include "gateway/asking.hpp"

#include "gateway/a_limit.hpp"
#include "gateway/written_request.hpp"
#include "limiter/fake_clock.hpp"
#include "limiter/fake_remote_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;
using limiter::FakeRemoteStore;
using testing::SizeIs;
using OnError = config::Store::OnError;

// A gateway with these limits, all of them on its one route, over a store that answers when the test says.
class RemoteGateway {
 public:
  explicit RemoteGateway(std::vector<config::Limit> limits, OnError on_error = OnError::local) {
    Settings settings{.store = {.on_error = on_error}, .limits = limits, .responses = {}};
    RouteSettings route{.name = "/*", .limits = {}};
    for (const config::Limit& limit : limits) route.limits.push_back({limit.name});
    runtime = std::make_shared<Runtime>(
        std::move(settings), &clock, Note{}, [this](const config::Store&, Clock* of, const Note&) {
          return std::make_shared<Store>(std::shared_ptr<store::Store>(std::shared_ptr<void>(), &room), of);
        });
    route_ = std::make_shared<const RouteLimits>(runtime->limits_of(route));
  }
  std::shared_ptr<Asking> ask(const WrittenRequest& request) { return Asking::ask(request, route_, runtime); }
  std::shared_ptr<Asking> ask_user(const std::string& user) { return ask(WrittenRequest().with("x-user", user)); }
  // Of a store that answers in time.
  Admission admit_user(const std::string& user) {
    const auto asking = ask_user(user);
    if (!asking->answered()) room.answer_now();
    return asking->conclude({.may_wait = false}, nullptr);
  }
  HeldLeases& leases() { return *runtime->lasting()->leases; }

  limiter::FakeClock clock;
  FakeRemoteStore room;
  std::shared_ptr<Runtime> runtime;

 private:
  std::shared_ptr<const RouteLimits> route_;
};

config::Limit places(std::int64_t count) { return per_user("places", concurrency(count)); }

TEST(Asking, AnAnswerThatIsThereAtOnceNeedsNobodyToWait) {
  RemoteGateway gateway({per_user("per-user", fixed_window(1, 1min))});
  const auto asking = gateway.ask_user("ann");
  ASSERT_TRUE(asking->answered());
  EXPECT_FALSE(asking->park([] { FAIL() << "nobody waits"; }));
  EXPECT_EQ(asking->conclude({}, nullptr).refusal, nullptr);
  EXPECT_NE(gateway.admit_user("ann").refusal, nullptr);
}

TEST(Asking, AParkedRequestIsWokenOnceByItsAnswer) {
  RemoteGateway gateway({per_user("per-user", fixed_window(1, 1min))});
  gateway.room.set_mood(FakeRemoteStore::Mood::waits);
  const auto asking = gateway.ask_user("ann");
  int woken = 0;
  ASSERT_TRUE(asking->park([&] { ++woken; }));
  EXPECT_FALSE(asking->answered());
  gateway.room.answer_now();
  EXPECT_EQ(woken, 1);
  ASSERT_TRUE(asking->answered());
  asking->expire();
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(asking->conclude({}, nullptr).refusal, nullptr);
}

TEST(Asking, KeysOutliveTheRequestThatBroughtThem) {
  RemoteGateway gateway({per_user("per-user", fixed_window(1, 1min))});
  gateway.room.set_mood(FakeRemoteStore::Mood::waits);
  auto request = std::make_unique<WrittenRequest>();
  request->with("x-user", std::string(100, 'a'));
  const auto asking = gateway.ask(*request);
  request.reset();
  gateway.room.answer_now();
  Told told;
  EXPECT_EQ(asking->conclude({}, &told).refusal, nullptr);
  EXPECT_EQ(told.key, std::string(100, 'a'));
}

TEST(Asking, WhereNoLimitAppliesNobodyIsAsked) {
  RemoteGateway gateway({per_user("per-user", fixed_window(1, 1min))});
  const auto asking = gateway.ask(WrittenRequest());
  EXPECT_TRUE(asking->answered());
  EXPECT_EQ(asking->conclude({}, nullptr).refusal, nullptr);
  EXPECT_EQ(gateway.room.decisions(), 0);
}

TEST(Asking, WithoutAnAnswerInTimeOnErrorDecides) {
  for (const auto& [on_error, status] :
       {std::pair(OnError::deny, 503), std::pair(OnError::allow, 0), std::pair(OnError::local, 0)}) {
    RemoteGateway gateway({per_user("per-user", fixed_window(1, 1min))}, on_error);
    gateway.room.set_mood(FakeRemoteStore::Mood::silent);
    const auto asking = gateway.ask_user("ann");
    int woken = 0;
    ASSERT_TRUE(asking->park([&] { ++woken; }));
    asking->expire();
    EXPECT_EQ(woken, 1);
    const Admission admission = asking->conclude({}, nullptr);
    EXPECT_EQ(admission.refusal == nullptr ? 0 : admission.refusal->status, status);
    gateway.room.answer_now();  // too late
  }
}

TEST(Asking, WhoIsOverTheLimitWhileTheStoreIsAwayIsRefusedAsEver) {
  RemoteGateway gateway({per_user("per-user", fixed_window(1, 1min))}, OnError::local);
  gateway.room.set_mood(FakeRemoteStore::Mood::down);
  EXPECT_EQ(gateway.admit_user("ann").refusal, nullptr);
  const Admission second = gateway.admit_user("ann");
  ASSERT_NE(second.refusal, nullptr);
  EXPECT_EQ(second.refusal->status, 429);
  EXPECT_EQ(gateway.runtime->find("per-user")->metrics->count_of(api::Outcome::limited), 1U);
  EXPECT_EQ(gateway.runtime->find("per-user")->metrics->count_of(api::Outcome::error), 0U);
}

TEST(Asking, WhatComesForAStreamThatIsGoneIsReleased) {
  RemoteGateway gateway({places(1)});
  gateway.room.set_mood(FakeRemoteStore::Mood::waits);
  auto asking = gateway.ask_user("ann");
  ASSERT_TRUE(asking->park([] { FAIL() << "the stream is gone"; }));
  asking->leave();
  asking.reset();
  gateway.room.set_mood(FakeRemoteStore::Mood::answers);
  gateway.room.answer_now();
  EXPECT_THAT(gateway.room.settled(), SizeIs(1));
  EXPECT_NE(gateway.admit_user("ann").hold, nullptr);
}

TEST(Asking, ARequestMayWaitForAPlaceInItsWindow) {
  config::Limit limit = per_user("per-user", token_bucket(1, 1s));
  limit.wait = 5s;
  RemoteGateway gateway({limit});
  EXPECT_EQ(gateway.admit_user("ann").refusal, nullptr);
  const auto asking = gateway.ask_user("ann");
  const Admission held = asking->conclude({.may_wait = true}, nullptr);
  EXPECT_EQ(held.wait, 1s);
  const Admission refused = asking->conclude({.may_wait = false}, nullptr);
  EXPECT_FALSE(refused.wait);
  EXPECT_NE(refused.refusal, nullptr);
}

TEST(Asking, ADecisionIsCountedOnceAndTimedAsTheRemoteStores) {
  RemoteGateway gateway({per_user("per-user", fixed_window(1, 1min))});
  (void)gateway.admit_user("ann");
  EXPECT_EQ(gateway.runtime->find("per-user")->metrics->count_of(api::Outcome::allowed), 1U);
  EXPECT_EQ(gateway.runtime->metrics().remote_decision_seconds.count(), 1U);
  EXPECT_EQ(gateway.runtime->metrics().decision_seconds.count(), 0U);
}

TEST(HeldLeases, APlaceIsRenewedWhileItsStreamLives) {
  RemoteGateway gateway({places(1)});
  const Admission admission = gateway.admit_user("ann");
  ASSERT_NE(admission.hold, nullptr);
  for (int minute = 0; minute < 6; ++minute) {
    gateway.clock.advance(20s);
    const auto next = gateway.leases().step(gateway.clock.now());
    EXPECT_EQ(next, gateway.clock.now() + 20s);
  }
  EXPECT_NE(gateway.admit_user("ann").refusal, nullptr);
}

TEST(HeldLeases, APlaceOfAProcessThatDiedIsFreeAfterTheLease) {
  RemoteGateway gateway({places(1)});
  const Admission admission = gateway.admit_user("ann");
  gateway.clock.advance(61s);  // nobody renews
  EXPECT_EQ(gateway.admit_user("ann").refusal, nullptr);
}

TEST(HeldLeases, TheStreamsEndSettlesWithoutWaiting) {
  RemoteGateway gateway({places(1)});
  Admission admission = gateway.admit_user("ann");
  admission.hold.reset();
  EXPECT_THAT(gateway.room.settled(), SizeIs(1));
  gateway.clock.advance(20s);
  EXPECT_EQ(gateway.leases().step(gateway.clock.now()), std::nullopt);
  EXPECT_NE(gateway.admit_user("ann").hold, nullptr);
}

TEST(HeldLeases, AStoreThatIsAwayIsToldWhenItIsBack) {
  RemoteGateway gateway({places(1)});
  Admission admission = gateway.admit_user("ann");
  gateway.room.set_mood(FakeRemoteStore::Mood::down);
  admission.hold.reset();
  gateway.clock.advance(1s);
  EXPECT_EQ(gateway.leases().step(gateway.clock.now()).has_value(), true);
  EXPECT_EQ(gateway.leases().lost(), 0U);
  gateway.room.set_mood(FakeRemoteStore::Mood::answers);
  gateway.clock.advance(1s);
  (void)gateway.leases().step(gateway.clock.now());
  EXPECT_NE(gateway.admit_user("ann").hold, nullptr);
}

TEST(HeldLeases, WhatCannotBeToldWithinTheLeaseIsLost) {
  RemoteGateway gateway({places(1)});
  Admission admission = gateway.admit_user("ann");
  gateway.room.set_mood(FakeRemoteStore::Mood::down);
  admission.hold.reset();
  for (int second = 0; second < 70; ++second) {
    gateway.clock.advance(1s);
    (void)gateway.leases().step(gateway.clock.now());
  }
  EXPECT_EQ(gateway.leases().lost(), 1U);
  EXPECT_EQ(gateway.runtime->holds_lost(), 1U);
  const std::size_t asked = gateway.room.settled().size();
  gateway.clock.advance(10s);
  (void)gateway.leases().step(gateway.clock.now());
  EXPECT_THAT(gateway.room.settled(), SizeIs(asked));
}

}  // namespace
}  // namespace weir::gateway
