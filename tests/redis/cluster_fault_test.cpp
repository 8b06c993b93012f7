// The Cluster's client against a real Cluster that breaks: masters that die or hang, shards that are lost, servers that
// talk nonsense. Each test has a Cluster of its own.
#include "cluster_user.hpp"
#include "nonsense_server.hpp"
#include "redis_cluster.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace weir::store::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AnyOf;
using testing::Each;
using testing::HasSubstr;
using testing::Le;

// A busy machine may run our thread late; a command that is not bounded at all is later than that.
constexpr milliseconds slack{1'000};

constexpr Slot first_shard = 100;
constexpr Slot second_shard = 8'000;
constexpr Slot third_shard = 16'000;

struct ClusterThatBreaks : testing::Test {
  void start(ClusterSetup setup = {}) {
    cluster = std::make_unique<RedisCluster>(std::move(setup));
    user = std::make_unique<ClusterUser>(
        ClientOptions{.url = {.kind = StoreUrl::Kind::cluster, .hosts = cluster->addresses()}});
    for (const Slot slot : {first_shard, second_shard, third_shard}) ASSERT_EQ(touch(slot), "1");
  }

  std::string touch(Slot slot, milliseconds patience = seconds(2)) {
    return user->ask({"INCR", RedisCluster::key_of(slot) + "touch"}, patience);
  }
  static bool is_number(const std::string& text) { return !text.empty() && std::isdigit(text.front()) != 0; }
  bool recovers(Slot slot) {
    return becomes_true([&] { return is_number(touch(slot)); }, seconds(40));
  }
  static std::vector<std::string> keys_of_all_shards() {
    std::vector<std::string> keys;
    for (const Slot slot : {first_shard, second_shard, third_shard}) {
      for (Slot i = 0; i < 10; ++i) keys.push_back(RedisCluster::key_of(static_cast<Slot>(slot + i)) + "load");
    }
    return keys;
  }
  void expect_none_twice(const std::vector<std::string>& keys) {
    for (const std::string& key : keys) {
      std::string list = user->ask({"LRANGE", key, "0", "-1"});
      std::erase_if(list, [](char c) { return c == '[' || c == ']'; });
      std::istringstream text(list);
      std::vector<std::string> numbers(std::istream_iterator<std::string>(text), {});
      EXPECT_FALSE(numbers.empty()) << key;
      std::ranges::sort(numbers);
      EXPECT_EQ(std::ranges::adjacent_find(numbers), numbers.end()) << "done twice";
    }
  }

  std::unique_ptr<RedisCluster> cluster;
  std::unique_ptr<ClusterUser> user;
};

TEST_F(ClusterThatBreaks, AMasterThatDiesIsFollowedByItsReplicaAndNothingIsDoneTwice) {
  start();
  const auto keys = keys_of_all_shards();
  ClusterLoad load(*user, keys);
  EXPECT_TRUE(becomes_true([&] { return load.done() > 1'000; }));
  cluster->node(1).kill();
  EXPECT_TRUE(becomes_true([&] { return load.failures() > 0; })) << "nobody noticed";
  EXPECT_TRUE(recovers(second_shard));
  const std::uint64_t before = load.done();
  EXPECT_TRUE(becomes_true([&] { return load.done() > before + 1'000; }));
  const auto outcome = load.stop();
  for (const auto& [answer, times] : outcome.answers) {
    EXPECT_THAT(answer, AnyOf("done", "failed: lost", "failed: down", "failed: timeout")) << times << " times";
  }
  EXPECT_THAT(outcome.latest, Le(slack));
  expect_none_twice(keys);

  // The old master comes back as a replica, and nobody is misled.
  cluster->node(1).start();
  cluster->await_whole();
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(is_number(touch(second_shard)));
  EXPECT_TRUE(user->client().health().up);
}

TEST_F(ClusterThatBreaks, AMasterThatHangsIsFollowedByItsReplica) {
  start();
  const auto keys = keys_of_all_shards();
  ClusterLoad load(*user, keys, milliseconds(300));
  EXPECT_TRUE(becomes_true([&] { return load.done() > 1'000; }));
  cluster->node(0).stop();
  EXPECT_TRUE(becomes_true([&] { return load.failures() > 0; })) << "nobody noticed";
  EXPECT_TRUE(recovers(first_shard));
  cluster->node(0).cont();
  EXPECT_TRUE(becomes_true([&] { return !cluster->is_master(0); })) << "it learns that it is none any more";
  EXPECT_TRUE(recovers(first_shard));
  const std::uint64_t before = load.done();
  EXPECT_TRUE(becomes_true([&] { return load.done() > before + 1'000; }));
  const auto outcome = load.stop();
  EXPECT_THAT(outcome.latest, Le(slack));
  expect_none_twice(keys);
}

TEST_F(ClusterThatBreaks, AManualFailoverCostsNoDecision) {
  start();
  const auto keys = keys_of_all_shards();
  // The old master holds its clients up meanwhile, for ten seconds if the two do not come to an end before.
  ClusterLoad load(*user, keys, seconds(60));
  EXPECT_TRUE(becomes_true([&] { return load.done() > 1'000; }));
  bool taken_over = false;
  for (int attempt = 0; attempt < 4 && !taken_over; ++attempt) {  // Redis gives it up after five seconds
    ASSERT_EQ(cluster->cli(5, {"CLUSTER", "FAILOVER"}), "OK");
    taken_over = becomes_true([&] { return cluster->is_master(5); }, seconds(12));
  }
  EXPECT_TRUE(taken_over);
  const std::uint64_t before = load.done();
  EXPECT_TRUE(becomes_true([&] { return load.done() > before + 1'000; }));
  const auto outcome = load.stop();
  EXPECT_THAT(outcome.latest, Le(slack));
  // The old master says MOVED to what it did not do; a connection that it breaks is all that may fail.
  for (const auto& [answer, times] : outcome.answers) {
    EXPECT_THAT(answer, AnyOf("done", "failed: lost", "failed: down")) << times << " times";
  }
  expect_none_twice(keys);
}

TEST_F(ClusterThatBreaks, AShardThatIsLostIsDownAndTheOthersAreUntouched) {
  start();
  cluster->node(1).kill();
  cluster->node(4).kill();
  EXPECT_TRUE(becomes_true([&] { return touch(second_shard) == "failed: down"; }));
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(touch(second_shard), "failed: down");
    EXPECT_TRUE(is_number(touch(first_shard)));
    EXPECT_TRUE(is_number(touch(third_shard)));
  }
  EXPECT_FALSE(user->client().health().up);
  EXPECT_THAT(user->client().health().last_error, HasSubstr(std::to_string(cluster->node(1).port())));

  cluster->node(1).start();
  EXPECT_TRUE(recovers(second_shard)) << "without a restart";
}

TEST_F(ClusterThatBreaks, AClusterThatWantsAllItsShardsIsDownWithoutOneAndComesBack) {
  start({.full_coverage = true});
  cluster->node(1).kill();
  cluster->node(4).kill();
  EXPECT_TRUE(becomes_true([&] { return touch(first_shard) == "failed: down"; })) << "CLUSTERDOWN";
  EXPECT_THAT(touch(first_shard, milliseconds(100)), AnyOf("failed: lost", "failed: down", "failed: timeout"));
  cluster->node(1).start();
  EXPECT_TRUE(recovers(first_shard));
  EXPECT_TRUE(recovers(second_shard));
}

TEST_F(ClusterThatBreaks, ConnectionsThatAreKilledAreMadeAnew) {
  start();
  const auto keys = keys_of_all_shards();
  ClusterLoad load(*user, keys);
  for (int round = 0; round < 5; ++round) {
    for (std::size_t master = 0; master < RedisCluster::masters; ++master) {
      const std::uint64_t before = load.done();
      cluster->cli(master, {"CLIENT", "KILL", "TYPE", "normal"});
      EXPECT_TRUE(becomes_true([&] { return load.done() > before + 500; }));
    }
  }
  (void)load.stop();
  expect_none_twice(keys);
}

TEST_F(ClusterThatBreaks, AllOfItAbsentIsDownAndFoundWhenItIsThere) {
  start();
  for (std::size_t index = 0; index < RedisCluster::nodes; ++index) cluster->node(index).kill();
  ClusterUser early({.url = {.kind = StoreUrl::Kind::cluster, .hosts = cluster->addresses()}});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(early.ask({"GET", "a"}), "failed: down");
  EXPECT_FALSE(early.client().health().up);
  for (std::size_t index = 0; index < RedisCluster::nodes; ++index) cluster->node(index).start();
  EXPECT_TRUE(becomes_true([&] { return early.ask({"GET", "a"}) == "(nil)"; }, seconds(40)));
  EXPECT_TRUE(recovers(second_shard)) << "as does one who has known it";
  for (const Slot slot : {first_shard, second_shard, third_shard}) {
    EXPECT_TRUE(becomes_true([&] { return early.ask({"GET", RedisCluster::key_of(slot)}) == "(nil)"; }));
  }
  EXPECT_TRUE(early.client().health().up);
}

TEST_F(ClusterThatBreaks, ASeedThatTalksNonsenseIsPassedOver) {
  start();
  const NonsenseServer nonsense;
  for (int i = 0; i < 10; ++i) {
    ClusterUser other(
        {.url = {.kind = StoreUrl::Kind::cluster, .hosts = {{"127.0.0.1", nonsense.port()}, cluster->address(2)}}});
    EXPECT_EQ(other.ask({"SET", RedisCluster::key_of(second_shard) + "s", "1"}), "OK");
  }
}

TEST_F(ClusterThatBreaks, AMasterThatTalksNonsenseIsDownAndTheOthersAreUntouched) {
  start();
  cluster->node(1).kill();
  cluster->node(4).kill();
  const NonsenseServer nonsense(cluster->node(1).port());
  for (int i = 0; i < 50; ++i) {
    EXPECT_THAT(touch(second_shard, milliseconds(500)), AnyOf("failed: lost", "failed: down", "failed: timeout"));
    EXPECT_TRUE(is_number(touch(first_shard)));
    EXPECT_TRUE(is_number(touch(third_shard)));
  }
}

}  // namespace
}  // namespace weir::store::redis
