// One server, as it should be: commands, credentials, TLS.
#include "a_client.hpp"
#include "store/redis/layout/script.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

namespace weir::store::redis {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

TEST(Client, AsksAndIsAnswered) {
  RedisServer server;
  AClient redis(server);
  EXPECT_EQ(redis.ask({"SET", "a key", std::string_view("\r\n\0$", 4)}), "OK");
  EXPECT_EQ(redis.ask({"GET", "a key"}), std::string("\r\n\0$", 4));
  EXPECT_EQ(redis.ask({"GET", "none"}), "(nil)");
  EXPECT_EQ(redis.ask({"INCRBY", "n", "-7"}), "-7");
  EXPECT_EQ(redis.ask({"MGET", "a key", "n"}), "(2 items)");
  EXPECT_THAT(redis.ask({"INCR", "a key"}), HasSubstr("ERR value is not an integer"));
  EXPECT_FALSE(redis.client->is_cluster());
}

TEST(Client, NamesItselfAndUsesOneConnection) {
  RedisServer server;
  AClient redis(server);
  redis.ask({"PING"});
  redis.ask({"PING"});
  const std::string clients = server.cli({"CLIENT", "LIST"});
  EXPECT_THAT(clients, HasSubstr("name=weir"));
  EXPECT_EQ(std::ranges::count(clients, '\n'), 1) << clients;  // ours and redis-cli's
}

TEST(Client, AnswersTenThousandCommandsInTheirOrder) {
  RedisServer server;
  AClient redis(server);
  constexpr int commands = 10'000;
  std::vector<std::string> answers;
  for (int i = 0; i < commands; ++i) {
    redis.client->send(command({"ECHO", std::to_string(i)}), steady_clock::now() + 20s,
                       [&](const Reply& reply) { answers.push_back(in_words(reply)); });
  }
  EXPECT_TRUE(answers.empty());  // never inside send()
  redis.run();
  ASSERT_EQ(answers.size(), static_cast<std::size_t>(commands));
  for (int i = 0; i < commands; ++i) ASSERT_EQ(answers[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST(Client, TakesCommandsFromInsideAnAnswer) {
  RedisServer server;
  AClient redis(server);
  int left = 100;
  std::function<void(Reply)> again = [&](const Reply& reply) {
    ASSERT_EQ(in_words(reply), "PONG");
    if (--left > 0) redis.client->send(command({"PING"}), steady_clock::now() + 10s, again);
  };
  redis.client->send(command({"PING"}), steady_clock::now() + 10s, again);
  redis.run();
  EXPECT_EQ(left, 0);
}

TEST(Client, MovesAnswersOfManyMegabytes) {
  RedisServer server;
  AClient redis(server);
  const std::string large(20U << 20, 'x');
  EXPECT_EQ(redis.ask({"SET", "large", large}), "OK");
  EXPECT_EQ(redis.ask({"GET", "large"}), large);
}

TEST(Client, MendsScriptsThatRedisHasForgotten) {
  RedisServer server;
  AClient redis(server);
  const Script script = Script::of("raise", "return redis.call('INCRBY', KEYS[1], ARGV[1])");
  const ScriptCall call{.script = &script, .keys = {"n"}, .arguments = {"2"}};
  std::string answer;
  const auto raise = [&] {
    call_script(*redis.client, call, Deadline::max(), [&](const Reply& reply) { answer = in_words(reply); });
    redis.run();
    return answer;
  };
  EXPECT_EQ(raise(), "2");
  EXPECT_EQ(raise(), "4");
  server.cli({"SCRIPT", "FLUSH"});
  EXPECT_EQ(raise(), "6");
}

TEST(Client, IsUpBeforeItIsAsked) {
  AClient redis("redis://127.0.0.1:1");
  EXPECT_TRUE(redis.client->health().up);
  EXPECT_EQ(redis.client->health().last_error, "");
}

TEST(Client, FindsAHostByItsName) {
  RedisServer server;
  AClient redis("redis://localhost:" + std::to_string(server.port()));
  EXPECT_EQ(redis.ask({"PING"}), "PONG");
}

TEST(Client, SaysWhenAHostHasNoAddress) {
  AClient redis("redis://no-such-host.invalid");
  EXPECT_EQ(redis.ask({"PING"}, 20s), "<down>");
  EXPECT_THAT(redis.client->health().last_error, HasSubstr("can't find the host no-such-host.invalid"));
}

TEST(Client, SelectsItsDatabase) {
  RedisServer server;
  AClient redis("redis://" + server.address() + "/5");
  EXPECT_EQ(redis.ask({"SET", "k", "v"}), "OK");
  EXPECT_EQ(server.cli({"-n", "5", "GET", "k"}), "v");
}

TEST(Client, SaysWhenThereIsNoSuchDatabase) {
  RedisServer server;
  AClient redis("redis://" + server.address() + "/999");
  EXPECT_EQ(redis.ask({"PING"}), "<down>");
  EXPECT_THAT(redis.client->health().last_error, HasSubstr("no database of that number"));
}

TEST(Client, GivesThePassword) {
  RedisServer server({"--requirepass", "se@cret"});
  AClient redis("redis://:se%40cret@" + server.address());
  EXPECT_EQ(redis.ask({"PING"}), "PONG");
}

TEST(Client, GivesUserAndPassword) {
  RedisServer server(ServerSetup{.config = acl_user("gate", "secret", "+@all ~*")});
  AClient redis("redis://gate:secret@" + server.address());
  EXPECT_EQ(redis.ask({"ACL", "WHOAMI"}), "gate");
}

TEST(Client, NeedsNoPermissionForItsName) {
  RedisServer server(ServerSetup{.config = acl_user("gate", "secret", "+get ~*")});
  AClient redis("redis://gate:secret@" + server.address());
  EXPECT_EQ(redis.ask({"GET", "k"}), "(nil)");
  EXPECT_THAT(redis.ask({"SET", "k", "v"}), HasSubstr("NOPERM"));
}

TEST(Client, WithAWrongPasswordIsDownAndKeepsIt) {
  RedisServer server({"--requirepass", "right"});
  for (const std::string credentials : {":wr0ng@", "gate:wr0ng@", ""}) {
    AClient redis("redis://" + credentials + server.address());
    EXPECT_EQ(redis.ask({"PING"}), "<down>");
    const Health health = redis.client->health();
    EXPECT_FALSE(health.up);
    EXPECT_THAT(health.last_error, AllOf(HasSubstr("password"), Not(HasSubstr("wr0ng")), Not(HasSubstr("gate"))));
  }
}

TEST(Client, WithAPasswordForNobodySaysSo) {
  RedisServer server;
  AClient redis("redis://:secret@" + server.address());
  EXPECT_EQ(redis.ask({"PING"}), "<down>");
  EXPECT_THAT(redis.client->health().last_error, HasSubstr("a password is given, and Redis has none"));
}

class ClientWithTls : public testing::Test {
 protected:
  static void SetUpTestSuite() { certificates = std::make_unique<Certificates>(); }
  static void TearDownTestSuite() { certificates.reset(); }

  static ClientOptions options(const RedisServer& server, const std::string& host = "127.0.0.1") {
    return {.url = parse_store_url("rediss://" + host + ":" + std::to_string(server.port())).value(),
            .tls = {.ca = certificates->file("ca.pem"),
                    .cert = certificates->file("client.pem"),
                    .key = certificates->file("client.key")}};
  }

  static std::unique_ptr<Certificates> certificates;
};

std::unique_ptr<Certificates> ClientWithTls::certificates;

TEST_F(ClientWithTls, VerifiesAddressesAndNames) {
  RedisServer server(ServerSetup{.tls = certificates.get()});
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    AClient redis(options(server, host));
    EXPECT_EQ(redis.ask({"PING"}), "PONG") << redis.client->health().last_error;
  }
}

TEST_F(ClientWithTls, MovesManyCommandsAndLargeAnswers) {
  RedisServer server(ServerSetup{.tls = certificates.get()});
  AClient redis(options(server));
  const std::string large(5U << 20, 'x');
  EXPECT_EQ(redis.ask({"SET", "large", large}), "OK");
  EXPECT_EQ(redis.ask({"GET", "large"}), large);
  int answered = 0;
  for (int i = 0; i < 5000; ++i) {
    redis.client->send(
        command({"ECHO", std::to_string(i)}), steady_clock::now() + 20s,
        [&answered, i](const Reply& reply) { answered += in_words(reply) == std::to_string(i) ? 1 : 0; });
  }
  redis.run();
  EXPECT_EQ(answered, 5000);
}

TEST_F(ClientWithTls, RestsAndIsConnectedAnewWhenTheServerClosedIt) {
  RedisServer server(ServerSetup{.tls = certificates.get()});
  AClient redis(options(server));
  for (int i = 1; i <= 5; ++i) {
    EXPECT_EQ(redis.ask({"INCR", "n"}), std::to_string(i));
    EXPECT_EQ(redis.loop.poll(), 0U);
    EXPECT_EQ(server.cli({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"}), "1");
  }
  EXPECT_EQ(redis.client->health().reconnects, 4U);
}

TEST_F(ClientWithTls, RefusesACertificateForSomeoneElse) {
  RedisServer server(ServerSetup{.tls = certificates.get()});
  ClientOptions other = options(server);
  other.tls.server_name = "elsewhere.example";
  AClient redis(other);
  EXPECT_EQ(redis.ask({"PING"}), "<down>");
  EXPECT_THAT(redis.client->health().last_error, HasSubstr("certificate is not accepted"));
}

TEST_F(ClientWithTls, RefusesAnAuthorityItDoesNotKnow) {
  RedisServer server(ServerSetup{.tls = certificates.get()});
  certificates->authority("other");
  ClientOptions other = options(server);
  other.tls.ca = certificates->file("other.pem");
  AClient redis(other);
  EXPECT_EQ(redis.ask({"PING"}), "<down>");
  EXPECT_THAT(redis.client->health().last_error, HasSubstr("certificate is not accepted"));
}

TEST_F(ClientWithTls, NeedsItsOwnCertificateWhereRedisAsksForOne) {
  RedisServer server(ServerSetup{.tls = certificates.get()});
  ClientOptions without = options(server);
  without.tls.cert = without.tls.key = "";
  AClient redis(without);
  EXPECT_EQ(redis.ask({"PING"}), "<down>");
  EXPECT_THAT(redis.client->health().last_error, HasSubstr("certificate required"));
}

TEST_F(ClientWithTls, SaysWhenTheServerSpeaksNone) {
  RedisServer plain;
  AClient redis(options(plain));
  EXPECT_EQ(redis.ask({"PING"}), "<down>");
  EXPECT_THAT(redis.client->health().last_error,
              AnyOf(HasSubstr("does not speak TLS"), HasSubstr("wrong version number")));
}

TEST_F(ClientWithTls, SaysWhichFileIsOfNoUse) {
  RedisServer server(ServerSetup{.tls = certificates.get()});
  boost::asio::io_context loop;
  ClientOptions wrong = options(server);
  wrong.tls.ca = "/no/such/ca.pem";
  EXPECT_THAT(make_client(loop.get_executor(), wrong).error(), HasSubstr("/no/such/ca.pem: No such file"));
  wrong = options(server);
  wrong.tls.cert = certificates->file("client.key");
  EXPECT_THAT(make_client(loop.get_executor(), wrong).error(), HasSubstr("client.key"));
  wrong = options(server);
  wrong.tls.key = certificates->file("ca.key");
  EXPECT_THAT(make_client(loop.get_executor(), wrong).error(), HasSubstr("key values mismatch"));
  wrong = options(server);
  wrong.tls.key = "";
  EXPECT_THAT(make_client(loop.get_executor(), wrong).error(), HasSubstr("needs its key"));
}

}  // namespace
}  // namespace weir::store::redis
