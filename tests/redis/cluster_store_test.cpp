// The store in a real Cluster: calls whose keys lie in several slots, from many threads and several stores, while slots
// move and masters die.
#include "redis_cluster.hpp"

#include "store/redis/cluster/cluster_nodes.hpp"
#include "store/redis/store/open_store.hpp"
#include "store/url/host.hpp"

#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <random>

namespace weir::store::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::AnyOf;
using testing::Gt;
using testing::IsEmpty;
using testing::Le;

std::shared_ptr<Store> open_store(const RedisCluster& cluster, milliseconds timeout = seconds(5)) {
  std::string url = "redis+cluster://";
  for (const HostPort& address : cluster.addresses()) url += shown(address) + ",";
  url.pop_back();
  auto store = open_redis_store(url, {.store = {.timeout = timeout}});
  if (!store) throw std::runtime_error(store.error());
  return *std::move(store);
}

Instant now() { return std::chrono::system_clock::now(); }

struct Called {
  std::string id{};
  Nanos lease{0};
};

Answer decide(Store& store, std::vector<Check> checks, const Called& how = {}) {
  std::promise<Answer> answer;
  store.decide({.checks = checks, .now = now(), .id = how.id, .lease = how.lease},
               [&](Answer given) { answer.set_value(std::move(given)); });
  return answer.get_future().get();
}
bool passes(const Answer& answer) {
  return answer.status == Status::decided && std::ranges::all_of(answer.verdicts, &Verdict::allowed);
}
Settled settle(Store& store, const std::string& id, const std::vector<std::int64_t>& amounts) {
  std::promise<Settled> settled;
  store.settle(id, amounts, now(), [&](Settled given) { settled.set_value(given); });
  return settled.get_future().get();
}
Settled renew(Store& store, const std::string& id, Nanos lease) {
  std::promise<Settled> settled;
  store.renew(id, lease, now(), [&](Settled given) { settled.set_value(given); });
  return settled.get_future().get();
}
std::int64_t remaining(Store& store, const Space& space, const std::string& key) {
  const Answer answer = decide(store, {{.space = &space, .key = key, .cost = 0}});
  return answer.verdicts.empty() ? -1 : answer.verdicts.front().remaining;
}

constexpr Slot low = 100;
constexpr Slot middle = 8'000;
constexpr Slot high = 16'000;

// Two limits whose keys lie in slots of two masters.
struct TwoLimits {
  TwoLimits(Store& of, const std::string& name, std::int64_t first_count, std::int64_t second_count)
      : store(of),
        first(of.open(name + "-first", fixed_window(first_count, std::chrono::hours(24)))),
        second(of.open(name + "-second", fixed_window(second_count, std::chrono::hours(24)))) {}

  [[nodiscard]] std::vector<Check> checks(std::int64_t cost = 1, bool hold = false) const {
    return {{.space = first.get(), .key = key_in_first, .cost = cost, .hold = hold},
            {.space = second.get(), .key = key_in_second, .cost = cost, .hold = hold}};
  }
  Answer call(std::int64_t cost = 1) { return decide(store, checks(cost)); }
  Answer hold(const std::string& id, std::int64_t cost, Nanos lease = std::chrono::minutes(1)) {
    return decide(store, checks(cost, true), {.id = id, .lease = lease});
  }
  std::int64_t left_in_first() { return remaining(store, *first, key_in_first); }
  std::int64_t left_in_second() { return remaining(store, *second, key_in_second); }

  Store& store;
  std::shared_ptr<const Space> first;
  std::shared_ptr<const Space> second;
  std::string key_in_first = RedisCluster::tag_of(low);
  std::string key_in_second = RedisCluster::tag_of(high);
};

struct StoreInCluster : testing::Test {
  static void SetUpTestSuite() { shared = std::make_unique<RedisCluster>(); }
  static void TearDownTestSuite() { shared.reset(); }
  static inline std::unique_ptr<RedisCluster> shared;

  ~StoreInCluster() override { EXPECT_THAT(cluster.keys_without_ttl(), IsEmpty()); }

  RedisCluster& cluster = *shared;
  std::shared_ptr<Store> store = open_store(cluster);
  std::shared_ptr<Store> other = open_store(cluster);
};

