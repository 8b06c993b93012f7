// store_faults_test.cpp: the store while Redis is absent, killed, silent, emptied, full, forbidden or read only.
//
// The laws, in every scenario: no decision is later than the timeout; what Redis acknowledged is never more than the
// limit; no key of ours is left without a TTL; and when Redis is back, so is the store, without being made anew.
#include "redis_server.hpp"
#include "store_user.hpp"

#include <gmock/gmock.h>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace weir::store::redis {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto ages = std::chrono::hours(24 * 365 * 30);
constexpr auto timeout = 100ms;
// The machine may be busy: a thread that is not run, not a store that waits.
constexpr auto allowance = 2s;

class StoreFaults : public testing::Test {
 protected:
  StoreUser& user(std::string url = {}) {
    if (user_ == nullptr) {
      OpenOptions options;
      options.store.timeout = timeout;
      options.store.on_notice = [this](std::string_view sentence) {
        const std::scoped_lock lock(mutex_);
        notices_.emplace_back(sentence);
      };
      if (url.empty()) url = "redis://" + server_.address();
      user_ = std::make_unique<StoreUser>(StoreUser::of(url, std::move(options)));
      limit_ = user_->open("limit", fixed_window(1'000'000, ages));
      slots_ = user_->open("slots", concurrency(1000));
    }
    return *user_;
  }
  // One call, which is answered in time.
  Status ask(Key key = "k") {
    const auto start = std::chrono::steady_clock::now();
    const Answer answer = user().ask(*limit_, key);
    EXPECT_LT(std::chrono::steady_clock::now() - start, timeout + allowance);
    if (answer.status == Status::decided) ++decided_;
    return answer.status;
  }
  [[nodiscard]] bool decides(Key key = "k") {
    return becomes_true([&] { return ask(key) == Status::decided; });
  }
  [[nodiscard]] std::uint64_t errors(StoreError error) {
    return user().store().health().errors[static_cast<std::size_t>(error)];
  }
  [[nodiscard]] std::vector<std::string> notices() {
    const std::scoped_lock lock(mutex_);
    return notices_;
  }
  void expect_ttls(const RedisServer& server) { EXPECT_THAT(keys_without_ttl(server), IsEmpty()); }

  RedisServer server_{ServerSetup{.started = false}};
  std::mutex mutex_;
  std::vector<std::string> notices_;
  std::unique_ptr<StoreUser> user_;
  std::shared_ptr<const Space> limit_, slots_;
  int decided_ = 0;
};

TEST_F(StoreFaults, AbsentAtStartIsDownAtOnceAndFoundWhenItComes) {
  for (int i = 0; i < 5; ++i) EXPECT_NE(ask(), Status::decided);
  EXPECT_FALSE(user().store().health().up);
  EXPECT_THAT(user().store().health().last_error, testing::Not(IsEmpty()));
  server_.start();
  EXPECT_TRUE(decides());
  EXPECT_TRUE(user().store().health().up);
  EXPECT_EQ(notices().size(), 2U) << "down once, up once";
  expect_ttls(server_);
}

TEST_F(StoreFaults, KilledAndRestartedItIsFoundAgainWithinASecondOrSo) {
  server_.start();
  EXPECT_TRUE(decides());
  for (int round = 0; round < 3; ++round) {
    server_.kill();
    EXPECT_TRUE(becomes_true([&] { return ask() == Status::down; }));
    server_.start();
    EXPECT_TRUE(decides());
  }
  EXPECT_GE(user().store().health().reconnects, 3U);
  EXPECT_EQ(notices().size(), 6U);
  expect_ttls(server_);
}

TEST_F(StoreFaults, StoppedItNeitherHoldsACallNorComesBackTwice) {
  server_.start();
  EXPECT_TRUE(decides());
  server_.stop();
  EXPECT_EQ(ask(), Status::timeout);
  EXPECT_TRUE(becomes_true([&] { return ask() == Status::down; })) << "a silent server is not asked again and again";
  EXPECT_FALSE(user().store().health().up);
  server_.cont();
  EXPECT_TRUE(decides());
  expect_ttls(server_);
  // Each call was sent at most once: what Redis counted lies between what was answered and what was asked.
  const std::int64_t counted = 1'000'000 - user().remaining(*limit_, "k");
  EXPECT_GE(counted, decided_);
}

