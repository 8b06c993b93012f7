// Layout upstash through the whole way: limiter, store, client, a real server.
#include "redis_server.hpp"

#include "limiter/fake_clock.hpp"
#include "store/redis/upstash/keys.hpp"

#include <weir/limiter.hpp>
#include <weir/redis.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

  limiter::FakeClock clock_{t0};
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
  clock_.set(t0 + 59s);
  EXPECT_EQ(api.remaining("u").remaining, 0);
  clock_.set(t0 + 60s);
  EXPECT_EQ(api.remaining("u").remaining, 5);
}

TEST_F(UpstashStore, BlocksUntilTheCallPasses) {
  Limiter api = limiter(sliding_window(10, 1min));
  EXPECT_TRUE(api.limit("u", 10));
  clock_.set(t0 + 30s);
  EXPECT_TRUE(api.block_until_ready("u", 40s));
  EXPECT_EQ(clock_.now(), t0 + 60s + 1ms);  // then the window before weighs 9
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
  clock_.advance(1s);
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

// As when a changed weir.yaml is applied.
TEST_F(UpstashStore, WhatALimiterMeansToItsPrefixOutlivesTheOneWhosePlaceItTakes) {
  cli({"SET", "app:dynamic:global", "3"});
  auto old = std::make_unique<Limiter>(limiter(fixed_window(10, 1min)));
  auto old_inner = std::make_unique<Limiter>(limiter(fixed_window(10, 1min), "app:login"));
  Limiter api = limiter(fixed_window(10, 1min));
  Limiter inner = limiter(fixed_window(10, 1min), "app:login");
  old.reset();
  old_inner.reset();
  ASSERT_TRUE(api.set_rate("vip", fixed_window(100, 1min)));
  EXPECT_EQ(api.limit("vip").limit, 100);
  EXPECT_EQ(api.limit("u").limit, 3);
  EXPECT_TRUE(inner.limit("u"));
  ASSERT_TRUE(api.reset_all());
  EXPECT_EQ(cli({"GET", "app:login:u:29396667"}), "1");
}

TEST_F(UpstashStore, TheDynamicLimitStandsInThePlaceOfAChangedRate) {
  cli({"SET", "app:dynamic:global", "3"});
  auto old = std::make_unique<Limiter>(limiter(fixed_window(10, 1min)));
  Limiter api(fixed_window(20, 1min), {.name = "api",
                                       .store = store_,
                                       .clock = &clock_,
                                       .prefix = "app",
                                       .overrides = {{.pattern = "vip", .rule = fixed_window(10, 1min)}},
                                       .timeout = 5s});
  old.reset();
  EXPECT_EQ(api.limit("u").limit, 3);
  EXPECT_EQ(api.limit("vip").limit, 10);
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

}  // namespace
}  // namespace weir
