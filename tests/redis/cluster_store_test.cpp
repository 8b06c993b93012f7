// The store in a real Cluster: calls whose keys lie in several slots, from many threads and several stores, while slots
// move.
#include "two_limits.hpp"

#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace weir::store::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::Gt;
using testing::IsEmpty;
using testing::Le;

struct StoreInCluster : testing::Test {
  static void SetUpTestSuite() { shared = std::make_unique<RedisCluster>(); }
  static void TearDownTestSuite() { shared.reset(); }
  static inline std::unique_ptr<RedisCluster> shared;

  ~StoreInCluster() override { EXPECT_THAT(cluster.keys_without_ttl(), IsEmpty()); }

  RedisCluster& cluster = *shared;
  StoreUser store = open_store(cluster);
  StoreUser other = open_store(cluster);
};

TEST_F(StoreInCluster, CountsKeysOfAllSlotsByEveryAlgorithm) {
  const std::chrono::hours day(24);
  for (const Rule& rule : {fixed_window(2, day), sliding_window(2, day), sliding_log(2, day), token_bucket(2, day),
                           interval_bucket(2, day), gcra(1, day, 2)}) {
    const auto space = store.open("all-" + std::to_string(static_cast<int>(rule.algorithm)), rule);
    for (int number = 0; number < 40; ++number) {
      const std::vector<Check> once{{.space = space.get(), .key = number}};
      EXPECT_TRUE(passes(store.decide(once)));
      EXPECT_TRUE(passes(other.decide(once))) << "another store counts the same key";
      EXPECT_FALSE(passes(store.decide(once)));
    }
  }
}

// A unit an hour each; the first slot refuses, the second is asked when the same call would pass there.
TEST_F(StoreInCluster, ARefusalSaysOfEachLimitWhenTheCallPasses) {
  const std::chrono::hours hour(1);
  TwoLimits limits(store, "when-it-passes", 1, 1);
  for (const Rule& rule : {token_bucket(10, 10 * hour), gcra(10, 10 * hour, 10)}) {
    const std::string name = "when-" + std::to_string(static_cast<int>(rule.algorithm));
    limits.first = store.open(name + "-first", rule);
    limits.second = store.open(name + "-second", rule);
    ASSERT_TRUE(passes(limits.call(5)));
    std::vector<Check> checks = limits.checks(7);
    checks[1].cost = 8;
    const Answer refused = store.decide(checks);
    ASSERT_EQ(refused.status, Status::decided);
    for (const int place : {0, 1}) {
      const Nanos wait = refused.verdicts[static_cast<std::size_t>(place)].retry_after;
      EXPECT_THAT(wait, AllOf(Gt((place + 2) * hour - std::chrono::minutes(5)), Le((place + 2) * hour)));
    }
    EXPECT_EQ(limits.left_in_first(), 5);
    EXPECT_EQ(limits.left_in_second(), 5);
  }
}

