// Which of our keys have no TTL, on whatever is asked: one server, with TLS, behind a Sentinel, a Cluster.
#include "store/redis/store/audit.hpp"

#include "redis_cluster.hpp"
#include "redis_server.hpp"

#include "store/url/store_url.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <set>
#include <string>
#include <string_view>

namespace weir::store::redis {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Heard {
  std::multiset<std::string> keys;
  Audit counted;
};

Heard heard(const ClientOptions& options, const std::vector<AuditedKeys>& ours, bool fix = false) {
  Heard heard;
  const auto said = audit(options, ours, fix, [&](std::string_view key) { heard.keys.emplace(key); });
  if (!said) throw std::runtime_error(said.error());
  heard.counted = *said;
  return heard;
}

ClientOptions on(const std::string& url) { return {.url = parse_store_url(url).value()}; }

const std::vector<AuditedKeys> ours{{.start = "app:", .lives = 60s}};

TEST(Audit, AKeyBelowTwoStartsIsThatOfTheLongerOne) {
  const RedisServer server;
  server.cli({"MSET", "app:u:1", "1", "app:jobs:u:1", "1", "app:jobs:dynamic:global", "5", "apple", "1"});
  const std::vector<AuditedKeys> nested{
      {.start = "app:", .lives = 60s}, {.start = "app:jobs:", .lives = 3600s, .settings = {"app:jobs:dynamic:global"}}};
  const Heard found = heard(on("redis://" + server.address()), nested, true);
  EXPECT_THAT(found.keys, ElementsAre("app:jobs:u:1", "app:u:1"));
  EXPECT_EQ(found.counted.keys, 2U);
  EXPECT_EQ(found.counted.fixed, 2U);
  EXPECT_LE(std::stoi(server.cli({"TTL", "app:u:1"})), 60);
  EXPECT_GT(std::stoi(server.cli({"TTL", "app:jobs:u:1"})), 60);
  EXPECT_EQ(server.cli({"TTL", "app:jobs:dynamic:global"}), "-1");
}

TEST(Audit, TwoThatStartAlikeAreCountedOnce) {
  const RedisServer server;
  server.cli({"SET", "app:u:1", "1"});
  const Heard found = heard(on("redis://" + server.address()),
                            {{.start = "app:", .lives = 60s}, {.start = "app:", .lives = 3600s}}, true);
  EXPECT_EQ(found.counted.keys, 1U);
  EXPECT_GT(std::stoi(server.cli({"TTL", "app:u:1"})), 60);
}

TEST(Audit, GoesThroughAllMastersOfACluster) {
  RedisCluster cluster;
  std::multiset<std::string> all;
  for (int i = 0; i < 60; ++i) {
    const std::string key = "app:user" + std::to_string(i);
    all.insert(key);
    cluster.cli(cluster.owner_of(slot_of(key)), {"SET", key, "1"});
  }
  const ClientOptions options = on("redis+cluster://" + cluster.node(0).address());
  EXPECT_EQ(heard(options, ours).keys, all);
  EXPECT_EQ(heard(options, ours, true).counted.fixed, 60U);
  const Heard after = heard(options, ours);
  EXPECT_EQ(after.counted.keys, 60U);
  EXPECT_THAT(after.keys, IsEmpty());
}

TEST(Audit, OfAClusterThatIsAwaySaysSo) {
  const RedisServer absent(ServerSetup{.started = false});
  const auto said = audit(on("redis+cluster://:sesame@" + absent.address()), ours, false, [](std::string_view) {});
  ASSERT_FALSE(said);
  EXPECT_THAT(said.error(), Not(HasSubstr("sesame")));
}

TEST(Audit, AsksTheMasterThatASentinelNames) {
  const RedisServer master;
  const RedisServer sentinel(ServerSetup{
      .sentinel = true, .config = "sentinel monitor main 127.0.0.1 " + std::to_string(master.port()) + " 1\n"});
  master.cli({"SET", "app:u:1", "1"});
  const Heard found = heard(on("redis+sentinel://" + sentinel.address() + "/main"), ours, true);
  EXPECT_THAT(found.keys, ElementsAre("app:u:1"));
  EXPECT_GT(std::stoi(master.cli({"TTL", "app:u:1"})), 0);
}

TEST(Audit, SpeaksTlsAndShowsItsCertificate) {
  const Certificates certificates;
  const RedisServer server(ServerSetup{.tls = &certificates});
  server.cli({"SET", "app:u:1", "1"});
  ClientOptions options = on("rediss://" + server.address());
  options.tls = {.ca = certificates.file("ca.pem"),
                 .cert = certificates.file("client.pem"),
                 .key = certificates.file("client.key")};
  EXPECT_THAT(heard(options, ours, true).keys, ElementsAre("app:u:1"));
  EXPECT_GT(std::stoi(server.cli({"TTL", "app:u:1"})), 0);
  options.tls.ca.clear();  // the system's authorities know nothing of it
  const auto refused = audit(options, ours, false, [](std::string_view) {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), HasSubstr("certificate"));
}

}  // namespace
}  // namespace weir::store::redis
