// What only one of all processes may do, on a real server.
#include "store/once.hpp"

#include "redis_server.hpp"
#include "store/redis/store/open_store.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>

namespace weir::store::redis {
namespace {

using namespace std::chrono_literals;

std::shared_ptr<Store> store_at(const RedisServer& server) {
  return open_redis_store("redis://" + server.address(), {}).value();
}

Claim claimed(Store& store, std::string_view name, Nanos lasts = 60s) {
  std::promise<Claim> claim;
  store.once()->claim(name, lasts, [&](Claim answer) { claim.set_value(answer); });
  return claim.get_future().get();
}

TEST(RedisOnce, IsTheFirstProcessToAsk) {
  RedisServer server;
  const auto one = store_at(server);
  const auto other = store_at(server);
  EXPECT_EQ(claimed(*other, "a"), Claim::ours);
  EXPECT_EQ(claimed(*one, "a"), Claim::taken);
  EXPECT_EQ(claimed(*other, "a"), Claim::taken);
  EXPECT_EQ(claimed(*one, "b"), Claim::ours);
}

TEST(RedisOnce, NamesAreData) {
  RedisServer server;
  const auto store = store_at(server);
  const std::string name("\0 \r\n{x}\xFF", 8);
  EXPECT_EQ(claimed(*store, name), Claim::ours);
  EXPECT_EQ(claimed(*store, name), Claim::taken);
}

TEST(RedisOnce, AClaimEndsByItself) {
  RedisServer server;
  const auto store = store_at(server);
  ASSERT_EQ(claimed(*store, "a", 1ms), Claim::ours);
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (claimed(*store, "a", 60s) != Claim::ours) ASSERT_LT(std::chrono::steady_clock::now(), deadline);
}

TEST(RedisOnce, NobodyKnowsWhileRedisIsAway) {
  auto server = std::make_unique<RedisServer>();
  const auto store = store_at(*server);
  ASSERT_EQ(claimed(*store, "a"), Claim::ours);
  server.reset();
  EXPECT_EQ(claimed(*store, "b"), Claim::unknown);
}

}  // namespace
}  // namespace weir::store::redis