TEST_F(StoreInCluster, SeveralLimitsInSeveralSlotsAreAllOrNothing) {
  TwoLimits limits(store, "all-or-nothing", 10, 3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(passes(limits.call()));
  for (int i = 0; i < 5; ++i) {
    const Answer refused = limits.call();
    ASSERT_EQ(refused.status, Status::decided);
    EXPECT_TRUE(refused.verdicts[0].allowed()) << "it would have passed alone";
    EXPECT_FALSE(refused.verdicts[1].allowed());
    EXPECT_EQ(refused.verdicts[1].remaining, 0);
  }
  EXPECT_EQ(limits.left_in_first(), 7) << "a refused call costs nothing";
  EXPECT_EQ(limits.left_in_second(), 0);
}

TEST_F(StoreInCluster, ManyThreadsOfSeveralStoresNeverGetMoreThanTheLimit) {
  constexpr std::int64_t count = 150;
  TwoLimits here(store, "threads", count, 1'000);
  TwoLimits there(other, "threads", count, 1'000);
  const auto third = store.open("threads-third", fixed_window(1'000, std::chrono::hours(24)));
  const auto third_there = other.open("threads-third", fixed_window(1'000, std::chrono::hours(24)));
  std::atomic<std::int64_t> passed = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 8; ++thread) {
      threads.emplace_back([&, thread] {
        TwoLimits& mine = thread % 2 == 0 ? here : there;
        const Space& last = thread % 2 == 0 ? *third : *third_there;
        for (int call = 0; call < 60; ++call) {
          auto checks = mine.checks();
          checks.push_back({.space = &last, .key = std::string_view(RedisCluster::tag_of(middle))});
          if (call % 2 == 0) std::ranges::reverse(checks);
          if (passes(mine.store.decide(checks))) ++passed;
        }
      });
    }
  }
  EXPECT_LE(passed, count);
  // What was refused for a moment was given back: whoever comes later gets it.
  EXPECT_TRUE(becomes_true([&] { return here.left_in_first() == count - passed; }));
  EXPECT_EQ(here.left_in_second(), 1'000 - passed);
  EXPECT_EQ(store.remaining(*third, std::string_view(RedisCluster::tag_of(middle))), 1'000 - passed);
  while (passes(here.call())) ++passed;
  EXPECT_EQ(passed, count);
}

TEST_F(StoreInCluster, WhatOneStoreHoldsAnotherOneSettles) {
  TwoLimits limits(store, "settle", 100, 200);
  ASSERT_TRUE(passes(limits.hold("order-1", 10)));
  EXPECT_EQ(limits.left_in_first(), 90);
  EXPECT_TRUE(other.settle("order-1", {4}).has_value());
  EXPECT_EQ(limits.left_in_first(), 96);
  EXPECT_EQ(limits.left_in_second(), 196);
  EXPECT_TRUE(store.settle("order-1", {4}).has_value()) << "the same again is the same";
  EXPECT_EQ(other.settle("order-1", {5}), std::unexpected(SettleError::conflict));
  EXPECT_EQ(limits.left_in_first(), 96);
  EXPECT_EQ(other.settle("order-2", {5}), std::unexpected(SettleError::unknown));
}

TEST_F(StoreInCluster, EachHeldPartMayBeSettledWithItsOwnAmount) {
  TwoLimits limits(store, "parts", 100, 200);
  ASSERT_TRUE(passes(limits.hold("order-3", 10)));
  EXPECT_TRUE(other.settle("order-3", {1, 30}).has_value());
  EXPECT_EQ(limits.left_in_first(), 99);
  EXPECT_EQ(limits.left_in_second(), 170) << "what was used beyond what was held is charged";
}

TEST_F(StoreInCluster, TheSameIdGetsTheSameAnswerFromAnotherStore) {
  TwoLimits here(store, "repeat", 100, 200);
  TwoLimits there(other, "repeat", 100, 200);
  ASSERT_TRUE(passes(here.hold("order-4", 10)));
  const Answer again = there.hold("order-4", 10);
  EXPECT_EQ(again.status, Status::repeated);
  ASSERT_EQ(again.verdicts.size(), 2U);
  EXPECT_EQ(again.verdicts[0].remaining, 90);
  EXPECT_EQ(again.verdicts[1].remaining, 190);
  EXPECT_EQ(here.left_in_first(), 90);
  EXPECT_EQ(there.hold("order-4", 11).status, Status::conflict);
}

TEST_F(StoreInCluster, ANoteThatHasLostItsTimeToLiveGetsOneFromWhoeverReadsOrWritesIt) {
  TwoLimits limits(store, "note", 100, 200);
  const auto lose_ttl = [&] {
    const std::string key = "weir:parts:{order-8}";
    const std::size_t owner = cluster.owner_of(slot_of("order-8"));
    EXPECT_EQ(cluster.cli(owner, {"PERSIST", key}), "1");
    return [this, key, owner] { return std::stoi(cluster.cli(owner, {"PTTL", key})); };
  };
  ASSERT_TRUE(passes(limits.hold("order-8", 10)));
  const auto ttl = lose_ttl();
  EXPECT_EQ(limits.hold("order-8", 10).status, Status::repeated);
  EXPECT_GT(ttl(), 0);
  lose_ttl();
  EXPECT_TRUE(other.renew("order-8", seconds(30)).has_value());
  EXPECT_GT(ttl(), 0);
  lose_ttl();
  EXPECT_TRUE(other.settle("order-8", {4}).has_value());
  EXPECT_GT(ttl(), 0);
}

TEST_F(StoreInCluster, ACallWithoutAnIdLeavesNoRecordForLong) {
  TwoLimits limits(store, "forgotten", 100, 200);
  for (std::size_t node = 0; node < RedisCluster::masters; ++node) cluster.cli(node, {"FLUSHALL"});
  ASSERT_TRUE(passes(limits.call()));
  const std::string longest =
      "local longest, at = 0, '0' repeat local page = redis.call('SCAN', at, 'MATCH', 'weir:id:*', 'COUNT', 1000) at = "
      "page[1] for _, key in ipairs(page[2]) do longest = math.max(longest, redis.call('PTTL', key)) end until at == "
      "'0' "
      "return longest";
  int seen = 0;
  for (std::size_t node = 0; node < RedisCluster::masters; ++node) {
    const int ttl = std::stoi(cluster.cli(node, {"EVAL", longest, "0"}));
    EXPECT_LE(ttl, 13'000) << "twice the timeout of 5 s, and its margins";
    seen += ttl > 0 ? 1 : 0;
  }
  EXPECT_EQ(seen, 2);
}

TEST_F(StoreInCluster, WhatOneStoreHoldsAnotherOneRenews) {
  const auto first = store.open("slots-first", concurrency(1));
  const auto second = store.open("slots-second", concurrency(1));
  const std::string key_in_first = RedisCluster::tag_of(low);
  const std::string key_in_second = RedisCluster::tag_of(high);
  const std::vector<Check> both{{.space = first.get(), .key = key_in_first},
                                {.space = second.get(), .key = key_in_second}};
  ASSERT_TRUE(passes(store.hold("job-1", both, milliseconds(1'500))));
  EXPECT_TRUE(other.renew("job-1", seconds(30)).has_value());
  EXPECT_EQ(other.renew("job-2", seconds(30)), std::unexpected(SettleError::unknown));
  const auto begin = std::chrono::steady_clock::now();
  int asked = 0;
  while (std::chrono::steady_clock::now() - begin < milliseconds(2'000)) {
    const std::string id = "job-3-" + std::to_string(++asked);
    EXPECT_FALSE(passes(store.hold(id, both, seconds(30)))) << "the first lease would be over";
  }
  EXPECT_TRUE(store.settle("job-1", {0}).has_value());
  EXPECT_TRUE(passes(other.hold("job-4", both, seconds(30))));
  EXPECT_TRUE(other.settle("job-4", {0}).has_value());
}

TEST_F(StoreInCluster, SlotsThatMoveUnderCallsOverSeveralOfThemCostNoDecisionAndNoUnit) {
  constexpr std::int64_t count = 1'000'000;
  TwoLimits limits(store, "moving", count, count);
  std::atomic<std::int64_t> passed = 0;
  std::array<std::atomic<int>, 6> others{};  // by Status
  std::atomic<bool> enough = false;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      while (!enough) {
        const Answer answer = limits.call();
        if (passes(answer)) {
          ++passed;
        } else {
          ++others[static_cast<std::size_t>(answer.status)];
        }
      }
    });
  }
  for (int round = 0; round < 3; ++round) {
    for (const auto& [from, to] : {std::pair{0, 1}, std::pair{1, 0}}) {
      const std::int64_t before = passed;
      EXPECT_TRUE(becomes_true([&] { return passed > before + 20; }));
      cluster.migrate(low, static_cast<std::size_t>(from), static_cast<std::size_t>(to));
    }
  }
  enough = true;
  threads.clear();
  for (std::size_t status = 0; status < others.size(); ++status) EXPECT_EQ(others[status], 0) << "status " << status;
  EXPECT_EQ(limits.left_in_first(), count - passed);
  EXPECT_EQ(limits.left_in_second(), count - passed);
}

}  // namespace
}  // namespace weir::store::redis
