// Layout upstash through the whole way: limiter, store, client, a real server.
#include "redis_cluster.hpp"
#include "redis_server.hpp"

#include "store/redis/resp/command.hpp"
#include "store/redis/upstash/keys.hpp"

#include <weir/asio.hpp>
#include <weir/limiter.hpp>
#include <weir/redis_asio.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace weir {
namespace {

using namespace std::chrono_literals;
using store::redis::RedisServer;
using testing::HasSubstr;

constexpr Instant t0{std::chrono::milliseconds(1'763'800'020'000)};  // a minute starts there

class FixedClock final : public Clock {
 public:
  Instant now() noexcept override { return time; }
  void sleep_until(Instant until) override { time = std::max(time, until); }
  Instant time = t0;
};

class UpstashStore : public testing::Test {
 protected:
  Limiter limiter(const Rule& rule, const std::string& prefix = "app") {
    return Limiter(rule, {.name = prefix == "app" ? "api" : "other",
                          .store = store_,
                          .clock = &clock_,
                          .prefix = prefix,
                          .timeout = 5s});
  }
  std::string cli(std::vector<std::string> words) { return server_.cli(std::move(words)); }

  FixedClock clock_;
  RedisServer server_;
  std::shared_ptr<Store> store_ =
      redis_store("redis://" + server_.address(), {.timeout = 5s, .layout = RedisLayout::upstash}).value();
};

TEST_F(UpstashStore, CountsInThePackagesKeys) {
  Limiter api = limiter(fixed_window(10, 1min));
  EXPECT_EQ(api.limit("u", 3).remaining, 7);
  EXPECT_EQ(cli({"GET", "app:u:29396667"}), "3");
  EXPECT_EQ(api.limit("u").reset, t0 + 1min);
  EXPECT_EQ(api.limit(42).remaining, 9);
  EXPECT_EQ(cli({"GET", "app:42:29396667"}), "1");
}

TEST_F(UpstashStore, AFixedWindowOfJavaScriptGoesOn) {
  cli({"SET", "app:u:29396667", "9", "PX", "60000"});
  Limiter api = limiter(fixed_window(10, 1min));
  EXPECT_TRUE(api.limit("u"));
  EXPECT_FALSE(api.limit("u"));
}

// Its cache, in the package, blocks the 1 after the 5.
TEST_F(UpstashStore, ARememberedRefusalStandsForCallsOfAtLeastItsCost) {
  Limiter api = limiter(token_bucket(1, 1min, 10));
  EXPECT_TRUE(api.limit("u", 8));
  EXPECT_EQ(api.limit("u", 5).reason, Reason::limited);
  EXPECT_EQ(api.limit("u", 6).reason, Reason::cached);
  EXPECT_EQ(api.limit("u", 1).reason, Reason::ok);
}

TEST_F(UpstashStore, ATokenBucketRefillsInWholeIntervals) {
  Limiter api = limiter(token_bucket(5, 1min, 10));
  EXPECT_TRUE(api.limit("u", 10));
  clock_.time = t0 + 59s;
  EXPECT_EQ(api.remaining("u").remaining, 0);
  clock_.time = t0 + 60s;
  EXPECT_EQ(api.remaining("u").remaining, 5);
}

TEST_F(UpstashStore, BlocksUntilTheCallPasses) {
  Limiter api = limiter(sliding_window(10, 1min));
  EXPECT_TRUE(api.limit("u", 10));
  clock_.time = t0 + 30s;
  EXPECT_TRUE(api.block_until_ready("u", 40s));
  EXPECT_EQ(clock_.time, t0 + 60s + 1ms);  // then the window before weighs 9
}

TEST_F(UpstashStore, WhoIsOnTheSharedListIsDenied) {
  cli({"SADD", "app:denyList:all", "mallory"});
  Limiter api = limiter(fixed_window(10, 1min));
  EXPECT_EQ(api.limit("mallory").reason, Reason::denied);
  EXPECT_TRUE(api.limit("alice"));
  EXPECT_EQ(cli({"EXISTS", "app:mallory:29396667"}), "0");
}

// Until then it costs no round trip.
TEST_F(UpstashStore, WhoLeavesTheListPassesWithinASecond) {
  cli({"SADD", "app:denyList:all", "mallory"});
  Limiter api = limiter(fixed_window(10, 1min));
  EXPECT_EQ(api.limit("mallory", 5).reason, Reason::denied);
  cli({"SREM", "app:denyList:all", "mallory"});
  EXPECT_EQ(api.limit("mallory").reason, Reason::denied);
  EXPECT_EQ(api.limit("alice").reason, Reason::ok);
  clock_.time += 1s;
  EXPECT_EQ(api.limit("mallory").reason, Reason::ok);
}

TEST_F(UpstashStore, WhomAnotherLimiterDeniesPassesHere) {
  cli({"SADD", "app:denyList:all", "mallory"});
  Limiter api = limiter(fixed_window(10, 1min));
  Limiter other = limiter(fixed_window(10, 1min), "other");
  EXPECT_EQ(api.limit("mallory").reason, Reason::denied);
  EXPECT_EQ(other.limit("mallory").reason, Reason::ok);
}

TEST_F(UpstashStore, TheDynamicLimitStandsInThePlaceOfTheRateButNotOfOverrides) {
  cli({"SET", "app:dynamic:global", "3"});
  Limiter api(fixed_window(10, 1min), {.name = "api",
                                       .store = store_,
                                       .clock = &clock_,
                                       .prefix = "app",
                                       .overrides = {{.pattern = "vip", .rule = fixed_window(100, 1min)}},
                                       .timeout = 5s});
  EXPECT_EQ(api.limit("u").limit, 3);
  EXPECT_EQ(api.limit("vip").limit, 100);
}

TEST_F(UpstashStore, SeveralLimitsAreOneDecision) {
  Limiter api = limiter(fixed_window(10, 1min));
  Limiter other = limiter(token_bucket(1, 1min, 2), "other");
  EXPECT_TRUE(limit_all({{api, "u", 1}, {other, "u", 2}}));
  EXPECT_FALSE(limit_all({{api, "u", 1}, {other, "u", 1}}));
  EXPECT_EQ(cli({"GET", "app:u:29396667"}), "1");
}

TEST_F(UpstashStore, AResetTakesTheKeyAlone) {
  Limiter api = limiter(fixed_window(10, 1min));
  for (const char* id : {"a", "a:b"}) EXPECT_TRUE(api.limit(id, 10));
  EXPECT_TRUE(api.reset("a"));
  EXPECT_TRUE(api.limit("a"));
  EXPECT_FALSE(api.limit("a:b"));
}

TEST_F(UpstashStore, AResetOfAllLeavesSettingsAndOtherLimits) {
  Limiter api = limiter(fixed_window(10, 1min));
  Limiter inner = limiter(fixed_window(10, 1min), "app:login");
  for (int i = 0; i < 5000; ++i) EXPECT_TRUE(api.limit(std::to_string(i)));
  EXPECT_TRUE(inner.limit("u"));
  cli({"SET", "app:dynamic:global", "20"});
  cli({"SET", "ap:u:1", "1"});
  ASSERT_TRUE(api.reset_all());
  EXPECT_EQ(cli({"GET", "app:dynamic:global"}), "20");
  EXPECT_EQ(cli({"GET", "app:login:u:29396667"}), "1");
  EXPECT_EQ(cli({"EXISTS", "ap:u:1"}), "1");
  EXPECT_EQ(cli({"EXISTS", "app:17:29396667"}), "0");
  EXPECT_EQ(api.limit("17").remaining, 19);
}

TEST_F(UpstashStore, ReservationsAreRefused) {
  Limiter api(
      fixed_window(10, 1min),
      {.name = "api", .store = store_, .clock = &clock_, .prefix = "app", .on_error = OnError::deny, .timeout = 5s});
  const auto held = api.reserve("u", 5);
  ASSERT_FALSE(held);
  EXPECT_TRUE(held.error().degraded);
  EXPECT_EQ(cli({"EXISTS", "app:u:29396667"}), "0");
}

TEST_F(UpstashStore, AValueOfAnotherTypeFailsItsCallAlone) {
  cli({"SADD", "app:u:29396667", "x"});
  Limiter api(
      fixed_window(10, 1min),
      {.name = "api", .store = store_, .clock = &clock_, .prefix = "app", .on_error = OnError::deny, .timeout = 5s});
  EXPECT_EQ(api.limit("u").reason, Reason::store_down);
  EXPECT_TRUE(api.limit("v"));
}

// In the package an answer that is late is a success, and says so.
TEST_F(UpstashStore, WhatRedisDoesNotAnswerIsForOnErrorToDecide) {
  const auto late =
      redis_store("redis://" + server_.address(), {.timeout = 50ms, .layout = RedisLayout::upstash}).value();
  Limiter api(
      fixed_window(10, 1min),
      {.name = "api", .store = late, .clock = &clock_, .prefix = "app", .on_error = OnError::allow, .timeout = 50ms});
  EXPECT_TRUE(store::redis::becomes_true([&] { return api.limit("u", 0).reason == Reason::ok; }));
  server_.stop();
  const Decision decision = api.limit("u");
  server_.cont();
  EXPECT_TRUE(decision.allowed && decision.degraded);
  EXPECT_EQ(decision.reason, Reason::store_timeout);
}

TEST_F(UpstashStore, RulesThatThePackageLacksAreRefused) {
  const auto made = Limiter::make(gcra(10, 1min), {.name = "api", .store = store_, .prefix = "app"});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error(), HasSubstr("layout upstash has no gcra"));
}

