// store_test.cpp: what every Store does, of the memory store and of those in Redis alike. Windows are so long that
// none ends while a test runs.
#include "redis_cluster.hpp"
#include "redis_server.hpp"
#include "store_user.hpp"

#include "store/memory/memory_store.hpp"

#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace weir::store::redis {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto ages = std::chrono::hours(24 * 365 * 30);

// Where counters live; one for all tests of its kind. `user` is a store of its own each time, as another process has.
class Place {
 public:
  virtual ~Place() = default;
  [[nodiscard]] virtual StoreUser user() = 0;
  [[nodiscard]] virtual std::vector<std::string> forgotten_ttls() { return {}; }
  virtual void forget_all() = 0;
};

class InMemory final : public Place {
 public:
  StoreUser user() override { return StoreUser(store_); }
  void forget_all() override { store_ = std::make_shared<MemoryStore>(); }

 private:
  std::shared_ptr<MemoryStore> store_;
};

class InRedis final : public Place {
 public:
  StoreUser user() override { return StoreUser::of("redis://" + server_.address()); }
  std::vector<std::string> forgotten_ttls() override { return keys_without_ttl(server_); }
  void forget_all() override { server_.cli({"FLUSHALL"}); }

 private:
  RedisServer server_;
};

class InCluster final : public Place {
 public:
  StoreUser user() override {
    return StoreUser::of("redis+cluster://127.0.0.1:" + std::to_string(cluster_.address(0).port));
  }
  std::vector<std::string> forgotten_ttls() override { return cluster_.keys_without_ttl(); }
  void forget_all() override {
    for (std::size_t master = 0; master < RedisCluster::masters; ++master) cluster_.cli(master, {"FLUSHALL"});
  }

 private:
  RedisCluster cluster_;
};

enum class Kind : std::uint8_t { memory, redis, cluster };
constexpr std::array<const char*, 3> kind_names = {"Memory", "Redis", "Cluster"};

std::array<std::unique_ptr<Place>, 3>& places() {
  static std::array<std::unique_ptr<Place>, 3> all;
  return all;
}
class PlacesEnd final : public testing::Environment {
  void TearDown() override {
    for (auto& place : places()) place.reset();
  }
};
[[maybe_unused]] const auto* const places_end = testing::AddGlobalTestEnvironment(new PlacesEnd);

class EveryStore : public testing::TestWithParam<Kind> {
 protected:
  EveryStore() {
    auto& place = places()[static_cast<std::size_t>(GetParam())];
    if (place == nullptr) {
      if (GetParam() == Kind::memory) place = std::make_unique<InMemory>();
      if (GetParam() == Kind::redis) place = std::make_unique<InRedis>();
      if (GetParam() == Kind::cluster) place = std::make_unique<InCluster>();
    }
    place->forget_all();
    place_ = place.get();
    user_ = std::make_unique<StoreUser>(place->user());
    per_user_ = user_->open("per-user", gcra(10, ages));
    per_ip_ = user_->open("per-ip", fixed_window(3, ages));
    per_day_ = user_->open("per-day", sliding_log(5, ages));
    tokens_ = user_->open("tokens", fixed_window(100, ages));
    bucket_ = user_->open("bucket", token_bucket(100, ages));
    slots_ = user_->open("slots", concurrency(2));
  }
  ~EveryStore() override { EXPECT_THAT(place_->forgotten_ttls(), IsEmpty()); }

  [[nodiscard]] StoreUser& user() { return *user_; }
  [[nodiscard]] std::int64_t take(const Space& space, Key key, std::int64_t cost = 1) {
    return user().take(space, key, cost).remaining;
  }

  Place* place_ = nullptr;
  std::unique_ptr<StoreUser> user_;
  std::shared_ptr<const Space> per_user_, per_ip_, per_day_, tokens_, bucket_, slots_;
};

TEST_P(EveryStore, KeepsKeysApart) {
  EXPECT_EQ(take(*per_user_, "a", 4), 6);
  EXPECT_EQ(take(*per_user_, "b"), 9);
  EXPECT_EQ(take(*per_user_, 42, 2), 8);
  EXPECT_EQ(take(*per_user_, "42"), 9);
}

TEST_P(EveryStore, KeepsRulesApart) {
  EXPECT_EQ(take(*per_user_, "a", 4), 6);
  EXPECT_EQ(user().remaining(*per_ip_, "a"), 3);
}

