#include "redis_server.hpp"

#include <gmock/gmock.h>

namespace weir::store::redis {
namespace {

using testing::HasSubstr;

TEST(RedisServer, AnswersUntilItIsKilledAndComesBackOnItsPort) {
  RedisServer server;
  EXPECT_EQ(server.cli({"PING"}), "PONG");
  const auto port = server.port();
  server.kill();
  EXPECT_THAT(server.cli({"PING"}), HasSubstr("Could not connect"));
  server.start();
  EXPECT_EQ(server.port(), port);
  EXPECT_EQ(server.cli({"PING"}), "PONG");
}

TEST(RedisServer, HasUsersOfItsOwn) {
  RedisServer server(ServerSetup{.config = acl_user("gate", "secret", "+@all ~*")});
  EXPECT_EQ(server.cli({"--user", "gate", "--pass", "secret", "ACL", "WHOAMI"}), "gate");
}

TEST(RedisServer, SpeaksTls) {
  const Certificates certificates;
  RedisServer server(ServerSetup{.tls = &certificates});
  EXPECT_EQ(server.cli({"PING"}), "PONG");
}

TEST(RedisServer, FollowsAMaster) {
  RedisServer master;
  RedisServer replica(replica_of(master));
  EXPECT_TRUE(
      becomes_true([&] { return replica.cli({"INFO", "replication"}).find("link_status:up") != std::string::npos; }));
}

TEST(RedisServer, IsASentinel) {
  RedisServer master;
  RedisServer sentinel(ServerSetup{
      .sentinel = true, .config = "sentinel monitor main 127.0.0.1 " + std::to_string(master.port()) + " 1\n"});
  EXPECT_THAT(sentinel.cli({"SENTINEL", "get-master-addr-by-name", "main"}), HasSubstr(std::to_string(master.port())));
}

}  // namespace
}  // namespace weir::store::redis