TEST_F(StoreFaults, CallsUnderWayWhenItIsKilledAreAllAnsweredInTime) {
  server_.start();
  EXPECT_TRUE(decides());
  std::atomic<int> answered = 0;
  std::atomic<bool> killed = false;
  std::vector<std::jthread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&, key = "k" + std::to_string(i)] {
      while (!killed) {
        const auto start = std::chrono::steady_clock::now();
        (void)user().ask(*limit_, key);
        EXPECT_LT(std::chrono::steady_clock::now() - start, timeout + allowance);
        ++answered;
      }
    });
  }
  EXPECT_TRUE(becomes_true([&] { return answered > 200; }));
  server_.kill();
  killed = true;
  callers.clear();
  server_.start();
  EXPECT_TRUE(decides());
  expect_ttls(server_);
}

TEST_F(StoreFaults, ScriptFlushIsNotNoticed) {
  server_.start();
  EXPECT_TRUE(decides());
  for (int i = 0; i < 3; ++i) {
    server_.cli({"SCRIPT", "FLUSH"});
    EXPECT_EQ(ask(), Status::decided);
    EXPECT_TRUE(all_allowed(user().hold("id" + std::to_string(i), {{slots_.get(), "s", 1}})));
    server_.cli({"SCRIPT", "FLUSH"});
    EXPECT_EQ(user().settle("id" + std::to_string(i), {0}), Settled{});
  }
  EXPECT_EQ(user().remaining(*limit_, "k"), 1'000'000 - decided_);
  EXPECT_THAT(notices(), IsEmpty());
  expect_ttls(server_);
}

TEST_F(StoreFaults, FlushAllForgetsCountsAndNothingElse) {
  server_.start();
  EXPECT_TRUE(decides());
  EXPECT_TRUE(all_allowed(user().hold("id", {{slots_.get(), "s", 1}})));
  server_.cli({"FLUSHALL"});
  EXPECT_EQ(user().settle("id", {0}), Settled(std::unexpected(SettleError::unknown)));
  EXPECT_EQ(user().remaining(*limit_, "k"), 1'000'000);
  EXPECT_EQ(ask(), Status::decided);
  expect_ttls(server_);
}

TEST_F(StoreFaults, KilledConnectionsAreMadeAnewAndNothingIsSentTwice) {
  server_.start();
  int asked = 0;
  for (int i = 0; i < 20; ++i) {
    if (i % 4 == 0) server_.cli({"CLIENT", "KILL", "TYPE", "normal"});
    (void)ask();
    ++asked;
  }
  EXPECT_TRUE(decides());
  const std::int64_t counted = 1'000'000 - user().remaining(*limit_, "k");
  EXPECT_GE(counted, decided_);
  EXPECT_LE(counted, asked + decided_);
  expect_ttls(server_);
}

TEST_F(StoreFaults, AWrongPasswordIsNoPermissionAndNoSecretIsSaid) {
  RedisServer guarded({"--requirepass", "right-secret"});
  user("redis://:wrong-secret@" + guarded.address());
  EXPECT_TRUE(becomes_true([&] { return ask() == Status::down; }));
  const StoreHealth health = user().store().health();
  EXPECT_FALSE(health.up);
  EXPECT_THAT(health.last_error, testing::Not(HasSubstr("secret")));
  guarded.cli({"-a", "right-secret", "CONFIG", "SET", "requirepass", "wrong-secret"});
  EXPECT_TRUE(decides());
}

TEST_F(StoreFaults, AnAclThatForbidsScriptsIsNoPermission) {
  RedisServer guarded(ServerSetup{.config = acl_user("gate", "secret", "+@all -evalsha -eval ~*")});
  user("redis://gate:secret@" + guarded.address());
  EXPECT_TRUE(becomes_true([&] { return errors(StoreError::no_permission) > 0 || ask() == Status::decided; }));
  EXPECT_GE(errors(StoreError::no_permission), 1U);
  guarded.cli({"ACL", "SETUSER", "gate", "+evalsha", "+eval"});
  EXPECT_TRUE(decides());
}

