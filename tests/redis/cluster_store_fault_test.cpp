// The store in a real Cluster whose masters die, with their replicas or without.
#include "two_limits.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace weir::store::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AnyOf;
using testing::IsEmpty;

struct StoreInClusterThatBreaks : testing::Test {
  // All that the shard's master has, its replica has, too.
  bool replicated(std::size_t master) {
    const std::string info = cluster.cli(master, {"INFO", "replication"});
    const auto number_after = [&](std::string_view word) {
      const std::size_t at = info.find(word);
      return at == std::string::npos ? -1 : std::stoll(info.substr(at + word.size()));
    };
    return number_after("master_repl_offset:") == number_after("offset=");
  }

  RedisCluster cluster;
};

TEST_F(StoreInClusterThatBreaks, WhatIsHeldSurvivesTheDeathOfAMaster) {
  const auto store = open_store(cluster);
  TwoLimits limits(store, "failover", 100, 200);
  ASSERT_TRUE(passes(limits.hold("order-1", 10)));
  ASSERT_TRUE(becomes_true([&] { return replicated(2); }));
  cluster.node(2).kill();
  const auto other = open_store(cluster);
  EXPECT_TRUE(becomes_true([&] { return other.settle("order-1", {4}).has_value(); }, seconds(40)));
  EXPECT_EQ(limits.left_in_first(), 96);
  EXPECT_TRUE(becomes_true([&] { return limits.left_in_second() == 196; })) << "without a restart";
  EXPECT_TRUE(passes(limits.call()));
  EXPECT_THAT(cluster.keys_without_ttl(), IsEmpty());
}

TEST_F(StoreInClusterThatBreaks, AFailoverUnderLoadAdmitsNoMoreThanWasCharged) {
  const auto store = open_store(cluster, milliseconds(500));
  constexpr std::int64_t count = 1'000'000;
  TwoLimits limits(store, "load", count, count);
  std::atomic<std::int64_t> passed = 0;
  std::atomic<bool> enough = false;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      while (!enough) passed += passes(limits.call()) ? 1 : 0;
    });
  }
  EXPECT_TRUE(becomes_true([&] { return passed > 200; }));
  cluster.node(2).kill();
  EXPECT_TRUE(becomes_true([&] { return cluster.owner_of(high) == 5; }, seconds(40)));
  const std::int64_t before = passed;
  EXPECT_TRUE(becomes_true([&] { return passed > before + 200; }, seconds(40)));
  enough = true;
  threads.clear();
  // The shard that lived lost nothing: what passed is charged there. The other one may have lost what its master had
  // acknowledged and not yet handed on.
  EXPECT_LE(passed, count - limits.left_in_first());
  EXPECT_THAT(cluster.keys_without_ttl(), IsEmpty());
}

TEST_F(StoreInClusterThatBreaks, TheSameIdAgainAfterAShardWasLostIsChargedAndCanBeSettled) {
  const auto store = open_store(cluster, milliseconds(500));
  TwoLimits limits(store, "again", 1'000, 1'000);
  ASSERT_TRUE(passes(limits.call()));
  cluster.node(2).kill();
  cluster.node(5).kill();
  EXPECT_THAT(limits.hold("order-1", 10).status, AnyOf(Status::down, Status::timeout));
  EXPECT_TRUE(becomes_true([&] { return limits.left_in_first() == 999; })) << "what was charged there is given back";
  cluster.node(2).start();
  EXPECT_TRUE(becomes_true([&] { return limits.left_in_second() >= 0; }, seconds(40)));
  Answer again;
  EXPECT_TRUE(becomes_true([&] { return passes(again = limits.hold("order-1", 10)); }, seconds(40)));
  EXPECT_EQ(limits.left_in_first(), 989) << "charged afresh";
  EXPECT_TRUE(becomes_true([&] { return store.settle("order-1", {4}).has_value(); }));
  EXPECT_EQ(limits.left_in_first(), 995);
  EXPECT_THAT(cluster.keys_without_ttl(), IsEmpty());
}

TEST_F(StoreInClusterThatBreaks, ARepetitionThatFailsLeavesWhatIsHeldAlone) {
  const auto store = open_store(cluster, milliseconds(500));
  TwoLimits limits(store, "in-use", 1'000, 1'000);
  ASSERT_TRUE(becomes_true([&] { return passes(limits.hold("order-1", 10)); }));
  cluster.node(2).kill();
  cluster.node(5).kill();
  for (int i = 0; i < 3; ++i) EXPECT_THAT(limits.hold("order-1", 10).status, AnyOf(Status::down, Status::timeout));
  for (int i = 0; i < 20; ++i) ASSERT_EQ(limits.left_in_first(), 990) << "somebody is using it";
}

TEST_F(StoreInClusterThatBreaks, AShardThatIsLostCostsTheOthersNothing) {
  const auto store = open_store(cluster, milliseconds(500));
  TwoLimits limits(store, "lost", 1'000, 1'000);
  ASSERT_TRUE(passes(limits.call()));
  cluster.node(2).kill();
  cluster.node(5).kill();
  for (int i = 0; i < 50; ++i) EXPECT_THAT(limits.call().status, AnyOf(Status::down, Status::timeout));
  EXPECT_TRUE(becomes_true([&] { return limits.left_in_first() == 999; })) << "what was charged there is given back";
  for (int i = 0; i < 50; ++i) {
    EXPECT_TRUE(passes(store.decide({{.space = limits.first.get(), .key = limits.key_in_first}})));
  }
  cluster.node(2).start();
  EXPECT_TRUE(becomes_true([&] { return passes(limits.call()); }, seconds(40))) << "without a restart";
}

}  // namespace
}  // namespace weir::store::redis
