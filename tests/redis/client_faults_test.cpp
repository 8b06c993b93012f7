// One server that is absent, silent, killed, full or mad: what a caller is told, and when it is well again.
#include "a_client.hpp"
#include "scripted_server.hpp"

#include <dirent.h>
#include <gmock/gmock.h>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weir::store::redis {
namespace {

using testing::AnyOf;
using testing::Each;
using testing::HasSubstr;

// Far more than a loaded machine delays a timer, far less than being told too late.
constexpr auto margin = 400ms;

int open_files() {
  DIR* const folder = ::opendir("/proc/self/fd");
  int count = 0;
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

std::string connections_of(const RedisServer& server) {
  std::string ours;
  std::string all = server.cli({"CLIENT", "LIST"});
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\n', at), all.size());
    const std::string line = all.substr(at, end - at);
    if (line.find("name=weir") != std::string::npos) ours += line.substr(0, line.find(" addr")) + '\n';
    at = end + 1;
  }
  return ours;
}

TEST(Rest, HasNothingPostedAndKeepsItsConnection) {
  RedisServer server;
  AClient redis(server);
  EXPECT_EQ(redis.ask({"PING"}), "PONG");  // returned: nothing was posted any more
  const std::string before = connections_of(server);
  EXPECT_THAT(before, HasSubstr("id="));
  EXPECT_EQ(redis.loop.poll(), 0U);
  EXPECT_EQ(redis.ask({"PING"}), "PONG");
  EXPECT_EQ(connections_of(server), before);
}

TEST(Rest, BeginsWithTheLastDeadlineWhenNobodyAnswers) {
  RedisServer server;
  AClient redis(server);
  redis.ask({"PING"});
  server.stop();
  EXPECT_EQ(redis.ask({"PING"}, 50ms), "<timeout>");
  EXPECT_TRUE(redis.loop.stopped());
  server.cont();
}

TEST(Rest, BeginsWithTheLastDeadlineEvenInTheMiddleOfConnecting) {
  ScriptedServer silent([](int, std::string_view) { return true; });
  AClient redis(silent.url());
  const auto start = steady_clock::now();
  EXPECT_EQ(redis.ask({"PING"}, 50ms), "<timeout>");
  EXPECT_LT(steady_clock::now() - start, 50ms + margin);
}

TEST(Rest, LetsAnAttemptGoOnWhereItWas) {
  std::atomic<int> client = -1;
  ScriptedServer slow([&](int fd, std::string_view) {
    client = fd;
    return true;
  });
  AClient redis(slow.url());
  EXPECT_EQ(redis.ask({"PING"}, 50ms), "<timeout>");
  EXPECT_TRUE(becomes_true([&] { return client >= 0; }));
  ScriptedServer::say(client, "+OK\r\n");  // to CLIENT SETNAME
  std::string answer;
  redis.client->send(command({"PING"}), steady_clock::now() + 10s,
                     [&](const Reply& reply) { answer = in_words(reply); });
  redis.loop.restart();
  EXPECT_TRUE(becomes_true([&] {
    redis.loop.poll();
    return slow.heard().find("PING") != std::string::npos;
  }));
  ScriptedServer::say(client, "+PONG\r\n");
  redis.loop.run();
  EXPECT_EQ(answer, "PONG");
  EXPECT_EQ(slow.connections(), 1);
}

TEST(Fault, AbsentIsDownAtOnceAndEndsWhenItStarts) {
  RedisServer server(ServerSetup{.started = false});
  AClient redis(server);
  EXPECT_EQ(redis.ask({"PING"}), "<down>");
  EXPECT_FALSE(redis.client->health().up);
  EXPECT_THAT(redis.client->health().last_error, HasSubstr("Connection refused"));
  server.start();
  EXPECT_TRUE(becomes_true([&] { return redis.ask({"PING"}) == "PONG"; }, 2s));
  EXPECT_TRUE(redis.client->health().up);
  EXPECT_EQ(redis.client->health().last_error, "");
}

TEST(Fault, BacksOffWhileItIsAbsent) {
  RedisServer server(ServerSetup{.started = false});
  ClientOptions patient{.url = parse_store_url("redis://" + server.address()).value()};
  patient.least_backoff = patient.most_backoff = 1h;
  AClient redis(patient);
  EXPECT_EQ(redis.ask({"PING"}), "<down>");
  server.start();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(redis.ask({"PING"}), "<down>");
}

TEST(Fault, KilledIsDownAndEndsWhenItIsBack) {
  RedisServer server;
  AClient redis(server);
  for (int round = 0; round < 5; ++round) {
    EXPECT_TRUE(becomes_true([&] { return redis.ask({"PING"}) == "PONG"; }, 2s));
    server.kill();
    EXPECT_EQ(redis.ask({"PING"}), "<down>");
    server.start();
  }
  EXPECT_TRUE(becomes_true([&] { return redis.ask({"PING"}) == "PONG"; }, 2s));
  EXPECT_GE(redis.client->health().reconnects, 5U);
}

TEST(Fault, KilledWithCommandsUnderWayTellsEachCallerOnce) {
  RedisServer server;
  AClient redis(server);
  redis.ask({"PING"});
  server.stop();
  std::vector<std::string> answers;
  for (int i = 0; i < 1000; ++i) {
    redis.client->send(command({"INCR", "n"}), steady_clock::now() + 10s,
                       [&](const Reply& reply) { answers.push_back(in_words(reply)); });
  }
  redis.loop.restart();
  redis.loop.poll();
  server.kill();
  redis.loop.run();
  EXPECT_EQ(answers.size(), 1000U);
  EXPECT_THAT(answers, Each(std::string("<lost>")));
}

TEST(Fault, ServerThatClosedAnIdleConnectionIsNotNoticed) {
  RedisServer server;
  AClient redis(server);
  redis.ask({"PING"});
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(server.cli({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"}), "1");
    EXPECT_EQ(redis.ask({"INCR", "n"}), std::to_string(i + 1));
  }
  EXPECT_EQ(redis.client->health().reconnects, 20U);
  EXPECT_TRUE(redis.client->health().up);
}

TEST(Fault, StoppedIsTimeoutThenDownAtOnceAndEndsWithTheFirstAnswer) {
  RedisServer server;
  AClient redis(server);
  redis.ask({"PING"});
  server.stop();
  EXPECT_EQ(redis.ask({"SET", "k", "1"}, 30ms), "<timeout>");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(redis.ask({"SET", "k", "2"}, 10s), "<down>");
  EXPECT_FALSE(redis.client->health().up);
  EXPECT_THAT(redis.client->health().last_error, HasSubstr("does not answer in time"));
  server.cont();
  EXPECT_TRUE(becomes_true([&] { return redis.ask({"PING"}) == "PONG"; }, 2s));
  EXPECT_TRUE(redis.client->health().up);
  EXPECT_EQ(redis.ask({"GET", "k"}), "1");  // written before it was stopped; what was refused was never sent
}

// For longer than the silence after which a connection is given up, and than an attempt to connect.
TEST(Fault, StoppedForLongNeverKeepsACallerBeyondItsDeadline) {
  RedisServer server;
  AClient redis(server);
  redis.ask({"PING"});
  server.stop();
  const auto end = steady_clock::now() + 4s;
  int asked = 0;
  while (steady_clock::now() < end) {
    const auto start = steady_clock::now();
    EXPECT_THAT(redis.ask({"INCR", "n"}, 30ms), AnyOf("<timeout>", "<lost>", "<down>"));
    EXPECT_LT(steady_clock::now() - start, 30ms + margin);
    std::this_thread::sleep_for(1ms);
    ++asked;
  }
  EXPECT_GT(asked, 100);
  server.cont();
  EXPECT_TRUE(becomes_true([&] { return redis.ask({"PING"}, 100ms) == "PONG"; }, 2s));
}

TEST(Fault, FullQueueIsToldAtOnce) {
  RedisServer server;
  ClientOptions small{.url = parse_store_url("redis://" + server.address()).value(), .max_queued = 10};
  AClient redis(small);
  std::vector<std::string> answers;
  for (int i = 0; i < 15; ++i) {
    redis.client->send(command({"PING"}), steady_clock::now() + 10s,
                       [&](const Reply& reply) { answers.push_back(in_words(reply)); });
  }
  redis.run();
  EXPECT_EQ(std::ranges::count(answers, "PONG"), 10);
  EXPECT_EQ(std::ranges::count(answers, "<full>"), 5);
}

TEST(Fault, ClosedClientTellsAllWhoWait) {
  RedisServer server;
  AClient redis(server);
  redis.ask({"PING"});
  server.stop();
  std::vector<std::string> answers;
  const auto note = [&](const Reply& reply) { answers.push_back(in_words(reply)); };
  redis.client->send(command({"PING"}), steady_clock::now() + 10s, note);
  redis.loop.restart();
  redis.loop.poll();
  redis.client->send(command({"PING"}), steady_clock::now() + 10s, note);
  redis.client->close();
  EXPECT_TRUE(answers.empty());
  redis.loop.run();
  EXPECT_THAT(answers, testing::ElementsAre("<lost>", "<down>"));
  server.cont();
}

TEST(Fault, ClientMayEndInsideAnAnswer) {
  RedisServer server;
  boost::asio::io_context loop;
  auto client =
      make_client(loop.get_executor(), {.url = parse_store_url("redis://" + server.address()).value()}).value();
  std::vector<std::string> answers;
  client->send(command({"PING"}), steady_clock::now() + 10s, [&](const Reply& reply) {
    answers.push_back(in_words(reply));
    client.reset();
  });
  client->send(command({"PING"}), steady_clock::now() + 10s,
               [&](const Reply& reply) { answers.push_back(in_words(reply)); });
  loop.run();
  EXPECT_THAT(answers, testing::ElementsAre("PONG", "<lost>"));
}

TEST(Fault, TooManyClientsIsSaidAndEnds) {
  RedisServer server({"--maxclients", "1"});
  AClient first(server);
  EXPECT_EQ(first.ask({"PING"}), "PONG");
  {
    AClient second(server);
    EXPECT_EQ(second.ask({"PING"}), "<down>");
    EXPECT_THAT(second.client->health().last_error, HasSubstr("maxclients"));
    EXPECT_EQ(first.ask({"CONFIG", "SET", "maxclients", "10"}), "OK");
    EXPECT_TRUE(becomes_true([&] { return second.ask({"PING"}) == "PONG"; }, 2s));
  }
}

TEST(Fault, ReadOnlyReplicaSaysItself) {
  RedisServer master;
  RedisServer replica(replica_of(master));
  AClient redis(replica);
  EXPECT_THAT(redis.ask({"SET", "k", "v"}), HasSubstr("READONLY"));
  EXPECT_EQ(redis.ask({"PING"}), "PONG");
}

TEST(Fault, ReplicaWithoutItsMasterIsDown) {
  RedisServer replica({"--replicaof", "127.0.0.1 1", "--replica-serve-stale-data", "no"});
  AClient redis(replica);
  EXPECT_EQ(redis.ask({"GET", "k"}), "<down>");
  EXPECT_THAT(redis.client->health().last_error, HasSubstr("lost its master"));
}

TEST(Fault, LoadingIsDownAndEnds) {
  std::atomic<bool> loading = true;
  ScriptedServer server([&](int fd, std::string_view bytes) {
    if (bytes.find("SETNAME") != std::string_view::npos) return ScriptedServer::say(fd, "+OK\r\n");
    return ScriptedServer::say(fd, loading ? "-LOADING Redis is loading the dataset in memory\r\n" : "+PONG\r\n");
  });
  AClient redis(server.url());
  EXPECT_EQ(redis.ask({"PING"}), "<down>");
  EXPECT_THAT(redis.client->health().last_error, HasSubstr("loading its data"));
  loading = false;
  EXPECT_TRUE(becomes_true([&] { return redis.ask({"PING"}) == "PONG"; }, 2s));
}

TEST(Fault, AnswersCutAtEveryByteAreWhole) {
  const std::string answer = "*3\r\n$5\r\nabcde\r\n*2\r\n:-7\r\n$-1\r\n+OK\r\n";
  std::atomic<std::size_t> cut = 0;
  ScriptedServer server([&](int fd, std::string_view bytes) {
    if (bytes.find("SETNAME") != std::string_view::npos) {
      ScriptedServer::say(fd, "+O");
      std::this_thread::sleep_for(1ms);
      return ScriptedServer::say(fd, "K\r\n");
    }
    if (cut > 0) ScriptedServer::say(fd, std::string_view(answer).substr(0, cut));
    std::this_thread::sleep_for(1ms);
    return ScriptedServer::say(fd, std::string_view(answer).substr(cut));
  });
  AClient redis(server.url());
  for (cut = 0; cut < answer.size(); ++cut) EXPECT_EQ(redis.ask({"EVALSHA"}), "(3 items)") << cut;
  EXPECT_EQ(server.connections(), 1);
}

TEST(Fault, ConnectionCutAtEveryByteOfAnAnswerIsLost) {
  const std::string answer = "*2\r\n$5\r\nabcde\r\n:-7\r\n";
  std::atomic<std::size_t> cut = 0;
  ScriptedServer server([&](int fd, std::string_view bytes) {
    if (bytes.find("SETNAME") != std::string_view::npos) return ScriptedServer::say(fd, "+OK\r\n");
    ScriptedServer::say(fd, std::string_view(answer).substr(0, cut));
    return cut == answer.size();
  });
  AClient redis(server.url());
  EXPECT_EQ(redis.ask({"FIRST"}), "<lost>");
  for (cut = 0; cut < answer.size(); ++cut) {
    const int before = server.connections();
    EXPECT_TRUE(becomes_true([&] {
      EXPECT_THAT(redis.ask({"NEXT"}), AnyOf("<lost>", "<down>"));
      return server.connections() > before;
    }));
  }
  EXPECT_TRUE(becomes_true([&] { return redis.ask({"LAST"}) == "(2 items)"; }));
}

TEST(Fault, GarbageIsDownAndSaid) {
  for (const std::string garbage : {"HTTP/1.1 400 Bad Request\r\n\r\n", "*999999999\r\n", "$-5\r\n", "+OK\r\n:1\r\n"}) {
    ScriptedServer server([&](int fd, std::string_view) { return ScriptedServer::say(fd, garbage); });
    AClient redis(server.url());
    EXPECT_EQ(redis.ask({"PING"}), "<down>") << garbage;
    EXPECT_THAT(redis.client->health().last_error, AnyOf(HasSubstr("talk like Redis"), HasSubstr("nobody asked")));
  }
}

TEST(Fault, AnswerBeyondTheBoundIsLost) {
  RedisServer server;
  ClientOptions small{.url = parse_store_url("redis://" + server.address()).value(), .max_reply = 1000};
  AClient redis(small);
  EXPECT_EQ(redis.ask({"SET", "k", std::string(2000, 'x')}), "OK");
  EXPECT_EQ(redis.ask({"GET", "k"}), "<lost>");
  EXPECT_THAT(redis.client->health().last_error, HasSubstr("larger than the bound"));
  EXPECT_TRUE(becomes_true([&] { return redis.ask({"PING"}) == "PONG"; }));
}

TEST(Fault, TenThousandConnectionsLeaveNothingBehind) {
  RedisServer server;
  AClient redis(server);
  AClient killer(server);
  redis.ask({"PING"});
  killer.ask({"PING"});
  const int before = open_files();
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_EQ(killer.ask({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"}), "1") << i;
    ASSERT_EQ(redis.ask({"PING"}), "PONG") << i;
  }
  EXPECT_EQ(redis.client->health().reconnects, 10'000U);
  EXPECT_EQ(open_files(), before);
}

// Kills all connections again and again while counters are raised: what was acknowledged was done, nothing twice.
TEST(Fault, CommandsAreNeverRepeatedWhenConnectionsDie) {
  RedisServer server;
  AClient redis(server);
  AClient killer(server);
  int acknowledged = 0;
  int unknown = 0;
  int raised = 0;
  std::function<void()> raise = [&] {
    ++raised;
    redis.client->send(command({"INCR", "n"}), steady_clock::now() + 10s,
                       [&](const Reply& reply) { ++(reply ? acknowledged : unknown); });
  };
  const auto run = [&](auto work) {
    redis.loop.restart();
    work();
    redis.loop.run();
  };
  for (int round = 0; round < 100; ++round) {
    const int before = acknowledged;  // it is let live until it has connected again
    ASSERT_TRUE(becomes_true([&] {
      run(raise);
      return acknowledged > before;
    }));
    run([&] {
      for (int i = 0; i < 50; ++i) raise();
      redis.loop.poll();
      redis.loop.restart();
      killer.ask({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
    });
  }
  const int done = std::stoi(server.cli({"GET", "n"}));
  EXPECT_GE(done, acknowledged);
  EXPECT_LE(done, acknowledged + unknown);
  EXPECT_EQ(acknowledged + unknown, raised);
  EXPECT_GE(acknowledged, 100);
}

TEST(Fault, DeadlineHoldsForEachOfManyCommands) {
  RedisServer server;
  AClient redis(server);
  redis.ask({"PING"});
  server.stop();
  int timeouts = 0;
  steady_clock::duration latest{};
  for (int i = 0; i < 2000; ++i) {
    const auto deadline = steady_clock::now() + std::chrono::milliseconds(20 + i * 7 % 300);
    redis.client->send(command({"PING"}), deadline, [&, deadline](const Reply& reply) {
      timeouts += in_words(reply) == "<timeout>" ? 1 : 0;
      EXPECT_GE(steady_clock::now(), deadline);
      latest = std::max(latest, steady_clock::now() - deadline);
    });
  }
  redis.run();
  EXPECT_EQ(timeouts, 2000);
  EXPECT_LT(latest, margin);
  server.cont();
}

}  // namespace
}  // namespace weir::store::redis
