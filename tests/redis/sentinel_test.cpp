// A master, a replica and three Sentinels: who is asked, and what a failover does to a caller.
#include "a_client.hpp"

#include "store/records.hpp"
#include "store/redis/store/open_store.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace weir::store::redis {
namespace {

using testing::HasSubstr;
using testing::Not;

class Watched {
 public:
  // `password`: of master and replica; `own`: of the Sentinels.
  explicit Watched(const std::string& password = "", const std::string& own = "", int sentinels = 3)
      : password_(password) {
    std::vector<std::string> arguments;
    if (!password.empty()) arguments = {"--requirepass", password, "--masterauth", password};
    first = std::make_unique<RedisServer>(arguments);
    for (const std::string& word : replica_of(*first)) arguments.push_back(word);
    second = std::make_unique<RedisServer>(arguments);
    std::string config = "sentinel monitor main 127.0.0.1 " + std::to_string(first->port()) + " 2\n" +
                         "sentinel down-after-milliseconds main 300\nsentinel failover-timeout main 2000\n";
    if (!password.empty()) config += "sentinel auth-pass main " + password + "\n";
    if (!own.empty()) config += "requirepass " + own + "\n";
    for (int i = 0; i < sentinels; ++i) {
      watchers.push_back(std::make_unique<RedisServer>(ServerSetup{.sentinel = true, .config = config}));
    }
    if (sentinels < 3) return;
    ready = becomes_true([this, &own] {
      return std::ranges::all_of(watchers, [&](const auto& watcher) {
        std::vector<std::string> ask{"SENTINEL", "ckquorum", "main"};
        if (!own.empty()) ask.insert(ask.begin(), {"-a", own});
        std::vector<std::string> known{"SENTINEL", "master", "main"};
        if (!own.empty()) known.insert(known.begin(), {"-a", own});
        const std::string master = watcher->cli(known);
        return watcher->cli(ask).starts_with("OK 3") && master.find("num-slaves\n1") != std::string::npos;
      });
    });
  }
  [[nodiscard]] std::string url(const std::string& credentials = "") const {
    std::string hosts;
    for (const auto& watcher : watchers) hosts += (hosts.empty() ? "" : ",") + watcher->address();
    return "redis+sentinel://" + credentials + hosts + "/main";
  }

  std::unique_ptr<RedisServer> first;
  std::unique_ptr<RedisServer> second;
  std::vector<std::unique_ptr<RedisServer>> watchers;
  bool ready = true;