TEST_F(StoreInCluster, CountsKeysOfAllSlotsByEveryAlgorithm) {
  const std::chrono::hours day(24);
  for (const Rule& rule : {fixed_window(2, day), sliding_window(2, day), sliding_log(2, day), token_bucket(2, day),
                           interval_bucket(2, day), gcra(1, day, 2)}) {
    const auto space = store->open("all-" + std::to_string(static_cast<int>(rule.algorithm)), rule);
    for (int number = 0; number < 40; ++number) {
      const std::vector<Check> once{{.space = space.get(), .key = number}};
      EXPECT_TRUE(passes(decide(*store, once)));
      EXPECT_TRUE(passes(decide(*other, once))) << "another store counts the same key";
      EXPECT_FALSE(passes(decide(*store, once)));
    }
  }
}

// A unit an hour each; the first slot refuses, the second is asked when the same call would pass there.
TEST_F(StoreInCluster, ARefusalSaysOfEachLimitWhenTheCallPasses) {
  const std::chrono::hours hour(1);
  TwoLimits limits(*store, "when-it-passes", 1, 1);
  for (const Rule& rule : {token_bucket(10, 10 * hour), gcra(10, 10 * hour, 10)}) {
    const std::string name = "when-" + std::to_string(static_cast<int>(rule.algorithm));
    limits.first = store->open(name + "-first", rule);
    limits.second = store->open(name + "-second", rule);
    ASSERT_TRUE(passes(limits.call(5)));
    std::vector<Check> checks = limits.checks(7);
    checks[1].cost = 8;
    const Answer refused = decide(*store, checks);
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
  TwoLimits limits(*store, "all-or-nothing", 10, 3);
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
  TwoLimits here(*store, "threads", count, 1'000);
  TwoLimits there(*other, "threads", count, 1'000);
  const auto third = store->open("threads-third", fixed_window(1'000, std::chrono::hours(24)));
  const auto third_there = other->open("threads-third", fixed_window(1'000, std::chrono::hours(24)));
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
          if (passes(decide(mine.store, checks))) ++passed;
        }
      });
    }
  }
  EXPECT_LE(passed, count);
  // What was refused for a moment was given back: whoever comes later gets it.
  EXPECT_TRUE(becomes_true([&] { return here.left_in_first() == count - passed; }));
  EXPECT_EQ(here.left_in_second(), 1'000 - passed);
  EXPECT_EQ(remaining(*store, *third, RedisCluster::tag_of(middle)), 1'000 - passed);
  while (passes(here.call())) ++passed;
  EXPECT_EQ(passed, count);
}

TEST_F(StoreInCluster, WhatOneStoreHoldsAnotherOneSettles) {
  TwoLimits limits(*store, "settle", 100, 200);
  ASSERT_TRUE(passes(limits.hold("order-1", 10)));
  EXPECT_EQ(limits.left_in_first(), 90);
  EXPECT_TRUE(settle(*other, "order-1", {4}).has_value());
  EXPECT_EQ(limits.left_in_first(), 96);
  EXPECT_EQ(limits.left_in_second(), 196);
  EXPECT_TRUE(settle(*store, "order-1", {4}).has_value()) << "the same again is the same";
  EXPECT_EQ(settle(*other, "order-1", {5}), std::unexpected(SettleError::conflict));
  EXPECT_EQ(limits.left_in_first(), 96);
  EXPECT_EQ(settle(*other, "order-2", {5}), std::unexpected(SettleError::unknown));
}

TEST_F(StoreInCluster, EachHeldPartMayBeSettledWithItsOwnAmount) {
  TwoLimits limits(*store, "parts", 100, 200);
  ASSERT_TRUE(passes(limits.hold("order-3", 10)));
  EXPECT_TRUE(settle(*other, "order-3", {1, 30}).has_value());
  EXPECT_EQ(limits.left_in_first(), 99);
  EXPECT_EQ(limits.left_in_second(), 170) << "what was used beyond what was held is charged";
}

TEST_F(StoreInCluster, TheSameIdGetsTheSameAnswerFromAnotherStore) {
  TwoLimits here(*store, "repeat", 100, 200);
  TwoLimits there(*other, "repeat", 100, 200);
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
  TwoLimits limits(*store, "note", 100, 200);
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
  EXPECT_TRUE(renew(*other, "order-8", seconds(30)).has_value());
  EXPECT_GT(ttl(), 0);
  lose_ttl();
  EXPECT_TRUE(settle(*other, "order-8", {4}).has_value());
  EXPECT_GT(ttl(), 0);
}

TEST_F(StoreInCluster, ACallWithoutAnIdLeavesNoRecordForLong) {
  TwoLimits limits(*store, "forgotten", 100, 200);
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
  const auto first = store->open("slots-first", concurrency(1));
  const auto second = store->open("slots-second", concurrency(1));
  const std::string key_in_first = RedisCluster::tag_of(low);
  const std::string key_in_second = RedisCluster::tag_of(high);
  const std::vector<Check> both{{.space = first.get(), .key = key_in_first, .hold = true},
                                {.space = second.get(), .key = key_in_second, .hold = true}};
  ASSERT_TRUE(passes(decide(*store, both, {.id = "job-1", .lease = milliseconds(1'500)})));
  EXPECT_TRUE(renew(*other, "job-1", seconds(30)).has_value());
  EXPECT_EQ(renew(*other, "job-2", seconds(30)), std::unexpected(SettleError::unknown));
  const auto begin = std::chrono::steady_clock::now();
  int asked = 0;
  while (std::chrono::steady_clock::now() - begin < milliseconds(2'000)) {
    const std::string id = "job-3-" + std::to_string(++asked);
    EXPECT_FALSE(passes(decide(*store, both, {.id = id, .lease = seconds(30)}))) << "the first lease would be over";
  }
  EXPECT_TRUE(settle(*store, "job-1", {0}).has_value());
  EXPECT_TRUE(passes(decide(*other, both, {.id = "job-4", .lease = seconds(30)})));
  EXPECT_TRUE(settle(*other, "job-4", {0}).has_value());
}

TEST_F(StoreInCluster, SlotsThatMoveUnderCallsOverSeveralOfThemCostNoDecisionAndNoUnit) {
  constexpr std::int64_t count = 1'000'000;
  TwoLimits limits(*store, "moving", count, count);
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
  TwoLimits limits(*store, "failover", 100, 200);
  ASSERT_TRUE(passes(limits.hold("order-1", 10)));
  ASSERT_TRUE(becomes_true([&] { return replicated(2); }));
  cluster.node(2).kill();
  const auto other = open_store(cluster);
  EXPECT_TRUE(becomes_true([&] { return settle(*other, "order-1", {4}).has_value(); }, seconds(40)));
  EXPECT_EQ(limits.left_in_first(), 96);
  EXPECT_TRUE(becomes_true([&] { return limits.left_in_second() == 196; })) << "without a restart";
  EXPECT_TRUE(passes(limits.call()));
  EXPECT_THAT(cluster.keys_without_ttl(), IsEmpty());
}

TEST_F(StoreInClusterThatBreaks, AFailoverUnderLoadAdmitsNoMoreThanWasCharged) {
  const auto store = open_store(cluster, milliseconds(500));
  constexpr std::int64_t count = 1'000'000;
  TwoLimits limits(*store, "load", count, count);
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
  TwoLimits limits(*store, "again", 1'000, 1'000);
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
  EXPECT_TRUE(becomes_true([&] { return settle(*store, "order-1", {4}).has_value(); }));
  EXPECT_EQ(limits.left_in_first(), 995);
  EXPECT_THAT(cluster.keys_without_ttl(), IsEmpty());
}

TEST_F(StoreInClusterThatBreaks, ARepetitionThatFailsLeavesWhatIsHeldAlone) {
  const auto store = open_store(cluster, milliseconds(500));
  TwoLimits limits(*store, "in-use", 1'000, 1'000);
  ASSERT_TRUE(becomes_true([&] { return passes(limits.hold("order-1", 10)); }));
  cluster.node(2).kill();
  cluster.node(5).kill();
  for (int i = 0; i < 3; ++i) EXPECT_THAT(limits.hold("order-1", 10).status, AnyOf(Status::down, Status::timeout));
  for (int i = 0; i < 20; ++i) ASSERT_EQ(limits.left_in_first(), 990) << "somebody is using it";
}

TEST_F(StoreInClusterThatBreaks, AShardThatIsLostCostsTheOthersNothing) {
  const auto store = open_store(cluster, milliseconds(500));
  TwoLimits limits(*store, "lost", 1'000, 1'000);
  ASSERT_TRUE(passes(limits.call()));
  cluster.node(2).kill();
  cluster.node(5).kill();
  for (int i = 0; i < 50; ++i) EXPECT_THAT(limits.call().status, AnyOf(Status::down, Status::timeout));
  EXPECT_TRUE(becomes_true([&] { return limits.left_in_first() == 999; })) << "what was charged there is given back";
  for (int i = 0; i < 50; ++i) {
    EXPECT_TRUE(passes(decide(*store, {{.space = limits.first.get(), .key = limits.key_in_first}})));
  }
  cluster.node(2).start();
  EXPECT_TRUE(becomes_true([&] { return passes(limits.call()); }, seconds(40))) << "without a restart";
}

}  // namespace
}  // namespace weir::store::redis
