// Mode cached: windows that are counted in the process and charged in Redis behind the answer, as cachedFixedWindow.
#include "redis_server.hpp"

#include "limiter/fake_clock.hpp"

#include <weir/asio.hpp>
#include <weir/limiter.hpp>
#include <weir/redis_asio.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace weir {
namespace {

using namespace std::chrono_literals;
using store::redis::becomes_true;
using store::redis::RedisServer;
using testing::HasSubstr;

constexpr Instant t0{std::chrono::milliseconds(1'763'800'020'000)};  // a minute starts there
constexpr const char* counter = "app:u:29396667";

class UpstashCached : public testing::Test {
 protected:
  Limiter limiter(const Rule& rule = fixed_window(10, 1min)) {
    return Limiter(rule, {.name = "api",
                          .store = store_,
                          .clock = &clock_,
                          .prefix = "app",
                          .mode = Mode::cached,
                          .on_error = OnError::deny,
                          .timeout = 5s,
                          .rejection_cache = 0});
  }
  std::string cli(std::vector<std::string> words) { return server_.cli(std::move(words)); }
  [[nodiscard]] bool becomes(const char* key, const std::string& value) {
    return becomes_true([&] { return cli({"GET", key}) == value; });
  }

  limiter::FakeClock clock_{t0};
  RedisServer server_;
  std::shared_ptr<Store> store_ =
      redis_store("redis://" + server_.address(), {.timeout = 5s, .layout = RedisLayout::upstash}).value();
};

TEST_F(UpstashCached, WhatIsAllowedHereIsChargedInRedis) {
  Limiter api = limiter();
  for (int left = 9; left >= 0; --left) {
    const Decision decision = api.limit("u");
    EXPECT_EQ(decision.reason, Reason::ok);
    EXPECT_EQ(decision.remaining, left);
    EXPECT_EQ(decision.reset, t0 + 1min);
  }
  EXPECT_TRUE(becomes(counter, "10"));
  EXPECT_NE(cli({"PTTL", counter}), "-1");
  const Decision refused = api.limit("u");
  EXPECT_EQ(refused.reason, Reason::limited);
  EXPECT_EQ(refused.remaining, 0);
  EXPECT_EQ(refused.retry_after, 1min);
}

TEST_F(UpstashCached, AKeyThatIsKnownNeedsNoRedisToBeDecided) {
  Limiter api = limiter();
  ASSERT_TRUE(api.limit("u"));
  server_.stop();
  for (int i = 0; i < 9; ++i) {
    const Decision decision = api.limit("u");
    EXPECT_TRUE(decision.allowed && !decision.degraded);
  }
  EXPECT_EQ(api.limit("u").reason, Reason::limited);
  server_.cont();
  EXPECT_TRUE(becomes(counter, "10"));
}

TEST_F(UpstashCached, ARefusalIsNotCountedAnywhere) {
  Limiter api = limiter();
  EXPECT_TRUE(api.limit("u", 8));
  EXPECT_FALSE(api.limit("u", 5));
  EXPECT_EQ(api.limit("u", 11).reason, Reason::cost_above_limit);
  EXPECT_TRUE(api.limit("u", 2));
  EXPECT_TRUE(becomes(counter, "10"));
}

TEST_F(UpstashCached, AnotherWindowIsAskedForAnew) {
  Limiter api = limiter();
  EXPECT_TRUE(api.limit("u", 10));
  EXPECT_FALSE(api.limit("u"));
  cli({"SET", "app:u:29396668", "4", "PX", "60000"});
  clock_.advance(1min);
  EXPECT_EQ(api.limit("u").remaining, 5);
}

// With the answer to the next charge.
TEST_F(UpstashCached, WhatOthersCountIsSeenBehindTheAnswer) {
  Limiter api = limiter();
  EXPECT_EQ(api.limit("u").remaining, 9);
  cli({"INCRBY", counter, "7"});
  EXPECT_EQ(api.limit("u").remaining, 8);
  EXPECT_TRUE(becomes(counter, "9"));
  EXPECT_TRUE(becomes_true([&] { return api.limit("u", 9).remaining == 1; }));  // refused either way
  EXPECT_TRUE(api.limit("u"));
  EXPECT_TRUE(becomes(counter, "10"));
}

TEST_F(UpstashCached, ARefundIsSeenByTheNextCall) {
  Limiter api = limiter();
  EXPECT_TRUE(api.limit("u", 10));
  EXPECT_FALSE(api.limit("u"));
  EXPECT_TRUE(api.limit("u", -4));
  EXPECT_EQ(api.limit("u").remaining, 3);
}

TEST_F(UpstashCached, AResetForgetsWhatIsCountedHere) {
  Limiter api = limiter();
  EXPECT_TRUE(api.limit("u", 10));
  ASSERT_TRUE(api.reset("u"));
  EXPECT_EQ(api.limit("u").remaining, 9);
  EXPECT_TRUE(api.limit("u", 9));
  ASSERT_TRUE(becomes(counter, "10"));
  ASSERT_TRUE(api.reset_all());
  EXPECT_EQ(api.limit("u").remaining, 9);
}

TEST_F(UpstashCached, TheDynamicLimitHolds) {
  cli({"SET", "app:dynamic:global", "3"});
  Limiter api = limiter();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(api.limit("u").limit, 3);
  EXPECT_EQ(api.limit("u").reason, Reason::limited);
}

TEST_F(UpstashCached, WhoIsDeniedIsNotCountedHere) {
  cli({"SADD", "app:denyList:all", "u"});
  Limiter api = limiter();
  EXPECT_EQ(api.limit("u").reason, Reason::denied);
  EXPECT_EQ(api.limit("u").reason, Reason::denied);
  cli({"SREM", "app:denyList:all", "u"});
  EXPECT_EQ(api.limit("u").remaining, 9);
}

TEST_F(UpstashCached, CallsOverSeveralLimitsAreDecidedInRedisAndKnownHere) {
  Limiter api = limiter();
  Limiter other(fixed_window(10, 1min),
                {.name = "other", .store = store_, .clock = &clock_, .prefix = "other", .timeout = 5s});
  EXPECT_TRUE(api.limit("u"));
  EXPECT_TRUE(limit_all({{api, "u", 4}, {other, "u", 4}}));
  EXPECT_EQ(api.limit("u").remaining, 4);
  EXPECT_FALSE(limit_all({{api, "u", 4}, {other, "u", 7}}));
  EXPECT_TRUE(becomes(counter, "6"));
}

// The loop of a program ends when the charge is answered.
TEST_F(UpstashCached, AChargeIsNotLostWithTheUsersLoop) {
  boost::asio::io_context io;
  const auto store =
      redis_store(io.get_executor(), "redis://" + server_.address(), {.timeout = 5s, .layout = RedisLayout::upstash})
          .value();
  Limiter api(fixed_window(10, 1min),
              {.name = "api", .store = store, .clock = &clock_, .prefix = "app", .mode = Mode::cached, .timeout = 5s});
  for (int i = 0; i < 3; ++i) {
    api.async_limit("u", boost::asio::bind_executor(io, [](const Decision& made) { EXPECT_TRUE(made); }));
    io.restart();
    io.run();
  }
  EXPECT_EQ(cli({"GET", counter}), "3");
}

TEST_F(UpstashCached, OtherLimitsHaveNoSuchMode) {
  const auto why = [&](const Rule& rule, std::shared_ptr<Store> store) {
    return Limiter::make(rule, {.name = "x", .store = std::move(store), .mode = Mode::cached}).error();
  };
  EXPECT_THAT(why(sliding_window(10, 1min), store_), HasSubstr("for fixed_window"));
  EXPECT_THAT(why(fixed_window(10, 1min), redis_store("redis://" + server_.address()).value()),
              HasSubstr("layout upstash"));
  EXPECT_THAT(why(fixed_window(10, 1min), nullptr), HasSubstr("layout upstash"));
}

}  // namespace
}  // namespace weir