 private:
  std::string password_;
};

TEST(Sentinel, NamesTheMaster) {
  const Watched watched("", "", 1);
  AClient redis(watched.url());
  EXPECT_EQ(redis.ask({"SET", "k", "v"}), "OK");
  EXPECT_EQ(watched.first->cli({"GET", "k"}), "v");
  EXPECT_FALSE(redis.client->is_cluster());
}

TEST(Sentinel, LeadsToTheRecordsThatProcessesLeave) {
  const Watched watched("", "", 1);
  const auto store = open_redis_store(watched.url(), {}).value();
  std::promise<store::RecordsWritten> how;
  store->records()->write("day", {{"a", 1, "x"}}, std::chrono::minutes(1),
                          [&](store::RecordsWritten told) { how.set_value(told); });
  EXPECT_EQ(how.get_future().get(), store::RecordsWritten::begun);
  EXPECT_EQ(watched.first->cli({"HGET", "weir:{analytics:day}:slices", "a"}), "x");
}

TEST(Sentinel, ThatIsAbsentIsPassedOver) {
  const RedisServer absent(ServerSetup{.started = false});
  const Watched watched("", "", 1);
  AClient redis("redis+sentinel://" + absent.address() + "," + watched.watchers[0]->address() + "/main/3");
  EXPECT_EQ(redis.ask({"SET", "k", "v"}), "OK");
  EXPECT_EQ(watched.first->cli({"-n", "3", "GET", "k"}), "v");
}

TEST(Sentinel, ThatIsSilentIsPassedOverInTime) {
  RedisServer silent(ServerSetup{.sentinel = true});
  silent.stop();
  const Watched watched("", "", 1);
  AClient redis("redis+sentinel://" + silent.address() + "," + watched.watchers[0]->address() + "/main");
  EXPECT_EQ(redis.ask({"PING"}, 2s), "PONG");
}

TEST(Sentinel, ThatDoesNotKnowTheMasterIsSaid) {
  const Watched watched("", "", 1);
  AClient redis("redis+sentinel://" + watched.watchers[0]->address() + "/other");
  EXPECT_EQ(redis.ask({"PING"}), "<down>");
  EXPECT_THAT(redis.client->health().last_error, HasSubstr("no Sentinel knows a master named other"));
}

TEST(Sentinel, ThatIsAbsentIsDown) {
  const RedisServer absent(ServerSetup{.started = false});
  AClient redis("redis+sentinel://" + absent.address() + "/main");
  EXPECT_EQ(redis.ask({"PING"}), "<down>");
  EXPECT_THAT(redis.client->health().last_error, HasSubstr("no Sentinel answers"));
}

TEST(Sentinel, NeedsNoPasswordWhenTheMasterDoes) {
  const Watched watched("se@cret", "", 1);
  AClient redis(watched.url(":se%40cret@"));
  EXPECT_EQ(redis.ask({"PING"}), "PONG") << redis.client->health().last_error;
}

TEST(Sentinel, IsGivenThePasswordWhenItAsks) {
  const Watched watched("secret", "secret", 1);
  AClient redis(watched.url(":secret@"));
  EXPECT_EQ(redis.ask({"PING"}), "PONG") << redis.client->health().last_error;
  AClient wrong(watched.url(":wr0ng@"));
  EXPECT_EQ(wrong.ask({"PING"}), "<down>");
  EXPECT_THAT(wrong.client->health().last_error, Not(HasSubstr("wr0ng")));
}

TEST(Sentinel, HasNothingPostedWhileNobodyAsks) {
  const Watched watched("", "", 1);
  AClient redis(watched.url());
  EXPECT_EQ(redis.ask({"PING"}), "PONG");
  EXPECT_EQ(redis.loop.poll(), 0U);
  EXPECT_EQ(redis.ask({"PING"}), "PONG");
}

// Each INCR is either acknowledged or not known; none is done twice, and what the new master has is what was done.
TEST(Sentinel, FailoverEndsWithoutARestart) {
  Watched watched;
  ASSERT_TRUE(watched.ready);
  AClient redis(watched.url());
  int timeouts = 0;
  const auto raise = [&] {
    std::string answer = redis.ask({"INCR", "n"}, 100ms);
    timeouts += answer == "<timeout>" ? 1 : 0;
    return answer;
  };
  for (int i = 1; i <= 50; ++i) ASSERT_EQ(raise(), std::to_string(i));
  ASSERT_TRUE(becomes_true([&] { return watched.second->cli({"GET", "n"}) == "50"; }));
  watched.first->kill();
  std::string answer;
  ASSERT_TRUE(becomes_true([&] { return !(answer = raise()).starts_with('<'); }));
  EXPECT_EQ(watched.second->cli({"GET", "n"}), answer);
  EXPECT_LE(std::stoi(answer), 51 + timeouts);  // all between were refused, and not kept for later
  EXPECT_TRUE(redis.client->health().up);
}

// The connection to the old master stays open, and it says READONLY: what it refused is done by the new one.
TEST(Sentinel, ReadOnlyLeadsToTheNewMaster) {
  Watched watched;
  ASSERT_TRUE(watched.ready);
  AClient redis(watched.url());
  ASSERT_EQ(redis.ask({"SET", "k", "1"}), "OK");
  EXPECT_EQ(watched.watchers[0]->cli({"SENTINEL", "failover", "main"}), "OK");
  const std::string new_port = std::to_string(watched.second->port());
  ASSERT_TRUE(becomes_true(
      [&] { return watched.watchers[0]->cli({"SENTINEL", "get-master-addr-by-name", "main"}).ends_with(new_port); }));
  watched.first->cli({"REPLICAOF", "127.0.0.1", new_port});
  EXPECT_EQ(redis.ask({"SET", "k", "2"}, 5s), "OK");
  EXPECT_EQ(watched.second->cli({"GET", "k"}), "2");
  EXPECT_TRUE(redis.client->health().up);
}

// Made a replica behind the Sentinels' back: they name it for a while, and it is not believed.
TEST(Sentinel, IsNotBelievedWhenItNamesAReplica) {
  const Watched watched("", "", 1);
  AClient redis(watched.url());
  ASSERT_EQ(redis.ask({"SET", "k", "1"}), "OK");
  watched.first->cli({"REPLICAOF", "127.0.0.1", std::to_string(watched.second->port())});
  EXPECT_EQ(redis.ask({"SET", "k", "2"}, 2s), "<down>");
  EXPECT_THAT(redis.client->health().last_error, HasSubstr("is a replica"));
}

}  // namespace
}  // namespace weir::store::redis