TEST_F(StoreFaults, FullAndForbiddenToEvictItSaysSoAndRecovers) {
  server_.start();
  EXPECT_TRUE(decides());
  server_.cli({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
  server_.cli({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_EQ(ask("another"), Status::down);
  EXPECT_GE(errors(StoreError::out_of_memory), 1U);
  EXPECT_FALSE(user().store().health().up);
  server_.cli({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_TRUE(decides("another"));
  EXPECT_TRUE(becomes_true([&] { return ask() == Status::decided && user().store().health().up; }));
  expect_ttls(server_);
}

TEST_F(StoreFaults, AKeyOfAnotherTypeHurtsItselfAloneAndIsLeftAlone) {
  server_.start();
  EXPECT_TRUE(decides());
  server_.cli({"HSET", "limit:{theirs}", "field", "value"});
  server_.cli({"SET", "limit:{text}", "not a number of ours"});
  EXPECT_EQ(ask("theirs"), Status::down);
  EXPECT_EQ(ask("text"), Status::down);
  EXPECT_GE(errors(StoreError::wrong_type), 2U);
  EXPECT_EQ(ask("ours"), Status::decided);
  EXPECT_TRUE(user().store().health().up);
  EXPECT_EQ(server_.cli({"HGET", "limit:{theirs}", "field"}), "value");
  EXPECT_EQ(server_.cli({"GET", "limit:{text}"}), "not a number of ours");
}

TEST_F(StoreFaults, AReplicaIsReadOnlyUntilItIsAMaster) {
  server_.start();
  RedisServer replica(replica_of(server_));
  user("redis://" + replica.address());
  EXPECT_NE(ask(), Status::decided);
  EXPECT_FALSE(user().store().health().up);
  replica.cli({"REPLICAOF", "NO", "ONE"});
  EXPECT_TRUE(decides());
  EXPECT_TRUE(becomes_true([&] { return ask() == Status::decided && user().store().health().up; }));
  expect_ttls(replica);
}

TEST_F(StoreFaults, WithoutAFreeConnectionItIsDownUntilThereIsOne) {
  server_.start();
  auto first = std::make_unique<StoreUser>(StoreUser::of("redis://" + server_.address()));
  const auto space = first->open("limit", fixed_window(10, ages));
  EXPECT_EQ(first->remaining(*space, "x"), 10);
  server_.cli({"CONFIG", "SET", "maxclients", "1"});
  EXPECT_TRUE(becomes_true([&] { return ask() == Status::down; }));
  EXPECT_EQ(first->remaining(*space, "x"), 10);
  first.reset();
  EXPECT_TRUE(decides());
}

TEST_F(StoreFaults, WhatRedisAcknowledgedIsNeverMoreThanTheLimitWhateverHappensMeanwhile) {
  server_.start();
  constexpr int limit = 300;
  constexpr int callers = 4;
  std::atomic<int> admitted = 0;
  std::atomic<int> done = 0;
  std::vector<std::jthread> all;
  user();
  for (int i = 0; i < callers; ++i) {
    all.emplace_back([&] {
      const StoreUser own = StoreUser::of("redis://" + server_.address());
      const auto space = own.open("hot", fixed_window(limit, ages));
      for (int call = 0; call < limit; ++call) {
        const Answer answer = own.ask(*space, "key");
        if (answer.status == Status::decided && answer.verdicts[0].allowed()) ++admitted;
      }
      ++done;
    });
  }
  while (done < callers) {
    server_.cli({"CLIENT", "KILL", "TYPE", "normal"});
    server_.cli({"SCRIPT", "FLUSH"});
    server_.stop();
    server_.cont();
  }
  all.clear();
  EXPECT_LE(admitted, limit);
  const auto space = user().open("hot", fixed_window(limit, ages));
  EXPECT_TRUE(decides());
  EXPECT_GE(limit - user().remaining(*space, "key"), admitted);
  expect_ttls(server_);
}

TEST(StoreAtTheEnd, TheThreadOfAStoreThatIsDroppedIsJoinedAtOnce) {
  RedisServer server;
  for (int i = 0; i < 5; ++i) {
    const StoreUser user = StoreUser::of("redis://" + server.address());
    const auto space = user.open("limit", fixed_window(10, ages));
    EXPECT_EQ(user.take(*space, std::to_string(i)).remaining, 9);
  }
  EXPECT_TRUE(becomes_true([&] { return server.cli({"CLIENT", "LIST"}).find('\n') == std::string::npos; }))
      << "their connections are closed";
}

TEST(StoreOnTheUsersExecutor, RunReturnsAfterTheLastDecisionWithTheConnectionOpen) {
  RedisServer server;
  boost::asio::io_context io;
  OpenOptions options = StoreUser::patient();
  auto opened = open_redis_store(io.get_executor(), "redis://" + server.address(), options);
  ASSERT_TRUE(opened);
  const auto& store = *opened;
  const auto space = store->open("limit", fixed_window(10, ages));
  io.run();
  EXPECT_EQ(store->health().reconnects, 0U) << "nothing is asked before the first call";
  const Check check{.space = space.get(), .key = "k", .cost = 1};
  std::vector<std::int64_t> remaining;
  for (int i = 0; i < 3; ++i) {
    store->decide({.checks = std::span(&check, 1), .now = wall_clock()},
                  [&](const Answer& answer) { remaining.push_back(answer.verdicts.at(0).remaining); });
    io.restart();
    io.run();
    EXPECT_THAT(server.cli({"CLIENT", "LIST"}), HasSubstr("name=weir ")) << "the connection stays";
  }
  EXPECT_THAT(remaining, ElementsAre(9, 8, 7));
}

}  // namespace
}  // namespace weir::store::redis
