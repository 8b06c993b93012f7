// Layout upstash on a Cluster, where a window's number decides the slot of its key.
#include "redis_cluster.hpp"
#include "redis_server.hpp"

#include "limiter/fake_clock.hpp"
#include "store/redis/resp/command.hpp"

#include <weir/asio.hpp>
#include <weir/limiter.hpp>
#include <weir/redis_asio.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace weir {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr Instant t0{std::chrono::milliseconds(1'763'800'020'000)};  // a minute starts there

class UpstashCluster : public testing::Test {
 protected:
  std::string url() { return "redis+cluster://" + cluster_.node(0).address(); }
  static RedisStoreOptions options() { return {.timeout = 5s, .layout = RedisLayout::upstash}; }
  Limiter limiter(const Rule& rule, const std::string& name, const std::shared_ptr<Store>& store) {
    return Limiter(
        rule,
        {.name = name, .store = store, .clock = &clock_, .prefix = name, .on_error = OnError::deny, .timeout = 5s});
  }

  limiter::FakeClock clock_{t0};
  store::redis::RedisCluster cluster_;
};

// One of limits, and twenty keys, so that all three masters have something to say.
TEST_F(UpstashCluster, LimitsOverSeveralSlotsAreChargedTogetherOrNotAtAll) {
  const auto store = redis_store(url(), options()).value();
  Limiter api = limiter(fixed_window(3, 1min), "api", store);
  Limiter bucket = limiter(token_bucket(1, 1min, 2), "bucket", store);
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
    if (store::redis::slot_of("api:" + id + ":" + std::to_string(window)) == slot) ids.push_back(std::move(id));
  }
  return ids;
}

// A window later a key lies in another slot: asked together, calls of two windows may not share a script call.
TEST_F(UpstashCluster, CallsOfTwoWindowsDoNotTravelTogether) {
  const std::vector<std::string> early = ids_in(7, 29'396'667, 10);
  const std::vector<std::string> late = ids_in(7, 29'396'668, 10);
  boost::asio::io_context io;
  const auto store = redis_store(io.get_executor(), url(), options()).value();
  Limiter api = limiter(fixed_window(3, 1min), "api", store);
  std::vector<Decision> decisions;
  const auto ask = [&](const std::string& id, Instant now) {
    clock_.set(now);
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
TEST_F(UpstashCluster, ARefusalSaysWhenAllOfItsLimitsPass) {
  const auto store = redis_store(url(), options()).value();
  Limiter one = limiter(token_bucket(1, 1min, 10), "one", store);
  Limiter other = limiter(token_bucket(1, 1min, 10), "other", store);
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

TEST_F(UpstashCluster, ReservationsAreRefusedAsOnOneServer) {
  const auto store = redis_store(url(), options()).value();
  Limiter api = limiter(fixed_window(10, 1min), "api", store);
  ASSERT_TRUE(api.limit("u"));
  const auto held = api.reserve("u", 5);
  ASSERT_FALSE(held);
  EXPECT_TRUE(held.error().degraded);
  EXPECT_EQ(api.remaining("u").remaining, 9);
}

TEST(UpstashOnACluster, ASlidingWindowNeedsAHashTag) {
  const auto store = redis_store("redis+cluster://127.0.0.1:1", {.layout = RedisLayout::upstash}).value();
  const auto made = Limiter::make(sliding_window(3, 1min), {.name = "api", .store = store, .prefix = "app"});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error(), HasSubstr("two slots"));
  EXPECT_TRUE(Limiter::make(sliding_window(3, 1min), {.name = "api", .store = store, .prefix = "{app}"}));
}

}  // namespace
}  // namespace weir
