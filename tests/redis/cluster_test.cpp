// The Cluster's client against a real Cluster that stays whole: slots, migrations, addresses, passwords, TLS.
#include "cluster_user.hpp"
#include "redis_cluster.hpp"

#include "store/redis/layout/script.hpp"

#include <gmock/gmock.h>

#include <charconv>

namespace weir::store::redis {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::Ge;
using testing::HasSubstr;
using testing::Le;
using testing::Not;

ClientOptions options_for(const RedisCluster& cluster) {
  return {.url = {.kind = StoreUrl::Kind::cluster, .hosts = cluster.addresses()}};
}

struct AgainstCluster : testing::Test {
  static void SetUpTestSuite() { shared = std::make_unique<RedisCluster>(); }
  static void TearDownTestSuite() { shared.reset(); }
  static inline std::unique_ptr<RedisCluster> shared;

  AgainstCluster() {
    for (std::size_t index = 0; index < RedisCluster::nodes; ++index) cluster.cli(index, {"CONFIG", "RESETSTAT"});
  }

  // Over all nodes: "cmdstat_cluster|slots:calls=3,...".
  [[nodiscard]] std::uint64_t count(const std::string& section, const std::string& what) const {
    std::uint64_t sum = 0;
    for (std::size_t index = 0; index < RedisCluster::nodes; ++index) {
      const std::string info = cluster.cli(index, {"INFO", section});
      const std::size_t at = info.find(what);
      if (at == std::string::npos) continue;
      std::uint64_t number = 0;
      const char* digits = info.data() + info.find('=', at) + 1;
      std::from_chars(digits, info.data() + info.size(), number);
      sum += number;
    }
    return sum;
  }
  [[nodiscard]] std::uint64_t refreshes() const { return count("commandstats", "cmdstat_cluster|slots:"); }
  [[nodiscard]] std::uint64_t moved() const { return count("errorstats", "errorstat_MOVED:"); }

  // Numbers that were appended and are there, and each of them once.
  void expect_each_once(const std::vector<std::string>& keys, const ClusterLoad::Outcome& outcome) {
    for (std::size_t key = 0; key < keys.size(); ++key) {
      std::istringstream list(user.ask({"LRANGE", keys[key], "0", "-1"}));
      std::vector<std::string> numbers(std::istream_iterator<std::string>(list), {});
      if (!numbers.empty() && numbers.front() == "[]") numbers.clear();
      EXPECT_EQ(numbers.size(), outcome.acknowledged[key]) << keys[key];
      std::ranges::sort(numbers);
      EXPECT_EQ(std::ranges::adjacent_find(numbers), numbers.end()) << "done twice";
    }
  }

