#include "settings_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis {
namespace {

using std::chrono::seconds;

class PlainSpace final : public RedisSpace {
 public:
  explicit PlainSpace(std::string prefix)
      : PlainSpace(std::move(prefix), std::make_shared<std::atomic<std::int64_t>>()) {}
  PlainSpace(std::string prefix, std::shared_ptr<std::atomic<std::int64_t>> generation)
      : RedisSpace({}, std::move(prefix), std::move(generation)) {}
};

TEST_F(SharedSettingsTest, RaisesTheGenerationOfASpaceThatOthersReset) {
  const PlainSpace users("users");
  const PlainSpace orders("orders");
  settings_->follow(users);
  settings_->follow(orders);
  poll();
  answer(snapshot("5", {}, {}, {"users", "1700"}));
  EXPECT_EQ(users.generation().load(), 1700);
  EXPECT_EQ(orders.generation().load(), 0);
}

TEST_F(SharedSettingsTest, TellsALaterSpaceItsGeneration) {
  poll();
  answer(snapshot("5", {}, {}, {"users", "1700"}));
  const PlainSpace users("users");
  settings_->follow(users);
  EXPECT_EQ(users.generation().load(), 1700);
}

TEST_F(SharedSettingsTest, NeverLowersAGeneration) {
  const PlainSpace users("users");
  settings_->follow(users);
  poll();
  answer(snapshot("5", {}, {}, {"users", "1700"}));
  fake_now += seconds(1);
  poll();
  answer(snapshot("6", {}, {}, {"users", "1600"}));
  EXPECT_EQ(users.generation().load(), 1700);
}

TEST_F(SharedSettingsTest, BeginsAGenerationHereAtOnce) {
  const PlainSpace users("users");
  settings_->follow(users);
  bool begun = false;
  settings_->begin_generation(users, [&](std::expected<void, SettingsError> result) { begun = result.has_value(); });
  run();
  answer(texts({"0", "1800", "1800"}));
  EXPECT_TRUE(begun);
  EXPECT_EQ(users.generation().load(), 1800);
}

TEST_F(SharedSettingsTest, TellsWhenAGenerationCouldNotBegin) {
  const PlainSpace users("users");
  settings_->follow(users);
  std::optional<SettingsError> error;
  settings_->begin_generation(users, [&](std::expected<void, SettingsError> result) { error = result.error(); });
  run();
  client_->fail(Failure::down);
  EXPECT_EQ(error, SettingsError::down);
  EXPECT_EQ(users.generation().load(), 0);
}

}  // namespace
}  // namespace weir::store::redis