TEST_F(UpstashStore, EveryKeyHasATtl) {
  Limiter fixed = limiter(fixed_window(10, 1min));
  Limiter bucket = limiter(token_bucket(1, 1min, 10), "other");
  for (const std::int64_t cost : {1, 20, 0, -1, -5, 3}) {
    (void)fixed.limit("u", {.cost = cost, .id = "id" + std::to_string(cost)});
    (void)bucket.limit("u", cost);
  }
  std::istringstream keys(cli({"--scan"}));
  int seen = 0;
  for (std::string key; std::getline(keys, key); ++seen) EXPECT_NE(cli({"PTTL", key}), "-1") << key;
  EXPECT_GE(seen, 8);
}

// One of limits, and twenty keys, so that all three masters have something to say.
TEST(UpstashCluster, LimitsOverSeveralSlotsAreChargedTogetherOrNotAtAll) {
  store::redis::RedisCluster cluster;
  FixedClock clock;
  const auto store =
      redis_store("redis+cluster://" + cluster.node(0).address(), {.timeout = 5s, .layout = RedisLayout::upstash})
          .value();
  Limiter api(
      fixed_window(3, 1min),
      {.name = "api", .store = store, .clock = &clock, .prefix = "app", .on_error = OnError::deny, .timeout = 5s});
  Limiter bucket(token_bucket(1, 1min, 2), {.name = "bucket",
                                            .store = store,
                                            .clock = &clock,
                                            .prefix = "bucket",
                                            .on_error = OnError::deny,
                                            .timeout = 5s});
  for (int i = 0; i < 20; ++i) {
    const std::string id = "user" + std::to_string(i);
    EXPECT_TRUE(limit_all({{api, id, 1}, {bucket, id, 2}}));
    const AllDecision refused = limit_all({{api, id, 1}, {bucket, id, 1}});
    EXPECT_FALSE(refused);
    EXPECT_EQ(refused.decisions[1].reason, Reason::limited);
    EXPECT_FALSE(refused.decisions[0].degraded || refused.decisions[1].degraded);
    EXPECT_TRUE(store::redis::becomes_true([&] { return api.remaining(id).remaining == 2; })) << id;
    EXPECT_TRUE(api.reset(id));
    EXPECT_EQ(api.remaining(id).remaining, 3);
  }
}

