#include "store/regions/regions_store.hpp"

#include "store/played_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>

namespace weir::store {
namespace {

using namespace std::chrono_literals;
using testing::Optional;

const Instant t0 = std::chrono::sys_days(std::chrono::year(2026) / 6 / 15);

// Two regions, whose networks wait for the test.
class Regions : public testing::Test {
 protected:
  struct There {
    HeldBack network;
    std::shared_ptr<PlayedStore> store = std::make_shared<PlayedStore>(network.network());
  };
  There near, far;
  RegionsStore store{{std::make_shared<Region>("near", near.store), std::make_shared<Region>("far", far.store)}};
  std::shared_ptr<const Space> space = store.open("t", fixed_window(10, 1h));
  Instant now = t0;

  struct Asking {
    std::optional<Answer> answer;
    [[nodiscard]] std::optional<Status> status() const { return answer ? std::optional(answer->status) : std::nullopt; }
    [[nodiscard]] bool allowed() const { return answer && answer->verdicts.at(0).allowed(); }
  };
  std::shared_ptr<Asking> ask(std::int64_t cost, std::string_view id = {}, bool hold = false) {
    auto asking = std::make_shared<Asking>();
    const std::string gone_after_the_first_answer = "user";
    const Check check{.space = space.get(), .key = gone_after_the_first_answer, .cost = cost, .hold = hold};
    store.decide({.checks = std::span(&check, 1), .now = now, .id = id, .lease = hold ? Nanos(1min) : Nanos(0)},
                 [asking](Answer answer) { asking->answer = std::move(answer); });
    return asking;
  }
  std::shared_ptr<std::optional<Settled>> settle(std::string_view id, std::int64_t amount) {
    auto settled = std::make_shared<std::optional<Settled>>();
    store.settle(id, std::span(&amount, 1), now, [settled](Settled how) { *settled = how; });
    return settled;
  }
  std::int64_t used(There& there, std::string_view key = "user") {
    const auto open = there.store->truth().open("t", space->rule());
    const Verdict verdict = there.store->truth().take_one(*open, key, now, 0);
    return verdict.limit - verdict.remaining + verdict.debt;
  }
  // Counted by somebody else.
  void count(There& there, std::int64_t units) {
    const auto open = there.store->truth().open("t", space->rule());
    there.store->truth().charge_now(*open, "user", now, units);
  }
  void answer_all() {
    while (near.network.size() + far.network.size() > 0) {
      near.network.answer_all();
      far.network.answer_all();
    }
  }
};

TEST_F(Regions, TheFirstAnswerDecides) {
  const auto asking = ask(3);
  EXPECT_EQ(asking->status(), std::nullopt);
  far.network.answer();
  EXPECT_TRUE(asking->allowed());
  near.network.answer();
  EXPECT_EQ(used(near), 3);
  EXPECT_EQ(used(far), 3);
}

TEST_F(Regions, ALaterRefusalIsChargedThereAllTheSame) {
  count(far, 9);
  const auto asking = ask(3);
  near.network.answer();
  EXPECT_TRUE(asking->allowed());
  answer_all();
  EXPECT_EQ(used(near), 3);
  EXPECT_EQ(used(far), 12);
}

TEST_F(Regions, WhatWasRefusedIsGivenBackWhereItWasCharged) {
  count(far, 9);
  const auto asking = ask(3);
  far.network.answer();
  EXPECT_FALSE(asking->allowed());
  answer_all();
  EXPECT_EQ(used(near), 0);
  EXPECT_EQ(used(far), 9);
}

TEST_F(Regions, ARefundOfWhatWasRefusedIsTakenBackThere) {
  const auto other = store.open("other", fixed_window(1, 1h));
  count(near, 5);
  count(far, 5);
  const auto full = far.store->truth().open("other", fixed_window(1, 1h));
  far.store->truth().charge_now(*full, "user", now, 1);
  std::optional<Answer> answer;
  const std::array checks{Check{.space = space.get(), .key = "user", .cost = -2},
                          Check{.space = other.get(), .key = "user", .cost = 1}};
  store.decide({.checks = checks, .now = now}, [&](Answer got) { answer = std::move(got); });
  far.network.answer();
  answer_all();
  EXPECT_FALSE(answer->verdicts.at(1).allowed());
  EXPECT_EQ(used(near), 5);
  EXPECT_EQ(used(far), 5);
}

TEST_F(Regions, ARegionThatIsDownDelaysNobodyAndCatchesUpWhenItAnswers) {
  for (int i = 0; i < 3; ++i) {
    const auto asking = ask(1);
    near.network.answer();
    EXPECT_TRUE(asking->allowed());
    far.network.lose(Fate::down);
  }
  EXPECT_EQ(store.region(1).missed(), 1U);  // one key
  EXPECT_EQ(used(far), 0);
  (void)ask(1);
  answer_all();
  EXPECT_EQ(used(near), 4);
  EXPECT_EQ(used(far), 4);
  EXPECT_EQ(store.region(1).missed(), 0U);
}

TEST_F(Regions, ARegionThatFailsBeforeTheDecisionCatchesUpToo) {
  const auto asking = ask(2);
  far.network.lose(Fate::down);
  EXPECT_EQ(asking->status(), std::nullopt);
  near.network.answer();
  EXPECT_TRUE(asking->allowed());
  (void)ask(1);
  answer_all();
  EXPECT_EQ(used(far), 3);
}

TEST_F(Regions, WhatTimedOutErrsOnTheLimitsSide) {
  (void)ask(2);
  near.network.answer();
  far.network.lose_the_answer();
  (void)ask(1);
  answer_all();
  EXPECT_EQ(used(near), 3);
  EXPECT_EQ(used(far), 5);
}

TEST_F(Regions, ChargesThatDidNotArriveAreSentAgain) {
  (void)ask(2);
  near.network.answer();
  far.network.lose(Fate::down);
  (void)ask(1);
  far.network.answer();  // says that it is back, and is sent what it missed
  far.network.lose(Fate::down);
  near.network.answer();
  EXPECT_EQ(used(far), 1);
  (void)ask(1);
  answer_all();
  EXPECT_EQ(used(far), 4);
}

TEST_F(Regions, WhatWasMissedInAWindowThatIsOverIsForgotten) {
  (void)ask(5);
  near.network.answer();
  far.network.lose(Fate::down);
  now = t0 + 1h;
  (void)ask(1);
  answer_all();
  EXPECT_EQ(used(far), 1);
}

TEST_F(Regions, WhenAllFailThatIsTheAnswer) {
  const auto down = ask(1);
  near.network.lose(Fate::down);
  EXPECT_EQ(down->status(), std::nullopt);
  far.network.lose(Fate::down);
  EXPECT_THAT(down->status(), Optional(Status::down));
  const auto late = ask(1);
  near.network.lose(Fate::timeout);
  far.network.lose(Fate::down);
  EXPECT_THAT(late->status(), Optional(Status::timeout));
  EXPECT_EQ(store.region(0).missed() + store.region(1).missed(), 0U);
}

TEST_F(Regions, ARepeatedIdIsAnsweredAsBeforeAndChargesNothing) {
  (void)ask(2, "job");
  near.network.answer();
  far.network.answer();
  const auto again = ask(2, "job");
  near.network.answer();
  EXPECT_THAT(again->status(), Optional(Status::repeated));
  answer_all();
  EXPECT_EQ(used(near), 2);
  EXPECT_EQ(used(far), 2);
}

TEST_F(Regions, WhatIsHeldIsSettledInAll) {
  (void)ask(5, "job", true);
  answer_all();
  const auto settled = settle("job", 2);
  near.network.answer();
  EXPECT_THAT(*settled, Optional(Settled{}));
  answer_all();
  EXPECT_EQ(used(near), 2);
  EXPECT_EQ(used(far), 2);
  EXPECT_EQ(store.holds().ids(), 0U);
}

TEST_F(Regions, WhatARegionDoesNotHoldIsMadeUpThereWhenItIsSettled) {
  count(far, 8);
  (void)ask(5, "job", true);
  near.network.answer();
  answer_all();
  EXPECT_EQ(used(far), 13);
  (void)settle("job", 2);
  answer_all();
  (void)ask(0);
  answer_all();
  EXPECT_EQ(used(near), 2);
  EXPECT_EQ(used(far), 10);
  EXPECT_EQ(store.holds().ids(), 0U);
}

TEST_F(Regions, WhatIsSettledBeforeAllHaveAnsweredEndsTheSame) {
  (void)ask(5, "job", true);
  near.network.answer();
  (void)settle("job", 7);
  near.network.answer();
  far.network.lose(Fate::down);  // to hold
  far.network.lose(Fate::down);  // to settle
  (void)ask(0);
  answer_all();
  EXPECT_EQ(used(near), 7);
  EXPECT_EQ(used(far), 7);
  EXPECT_EQ(store.holds().ids(), 0U);
}

TEST_F(Regions, WhatIsHeldByARegionWhoseAnswerWasLostIsCountedOnce) {
  (void)ask(5, "job", true);
  near.network.answer();
  far.network.lose_the_answer();
  (void)ask(0);
  answer_all();
  EXPECT_EQ(used(far), 5);
  (void)settle("job", 3);
  (void)ask(0);
  answer_all();
  EXPECT_EQ(used(near), 3);
  EXPECT_EQ(used(far), 3);
}

TEST_F(Regions, WhatWasRefusedIsNotHeldAnywhere) {
  count(far, 8);
  const auto asking = ask(5, "job", true);
  far.network.answer();
  EXPECT_FALSE(asking->allowed());
  answer_all();
  EXPECT_EQ(used(near), 0);
  EXPECT_EQ(used(far), 8);
  EXPECT_EQ(store.holds().ids(), 0U);
}

TEST_F(Regions, ASettlementThatARegionMissedIsSentAgain) {
  (void)ask(5, "job", true);
  answer_all();
  const auto settled = settle("job", 2);
  far.network.lose(Fate::down);
  near.network.answer();
  EXPECT_THAT(*settled, Optional(Settled{}));
  EXPECT_EQ(used(far), 5);
  (void)ask(0);
  answer_all();
  EXPECT_EQ(used(far), 2);
}

TEST_F(Regions, AnIdIsUnknownWhenNoRegionKnowsIt) {
  const auto settled = settle("nobody's", 2);
  near.network.answer();
  EXPECT_EQ(*settled, std::nullopt);
  far.network.answer();
  EXPECT_THAT(*settled, Optional(Settled(std::unexpected(SettleError::unknown))));
}

TEST_F(Regions, SlotsThatAreHeldComeBackInAll) {
  space = store.open("slots", concurrency(1));
  EXPECT_EQ(ask(1, "a", true)->status(), std::nullopt);
  answer_all();
  const auto refused = ask(1, "b", true);
  answer_all();
  EXPECT_FALSE(refused->allowed());
  (void)settle("a", 0);
  answer_all();
  const auto granted = ask(1, "c", true);
  answer_all();
  EXPECT_TRUE(granted->allowed());
}

TEST_F(Regions, AResetReachesARegionThatWasDownBeforeWhatCameAfterIt) {
  (void)ask(5);
  answer_all();
  std::optional<Settled> reset;
  store.reset(*space, "user", now, [&](Settled how) { reset = how; });
  near.network.answer();
  EXPECT_EQ(reset, std::nullopt);
  far.network.lose(Fate::down);
  EXPECT_THAT(reset, Optional(Settled{}));
  (void)ask(2);
  near.network.answer();
  far.network.lose(Fate::down);
  (void)ask(0);
  answer_all();
  EXPECT_EQ(used(near), 2);
  EXPECT_EQ(used(far), 2);
}

TEST_F(Regions, AResetOfAllKeysReachesEveryRegion) {
  (void)ask(5);
  answer_all();
  std::optional<Settled> reset;
  store.reset_all(*space, now, [&](Settled how) { reset = how; });
  answer_all();
  EXPECT_THAT(reset, Optional(Settled{}));
  const auto asking = ask(10);
  answer_all();
  EXPECT_TRUE(asking->allowed());
}

TEST_F(Regions, WhatWasGrantedWithoutAnyRegionIsChargedToAll) {
  const Charge charge{.key = "user", .units = 4};
  std::optional<Status> status;
  store.charge(*space, std::span(&charge, 1), now, [&](Status how) { status = how; });
  EXPECT_THAT(status, Optional(Status::decided));
  (void)ask(1);
  answer_all();
  EXPECT_EQ(used(near), 5);
  EXPECT_EQ(used(far), 5);
}

TEST_F(Regions, WhatARegionMissesIsBounded) {
  for (std::size_t i = 0; i <= Books::max_keys; ++i) {
    const Check check{.space = space.get(), .key = i};
    store.decide({.checks = std::span(&check, 1), .now = now}, [](const Answer&) {});
    near.network.answer();
    far.network.lose(Fate::down);
  }
  EXPECT_EQ(store.region(1).missed(), Books::max_keys);
  EXPECT_EQ(store.region(1).dropped(), 1U);
  (void)ask(1);
  answer_all();
  EXPECT_EQ(store.region(1).missed(), 0U);
}

TEST_F(Regions, TheStoreIsUpWhileARegionIs) {
  EXPECT_TRUE(store.health().up);
  far.store->played_health = {.up = false, .last_error = "no answer in time", .reconnects = 2};
  EXPECT_TRUE(store.health().up);
  EXPECT_EQ(store.health().last_error, "far: no answer in time");
  EXPECT_EQ(store.health().reconnects, 2U);
  near.store->played_health.up = false;
  EXPECT_FALSE(store.health().up);
}

TEST_F(Regions, TheNearestRegionThatIsUpSaysHowManyProcessesThereAre) {
  near.store->played_instances = 3;
  far.store->played_instances = 2;
  EXPECT_EQ(store.instances(), 3U);
  near.store->played_health.up = false;
  EXPECT_EQ(store.instances(), 2U);
}

}  // namespace
}  // namespace weir::store