TEST_P(EveryStore, TakesKeysOfAnyBytesAndLength) {
  const std::string zeros("\0\0\xff\n", 4);
  const std::string longer("\0\0\xff\n\0", 5);
  const std::string huge(100'000, 'x');
  const std::string braces("}{%}\r\n");
  EXPECT_EQ(take(*per_user_, zeros, 1), 9);
  EXPECT_EQ(take(*per_user_, longer, 2), 8);
  EXPECT_EQ(take(*per_user_, huge, 3), 7);
  EXPECT_EQ(take(*per_user_, std::string_view(), 4), 6);
  EXPECT_EQ(take(*per_user_, braces, 5), 5);
  EXPECT_EQ(user().remaining(*per_user_, huge), 7);
  EXPECT_EQ(user().remaining(*per_user_, braces), 5);
}

TEST_P(EveryStore, CountsByEveryAlgorithm) {
  for (const Rule& rule : {fixed_window(3, ages), sliding_window(3, ages), sliding_log(3, ages), token_bucket(3, ages),
                           interval_bucket(3, ages), gcra(3, ages), fixed_window(3, Period::year())}) {
    const auto space = user().open("each", rule);
    SCOPED_TRACE(static_cast<int>(rule.algorithm));
    EXPECT_EQ(take(*space, "k", 2), 1);
    const Verdict refused = user().take(*space, "k", 2);
    EXPECT_EQ(refused.outcome, limits::Outcome::limited);
    EXPECT_EQ(refused.remaining, 1);
    EXPECT_GT(refused.retry_after, 0ns);
    EXPECT_EQ(user().take(*space, "k", 4).outcome, limits::Outcome::cost_above_limit);
    EXPECT_EQ(take(*space, "k", 1), 0);
    EXPECT_FALSE(user().take(*space, "k", 0).allowed());
    EXPECT_EQ(take(*space, "k", -1), 1);
    EXPECT_EQ(user().reset(*space, "k"), Settled{});
    EXPECT_EQ(user().remaining(*space, "k"), 3);
  }
}

TEST_P(EveryStore, ChargesSeveralLimitsTogether) {
  const Answer answer =
      user().decide({{per_user_.get(), "u", 2}, {per_ip_.get(), "1.2.3.4", 1}, {per_day_.get(), "u", 1}});
  ASSERT_EQ(answer.status, Status::decided);
  EXPECT_EQ(answer.verdicts[0].remaining, 8);
  EXPECT_EQ(answer.verdicts[1].remaining, 2);
  EXPECT_EQ(answer.verdicts[2].remaining, 4);
}

TEST_P(EveryStore, ChargesNothingWhenOneRefuses) {
  EXPECT_EQ(take(*per_ip_, "1.2.3.4", 3), 0);
  const Answer answer =
      user().decide({{per_user_.get(), "u", 2}, {per_ip_.get(), "1.2.3.4", 1}, {per_day_.get(), "u", 1}});
  ASSERT_EQ(answer.status, Status::decided);
  EXPECT_TRUE(answer.verdicts[0].allowed());
  EXPECT_FALSE(answer.verdicts[1].allowed());
  EXPECT_EQ(answer.verdicts[0].remaining, 10) << "says what is really left";
  EXPECT_EQ(user().remaining(*per_user_, "u"), 10);
  EXPECT_EQ(user().remaining(*per_day_, "u"), 5);
}

TEST_P(EveryStore, CountsOneKeyTwiceWhenItIsCheckedTwice) {
  Answer answer = user().decide({{per_ip_.get(), "k", 2}, {per_ip_.get(), "k", 2}});
  EXPECT_TRUE(answer.verdicts[0].allowed());
  EXPECT_FALSE(answer.verdicts[1].allowed());
  EXPECT_EQ(user().remaining(*per_ip_, "k"), 3);
  answer = user().decide({{per_ip_.get(), "k", 2}, {per_ip_.get(), "k", 1}});
  EXPECT_EQ(answer.verdicts[1].remaining, 0);
  EXPECT_EQ(user().remaining(*per_ip_, "k"), 0);
}

TEST_P(EveryStore, AsksBehindEarlierChecksOfTheSameKey) {
  const Answer answer = user().decide({{per_ip_.get(), "k", 3}, {per_ip_.get(), "k", 0}});
  EXPECT_TRUE(answer.verdicts[0].allowed());
  EXPECT_FALSE(answer.verdicts[1].allowed());
}

TEST_P(EveryStore, ResetForgetsOneKeyOnly) {
  for (const Space* space : {per_user_.get(), per_ip_.get(), per_day_.get()}) {
    (void)take(*space, "a", 2);
    (void)take(*space, "b", 2);
    EXPECT_EQ(user().reset(*space, "a"), Settled{});
    EXPECT_EQ(user().remaining(*space, "a"), space->rule().count);
    EXPECT_EQ(user().remaining(*space, "b"), space->rule().count - 2);
  }
}

TEST_P(EveryStore, ResetAllForgetsEveryKeyOfTheRuleOnly) {
  (void)take(*per_user_, "a", 2);
  (void)take(*per_user_, "b", 2);
  (void)take(*per_ip_, "a", 2);
  EXPECT_EQ(user().reset_all(*per_user_), Settled{});
  EXPECT_EQ(user().remaining(*per_user_, "a"), 10);
  EXPECT_EQ(user().remaining(*per_user_, "b"), 10);
  EXPECT_EQ(user().remaining(*per_ip_, "a"), 1);
}

TEST_P(EveryStore, AChangedCountKeepsWhatWasCounted) {
  (void)take(*per_ip_, "a", 2);
  EXPECT_EQ(user().remaining(*user().open("per-ip", fixed_window(100, ages)), "a"), 98);
  (void)take(*per_user_, "a", 5);  // half of what 10 allow
  EXPECT_EQ(user().remaining(*user().open("per-user", gcra(20, ages)), "a"), 10);
}

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

TEST_P(EveryStore, ChargesByForce) {
  EXPECT_EQ(take(*tokens_, "a", 90), 10);
  EXPECT_EQ(user().charge(*tokens_, {{.key = "a", .units = 30}, {.key = "b", .units = 5}, {.key = 7, .units = 1}}),
            Status::decided);
  EXPECT_EQ(user().take(*tokens_, "a", 0).debt, 20);
  EXPECT_EQ(user().remaining(*tokens_, "b"), 95);
  EXPECT_EQ(user().remaining(*tokens_, 7), 99);
}

TEST_P(EveryStore, ManyThreadsAndStoresOnOneKeyAdmitExactlyTheLimit) {
  constexpr int limit = 200;
  constexpr int stores = 3;
  constexpr int threads = 2;
  const auto kept = user().open("hot", sliding_window(limit, ages));  // in memory, counters live as long as a space
  std::atomic<int> admitted = 0;
  std::vector<std::jthread> all;
  for (int s = 0; s < stores; ++s) {
    for (int t = 0; t < threads; ++t) {
      all.emplace_back([&, own = place_->user()] {
        const auto space = own.open("hot", sliding_window(limit, ages));
        for (int i = 0; i < limit / 4; ++i) {
          if (own.take(*space, "key").allowed()) ++admitted;
        }
      });
    }
  }
  all.clear();
  EXPECT_EQ(admitted, limit);
}

TEST_P(EveryStore, ManyCallsAtOnceAreEachAnsweredAndOverSeveralLimitsExact) {
  constexpr int calls = 300;
  const auto wide = user().open("wide", fixed_window(1000, ages));
  const auto narrow = user().open("narrow", fixed_window(100, ages));
  std::atomic<int> admitted = 0;
  std::atomic<int> answered = 0;
  const Check both[] = {{wide.get(), "w", 1}, {narrow.get(), "n", 1}};
  for (int i = 0; i < calls; ++i) {
    user().store().decide({.checks = both, .now = wall_clock()}, [&](const Answer& answer) {
      if (answer.status == Status::decided && all_allowed(answer)) ++admitted;
      ++answered;
    });
  }
  EXPECT_TRUE(becomes_true([&] { return answered == calls; }));
  EXPECT_EQ(admitted, 100);
  EXPECT_EQ(user().remaining(*narrow, "n"), 0);
  EXPECT_EQ(user().remaining(*wide, "w"), 900) << "what a refusal charged is given back";
}

INSTANTIATE_TEST_SUITE_P(All, EveryStore, testing::Values(Kind::memory, Kind::redis, Kind::cluster),
                         [](const auto& kind) { return kind_names[static_cast<std::size_t>(kind.param)]; });

}  // namespace
}  // namespace weir::store::redis