// Ids whose key of a window lies in the slot.
std::vector<std::string> ids_in(store::redis::Slot slot, std::int64_t window, std::size_t count) {
  std::vector<std::string> ids;
  for (int number = 0; ids.size() < count; ++number) {
    std::string id = "user" + std::to_string(number);
    if (store::redis::slot_of("app:" + id + ":" + std::to_string(window)) == slot) ids.push_back(std::move(id));
  }
  return ids;
}

// A window later a key lies in another slot: asked together, calls of two windows may not share a script call.
TEST(UpstashCluster, CallsOfTwoWindowsDoNotTravelTogether) {
  const std::vector<std::string> early = ids_in(7, 29'396'667, 10);
  const std::vector<std::string> late = ids_in(7, 29'396'668, 10);
  store::redis::RedisCluster cluster;
  boost::asio::io_context io;
  FixedClock clock;
  const auto store = redis_store(io.get_executor(), "redis+cluster://" + cluster.node(0).address(),
                                 {.timeout = 5s, .layout = RedisLayout::upstash})
                         .value();
  Limiter api(
      fixed_window(3, 1min),
      {.name = "api", .store = store, .clock = &clock, .prefix = "app", .on_error = OnError::deny, .timeout = 5s});
  std::vector<Decision> decisions;
  const auto ask = [&](const std::string& id, Instant now) {
    clock.time = now;
    api.async_limit(id,
                    boost::asio::bind_executor(io, [&](const Decision& decision) { decisions.push_back(decision); }));
  };
  ask("first", t0);  // for a moment settings are known then, so that each call goes out when it is made
  io.run();
  for (std::size_t i = 0; i < early.size(); ++i) {
    ask(early[i], t0 + 1min - 1ms);
    ask(late[i], t0 + 1min);
  }
  io.restart();
  io.run();
  ASSERT_EQ(decisions.size(), 21U);
  for (const Decision& decision : decisions) EXPECT_EQ(decision.reason, Reason::ok);
  ask(late.front(), t0 + 1min);
  io.restart();
  io.run();
  EXPECT_EQ(decisions.back().remaining, 1);
}

