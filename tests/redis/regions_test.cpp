// Limits over two regions, each a real server, of which one stops, dies and comes back.
#include "redis_server.hpp"

#include <weir/limiter.hpp>
#include <weir/redis.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace weir::store::redis {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr auto timeout = 1s;

class TwoRegions : public testing::Test {
 protected:
  RedisServer near{{"--appendonly", "yes", "--appendfsync", "always"}};
  RedisServer far{{"--appendonly", "yes", "--appendfsync", "always"}};

  static std::string url(const RedisServer& server) { return "redis://" + server.address(); }
  static std::shared_ptr<weir::Store> over(const RedisServer& one, const RedisServer& other) {
    return weir::redis_store(url(one), {.timeout = timeout, .regions = {url(other)}}).value();
  }
  std::shared_ptr<weir::Store> store = over(near, far);
  Limiter limiter{fixed_window(1000, std::chrono::hours(24 * 365)), {.name = "t", .store = store}};

  // As its value says; 0 when it has none, -1 while it is loading.
  static long counted(const RedisServer& server, const std::string& key = "u") {
    std::string value = server.cli({"GET", "weir:t:{" + key + "}"});
    value.resize(std::min(value.size(), value.find(" *")));  // a stamp
    if (value.empty()) return 0;
    return value.starts_with("f365d ") ? std::stol(value.substr(value.rfind(' '))) : -1;
  }
  // What a region missed goes with the answers of decisions.
  bool come_to(long units) {
    return becomes_true([&] {
      (void)limiter.limit("any", 0);
      return counted(near) == units && counted(far) == units;
    });
  }
};

TEST_F(TwoRegions, BothCount) {
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(limiter.limit("u").allowed);
  EXPECT_TRUE(come_to(10));
}

TEST_F(TwoRegions, OneThatStopsDelaysNobodyAndCatchesUp) {
  EXPECT_TRUE(limiter.limit("u").allowed);
  ASSERT_TRUE(come_to(1));
  far.stop();
  const int calls = 200;
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < calls; ++i) {
    const Decision decision = limiter.limit("u");
    EXPECT_TRUE(decision.allowed);
    EXPECT_EQ(decision.reason, Reason::ok);
  }
  // Had each waited for the other region, this would have taken calls * timeout.
  EXPECT_LT(std::chrono::steady_clock::now() - began, calls * timeout / 4);
  EXPECT_EQ(counted(near), 1 + calls);
  EXPECT_TRUE(becomes_true([&] {
    (void)limiter.limit("any", 0);
    return store->health().last_error.starts_with("region 2 (redis://" + far.address());
  })) << store->health().last_error;
  EXPECT_TRUE(store->health().up);
  far.cont();
  // What it had in its buffers when it stopped, it may have counted as well as been charged for.
  EXPECT_TRUE(becomes_true([&] {
    (void)limiter.limit("any", 0);
    return counted(far) >= 1 + calls && store->health().last_error.empty();
  }));
  EXPECT_LE(counted(far), 1 + 2 * calls);
  EXPECT_EQ(counted(near), 1 + calls);
}

TEST_F(TwoRegions, OneThatIsKilledIsMissedByNobodyAndCatchesUpExactly) {
  EXPECT_TRUE(limiter.limit("u", 2).allowed);
  ASSERT_TRUE(come_to(2));
  near.kill();
  ASSERT_TRUE(becomes_true([&] {
    (void)limiter.limit("any", 0);
    return !store->health().last_error.empty();
  }));
  for (int i = 0; i < 50; ++i) EXPECT_EQ(limiter.limit("u").reason, Reason::ok);
  EXPECT_EQ(counted(far), 52);
  near.start();
  EXPECT_TRUE(come_to(52));
}

TEST_F(TwoRegions, WhatIsHeldWhileOneIsDownIsSettledInBoth) {
  far.kill();
  ASSERT_TRUE(becomes_true([&] {
    (void)limiter.limit("any", 0);
    return !store->health().last_error.empty();
  }));
  auto reservation = limiter.reserve("u", 10, {.lease = 1min});
  ASSERT_TRUE(reservation);
  EXPECT_TRUE(reservation->settle(4));
  far.start();
  EXPECT_TRUE(come_to(4));
}

TEST_F(TwoRegions, CallersNearDifferentRegionsShareOneLimit) {
  const auto elsewhere = over(far, near);
  Limiter other{fixed_window(1000, std::chrono::hours(24 * 365)), {.name = "t", .store = elsewhere}};
  for (int i = 0; i < 100; ++i) {
    (void)limiter.limit("u", 7);
    (void)other.limit("u", 7);
  }
  EXPECT_FALSE(limiter.limit("u", 7).allowed);
  EXPECT_TRUE(becomes_true([&] {
    (void)limiter.limit("any", 0);
    (void)other.limit("any", 0);
    return counted(near) == counted(far);
  }));
  EXPECT_LE(counted(near), 1000 + 7);  // one call was under way to the other region
}

TEST_F(TwoRegions, WhatIsSetWhileOneIsDownIsSetThereWhenItIsBack) {
  EXPECT_TRUE(limiter.limit("u").allowed);
  ASSERT_TRUE(come_to(1));
  far.kill();
  ASSERT_TRUE(limiter.set_rate(fixed_window(5, std::chrono::hours(24 * 365))));
  EXPECT_THAT(near.cli({"HVALS", "weir:{shared}:settings"}), HasSubstr("v1 5 per "));
  far.start();
  EXPECT_TRUE(becomes_true([&] {
    (void)limiter.limit("any", 0);
    return far.cli({"HVALS", "weir:{shared}:settings"}) == near.cli({"HVALS", "weir:{shared}:settings"});
  }));
}

}  // namespace
}  // namespace weir::store::redis
