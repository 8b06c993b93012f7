// What a program counts, told to others over a real Redis.
#include <weir/analytics.hpp>

#include "analytics/query.hpp"
#include "analytics/sharing.hpp"
#include "limiter/store_handle.hpp"
#include "redis_server.hpp"
#include "store/due/due_work.hpp"
#include "store_user.hpp"

#include <weir/redis.hpp>
#include <weir/weir.hpp>

#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace weir {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using store::redis::becomes_true;
using store::redis::RedisServer;

std::shared_ptr<Store> store_at(const RedisServer& server, RedisLayout layout = RedisLayout::weir) {
  return redis_store("redis://" + server.address(), {.timeout = 10s, .layout = layout}).value();
}

// What somebody else on the same Redis finds of a limit.
analytics::Counts found(const RedisServer& server, const std::string& limit) {
  const auto store = store_at(server);
  analytics::Recorder recorder;
  recorder.configure(analytics::Terms{});
  const analytics::Sharing sharing(recorder, store->impl().room->records());
  const Instant now = limiter::now_of(nullptr);
  const auto at = std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count();
  analytics::Counts sum;
  recorder.look_at(at - 3'600'000, at + 60'000, now, [&](analytics::SeenSlices slices) {
    const auto usage = analytics::usage(slices, std::vector{limit}, at - 3'600'000, at + 60'000, 60'000);
    for (const analytics::Counts& point : usage.series.at(limit)) sum += point;
  });
  recorder.share(nullptr);
  return sum;
}

TEST(RedisAnalytics, OfAProgramAreFoundByOthers) {
  RedisServer server;
  const auto store = store_at(server);
  Limiter limiter(sliding_window(2, 1h), {.name = "per-user", .store = store, .deny = {"mallory"}});
  Analytics analytics(store);
  const auto counted = analytics.limit("per-user");
  for (const std::string user : {"ann", "ann", "ann", "mallory"}) counted.record(user, limiter.limit(user));
  EXPECT_EQ(found(server, "per-user"), analytics::Counts{});
  ASSERT_TRUE(analytics.flush(steady_clock::now() + 20s));
  ASSERT_TRUE(analytics.flush(steady_clock::now() + 20s));
  EXPECT_EQ(found(server, "per-user"), (analytics::Counts{.allowed = 2, .limited = 1, .denied = 1, .cost = 2}));
  EXPECT_EQ(analytics.dropped(), 0U);
  EXPECT_THAT(store::redis::keys_without_ttl(server), testing::Each(testing::HasSubstr("{shared}:settings")));
}

TEST(RedisAnalytics, AreDueBeforeAProcessStandsStill) {
  RedisServer server;
  const auto store = store_at(server);
  const Analytics analytics(store);
  analytics.limit("a").record("ann", Decision{.limit = 10});
  EXPECT_TRUE(becomes_true([&] {
    store::due_work().run(steady_clock::now() + 1s);
    return found(server, "a").allowed == 1;
  }));
}

TEST(RedisAnalytics, AreMadeUpForWhenRedisIsBackAndWaitForNoneThatIsAway) {
  RedisServer server;
  const auto store = store_at(server);
  Analytics analytics(store);
  const auto counted = analytics.limit("a");
  server.kill();
  counted.record("ann", Decision{.limit = 10});
  EXPECT_FALSE(analytics.flush(steady_clock::now() + 24h));  // or this test never ends
  server.start();
  EXPECT_TRUE(becomes_true([&] { return analytics.flush(steady_clock::now() + 1s); }));
  EXPECT_EQ(found(server, "a").allowed, 1);
}

TEST(RedisAnalytics, CountNothingThatNobodyDecided) {
  RedisServer server;
  const auto store = store_at(server);
  Analytics analytics(store);
  const auto counted = analytics.limit("a");
  counted.record("ann", Decision{.allowed = true, .degraded = true, .reason = Reason::store_down, .limit = {}});
  counted.record("ann", Decision{.allowed = false, .reason = Reason::id_conflict, .limit = {}});
  ASSERT_TRUE(analytics.flush(steady_clock::now() + 20s));
  EXPECT_EQ(found(server, "a"), analytics::Counts{});
}

TEST(RedisAnalytics, OfAMemoryStoreAreWrittenNowhere) {
  Analytics analytics(memory_store());
  analytics.limit("a").record("ann", Decision{.limit = 10});
  EXPECT_TRUE(analytics.flush(steady_clock::now()));
}

TEST(RedisAnalytics, RefuseWhatTheyCanNotDo) {
  RedisServer server;
  EXPECT_THROW(Analytics(store_at(server, RedisLayout::upstash)), std::invalid_argument);
  EXPECT_THROW(Analytics(nullptr), std::invalid_argument);
  EXPECT_THROW(Analytics(memory_store(), {.bucket = 10ms}), std::invalid_argument);
  EXPECT_THROW(Analytics(memory_store(), {.retention = 1s, .bucket = 1min}), std::invalid_argument);
  EXPECT_THROW(Analytics(memory_store(), {.top = 0}), std::invalid_argument);
}

}  // namespace
}  // namespace weir