  RedisCluster& cluster = *shared;
  ClusterUser user{options_for(cluster)};
};

TEST_F(AgainstCluster, EverySlotIsServedWithoutADetour) {
  std::vector<std::future<std::string>> answers;
  for (std::size_t slot = 0; slot < slot_count; ++slot) {
    const std::string key = RedisCluster::key_of(static_cast<Slot>(slot)) + "all";
    answers.push_back(user.start({"SET", key, std::to_string(slot)}, slot_of(key), std::chrono::seconds(20)));
  }
  for (auto& answer : answers) ASSERT_EQ(answer.get(), "OK");
  EXPECT_EQ(user.ask({"GET", RedisCluster::key_of(12'345) + "all"}), "12345");
  EXPECT_EQ(moved(), 0U);
  EXPECT_THAT(refreshes(), AllOf(Ge(1U), Le(RedisCluster::nodes)))
      << "one question, to more than one on a busy machine";
}

TEST_F(AgainstCluster, ACommandWithoutAKeyIsAnsweredByAnyMaster) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(user.start({"PING"}, std::nullopt).get(), "PONG");
}

TEST_F(AgainstCluster, ASlotThatMovedIsFollowedAndRemembered) {
  const std::string key = RedisCluster::key_of(7) + "moved";
  ASSERT_EQ(user.ask({"SET", key, "1"}), "OK");
  cluster.migrate(7, 0, 1);
  EXPECT_EQ(user.ask({"INCR", key}), "2");
  EXPECT_EQ(user.ask({"INCR", key}), "3");
  EXPECT_EQ(moved(), 1U);
  cluster.migrate(7, 1, 0);
}

TEST_F(AgainstCluster, KeysAreFoundWhileTheirSlotIsOnItsWay) {
  const std::string tag = RedisCluster::key_of(9);
  std::vector<std::string> keys;
  for (int i = 0; i < 30; ++i) keys.push_back(tag + "way" + std::to_string(i));
  ClusterLoad load(user, keys);
  cluster.begin_migration(9, 0, 2);
  for (const std::string& key : keys) {
    const std::uint64_t before = load.done();
    cluster.migrate_key(key, 0, 2);
    EXPECT_TRUE(becomes_true([&] { return load.done() > before + 30; }));
  }
  cluster.end_migration(9, 0, 2);
  const std::uint64_t before = load.done();
  EXPECT_TRUE(becomes_true([&] { return load.done() > before + 100; }));
  const auto outcome = load.stop();
  EXPECT_EQ(outcome.failed(), 0U) << outcome.answers.begin()->first;
  EXPECT_GT(count("errorstats", "errorstat_ASK:"), 0U) << "the test has not met what it is about";
  expect_each_once(keys, outcome);
  cluster.migrate(9, 2, 0);
}

TEST_F(AgainstCluster, SeveralKeysWaitUntilTheyAreTogether) {
  const std::string gone = RedisCluster::key_of(11) + "gone";
  const std::string there = RedisCluster::key_of(11) + "there";
  ASSERT_EQ(user.ask({"SET", gone, "a"}), "OK");
  ASSERT_EQ(user.ask({"SET", there, "b"}), "OK");
  cluster.begin_migration(11, 0, 1);
  cluster.migrate_key(gone, 0, 1);
  auto both = user.start({"MGET", gone, there}, 11);
  EXPECT_TRUE(becomes_true([&] { return count("errorstats", "errorstat_TRYAGAIN:") > 0; }));
  cluster.migrate_key(there, 0, 1);
  EXPECT_EQ(both.get(), "[a b]");
  cluster.end_migration(11, 0, 1);
  cluster.migrate(11, 1, 0);
}

TEST_F(AgainstCluster, SeveralKeysThatAreNotTogetherInTimeAreATimeout) {
  const std::string gone = RedisCluster::key_of(13) + "gone";
  const std::string there = RedisCluster::key_of(13) + "there";
  ASSERT_EQ(user.ask({"SET", gone, "a"}), "OK");
  ASSERT_EQ(user.ask({"SET", there, "b"}), "OK");
  cluster.begin_migration(13, 0, 1);
  cluster.migrate_key(gone, 0, 1);
  EXPECT_EQ(user.start({"MGET", gone, there}, 13, milliseconds(200)).get(), "failed: timeout");
  cluster.end_migration(13, 0, 1);
  cluster.migrate(13, 1, 0);
}

TEST_F(AgainstCluster, TwentySlotsMoveUnderLoadAndNothingIsLostOrDoneTwice) {
  std::vector<std::string> keys;
  for (Slot slot = 100; slot < 120; ++slot) keys.push_back(RedisCluster::key_of(slot) + "load");
  ASSERT_EQ(user.ask({"GET", keys[0]}), "(nil)");
  const auto begin = std::chrono::steady_clock::now();
  ClusterLoad load(user, keys);
  for (Slot slot = 100; slot < 120; ++slot) {
    cluster.migrate(slot, 0, slot % 2 == 0 ? 1 : 2);
    const std::uint64_t before = load.done();
    EXPECT_TRUE(becomes_true([&] { return load.done() > before + 40; }));
  }
  const auto outcome = load.stop();
  const auto tenths = static_cast<std::uint64_t>((std::chrono::steady_clock::now() - begin) / milliseconds(100));
  EXPECT_EQ(outcome.failed(), 0U) << outcome.answers.begin()->first;
  EXPECT_THAT(outcome.latest, Le(milliseconds(0)));
  EXPECT_GE(moved(), 10U)
      << "that a slot moved may be learnt from a refresh under way, without being told by its server";
  EXPECT_THAT(refreshes(), Le(2 * tenths + 3)) << "a node that keeps silent for 50 ms is not waited for";
  expect_each_once(keys, outcome);
  for (Slot slot = 100; slot < 120; ++slot) cluster.migrate(slot, slot % 2 == 0 ? 1 : 2, 0);
}

TEST_F(AgainstCluster, AScriptThatAMasterDoesNotKnowIsTaughtInvisibly) {
  static const Script script = Script::of("echo", "return {KEYS[1], ARGV[1]}");
  for (const Slot slot : {Slot{0}, Slot{8'000}, Slot{16'000}}) {
    const std::string key = RedisCluster::key_of(slot);
    std::promise<std::string> answer;
    boost::asio::post(user.io(), [&] {
      call_script(user.client(), {.script = &script, .keys = {key}, .arguments = {"x"}},
                  std::chrono::steady_clock::now() + std::chrono::seconds(5),
                  [&](const Reply& reply) { answer.set_value(said(reply)); });
    });
    EXPECT_EQ(answer.get_future().get(), "[" + key + " x]");
  }
}

TEST_F(AgainstCluster, NodesThatDoNotSayTheirHostAreWhereTheOneIsThatWasAsked) {
  for (std::size_t index = 0; index < RedisCluster::nodes; ++index) {
    cluster.cli(index, {"CONFIG", "SET", "cluster-preferred-endpoint-type", "unknown-endpoint"});
  }
  ClusterUser behind{options_for(cluster)};
  for (Slot slot = 0; slot < 16'000; slot = static_cast<Slot>(slot + 500)) {
    EXPECT_EQ(behind.ask({"SET", RedisCluster::key_of(slot) + "nat", "1"}), "OK");
  }
  cluster.migrate(15, 0, 1);
  EXPECT_EQ(behind.ask({"SET", RedisCluster::key_of(15) + "nat", "1"}), "OK") << "MOVED 15 :PORT";
  cluster.migrate(15, 1, 0);
  for (std::size_t index = 0; index < RedisCluster::nodes; ++index) {
    cluster.cli(index, {"CONFIG", "SET", "cluster-preferred-endpoint-type", "ip"});
  }
}

TEST_F(AgainstCluster, NodesMaySayNames) {
  for (std::size_t index = 0; index < RedisCluster::nodes; ++index) {
    cluster.cli(index, {"CONFIG", "SET", "cluster-announce-hostname", "localhost"});
    cluster.cli(index, {"CONFIG", "SET", "cluster-preferred-endpoint-type", "hostname"});
  }
  EXPECT_TRUE(becomes_true([&] { return !cluster.cli(0, {"CLUSTER", "SLOTS"}).contains("?"); }));
  ClusterUser by_name{options_for(cluster)};
  for (Slot slot = 0; slot < 16'000; slot = static_cast<Slot>(slot + 500)) {
    EXPECT_EQ(by_name.ask({"SET", RedisCluster::key_of(slot) + "name", "1"}), "OK");
  }
  cluster.migrate(17, 0, 1);
  EXPECT_EQ(by_name.ask({"SET", RedisCluster::key_of(17) + "name", "1"}), "OK") << "MOVED 17 localhost:PORT";
  cluster.migrate(17, 1, 0);
  for (std::size_t index = 0; index < RedisCluster::nodes; ++index) {
    cluster.cli(index, {"CONFIG", "SET", "cluster-preferred-endpoint-type", "ip"});
    cluster.cli(index, {"CONFIG", "SET", "cluster-announce-hostname", ""});
  }
}

TEST_F(AgainstCluster, RunReturnsWithTheLastAnswerWhileTheConnectionsStayOpen) {
  boost::asio::io_context io;
  const auto client = *make_cluster_client(io.get_executor(), options_for(cluster));
  const auto far = std::chrono::steady_clock::now() + std::chrono::hours(1);
  for (int round = 0; round < 3; ++round) {
    std::chrono::steady_clock::time_point answered_at;
    int answers = 0;
    for (const Slot slot : {Slot{0}, Slot{8'000}, Slot{16'000}}) {
      client->send(command({"GET", RedisCluster::key_of(slot)}, slot), far, [&](const Reply& reply) {
        EXPECT_EQ(said(reply), "(nil)");
        ++answers;
        answered_at = std::chrono::steady_clock::now();
      });
    }
    io.restart();
    io.run();
    EXPECT_EQ(answers, 3);
    EXPECT_LT(std::chrono::steady_clock::now() - answered_at, std::chrono::seconds(10)) << "an hour had been granted";
  }
  EXPECT_THAT(cluster.cli(0, {"CLIENT", "LIST", "TYPE", "normal"}), HasSubstr("cmd=get"));
  client->close();
}

TEST_F(AgainstCluster, OneSeedOfManyIsEnough) {
  std::vector<HostPort> seeds{{"127.0.0.1", free_port()}, {"no-such-host.invalid", 6379}, cluster.address(4)};
  ClusterUser other({.url = {.kind = StoreUrl::Kind::cluster, .hosts = std::move(seeds)}});
  EXPECT_EQ(other.ask({"SET", RedisCluster::key_of(20) + "seed", "1"}), "OK");
}

TEST(ClusterWithPassword, IsServedWithItAndNotWithAnother) {
  RedisCluster cluster({.password = "s3cret"});
  ClientOptions options = options_for(cluster);
  options.url.password = "s3cret";
  ClusterUser user(options);
  for (const Slot slot : {Slot{0}, Slot{8'000}, Slot{16'000}}) {
    EXPECT_EQ(user.ask({"SET", RedisCluster::key_of(slot), "1"}), "OK");
  }
  options.url.password = "wr0ng";
  ClusterUser stranger(options);
  EXPECT_EQ(stranger.ask({"GET", RedisCluster::key_of(0)}), "failed: down");
  EXPECT_THAT(stranger.client().health().last_error, HasSubstr("refuses the user or the password"));
  EXPECT_THAT(stranger.client().health().last_error, Not(HasSubstr("wr0ng")));
}

TEST(ClusterWithTls, IsServedByCertificate) {
  const Certificates certificates;
  RedisCluster cluster({.tls = &certificates});
  ClientOptions options = options_for(cluster);
  options.url.tls = true;
  options.tls = {.ca = certificates.file("ca.pem"),
                 .cert = certificates.file("client.pem"),
                 .key = certificates.file("client.key")};
  ClusterUser user(options);
  for (const Slot slot : {Slot{0}, Slot{8'000}, Slot{16'000}}) {
    EXPECT_EQ(user.ask({"SET", RedisCluster::key_of(slot), "1"}), "OK");
  }
  options.tls.ca = "/nowhere.pem";
  boost::asio::io_context io;
  const auto none = make_cluster_client(io.get_executor(), options);
  ASSERT_FALSE(none.has_value());
  EXPECT_THAT(none.error(), HasSubstr("/nowhere.pem"));
}

}  // namespace
}  // namespace weir::store::redis