// Whichever slot comes first refuses; of the other it is asked when the call would pass, too.
TEST(UpstashCluster, ARefusalSaysWhenAllOfItsLimitsPass) {
  store::redis::RedisCluster cluster;
  FixedClock clock;
  const auto store =
      redis_store("redis+cluster://" + cluster.node(0).address(), {.timeout = 5s, .layout = RedisLayout::upstash})
          .value();
  const auto bucket = [&](const std::string& name) {
    return Limiter(
        token_bucket(1, 1min, 10),
        {.name = name, .store = store, .clock = &clock, .prefix = name, .on_error = OnError::deny, .timeout = 5s});
  };
  Limiter one = bucket("one");
  Limiter other = bucket("other");
  for (int i = 0; i < 20; ++i) {
    const std::string id = "user" + std::to_string(i);
    EXPECT_TRUE(one.limit(id, 5));
    EXPECT_TRUE(other.limit(id, 5));
    const AllDecision refused = limit_all({{one, id, 7}, {other, id, 8}});
    EXPECT_EQ(refused.decisions[0].retry_after, 2min) << id;
    EXPECT_EQ(refused.decisions[1].retry_after, 3min) << id;
    EXPECT_EQ(refused.retry_after, 3min);
    EXPECT_EQ(one.remaining(id).remaining, 5);
    EXPECT_EQ(other.remaining(id).remaining, 5);
  }
}

TEST(UpstashCluster, ReservationsAreRefusedAsOnOneServer) {
  store::redis::RedisCluster cluster;
  FixedClock clock;
  const auto store =
      redis_store("redis+cluster://" + cluster.node(0).address(), {.timeout = 5s, .layout = RedisLayout::upstash})
          .value();
  Limiter api(
      fixed_window(10, 1min),
      {.name = "api", .store = store, .clock = &clock, .prefix = "app", .on_error = OnError::deny, .timeout = 5s});
  ASSERT_TRUE(api.limit("u"));
  const auto held = api.reserve("u", 5);
  ASSERT_FALSE(held);
  EXPECT_TRUE(held.error().degraded);
  EXPECT_EQ(api.remaining("u").remaining, 9);
}

TEST(UpstashCluster, ASlidingWindowNeedsAHashTag) {
  const auto store = redis_store("redis+cluster://127.0.0.1:1", {.layout = RedisLayout::upstash}).value();
  const auto made = Limiter::make(sliding_window(3, 1min), {.name = "api", .store = store, .prefix = "app"});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error(), HasSubstr("two slots"));
  EXPECT_TRUE(Limiter::make(sliding_window(3, 1min), {.name = "api", .store = store, .prefix = "{app}"}));
}

}  // namespace
}  // namespace weir
