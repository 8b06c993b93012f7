#include "settings_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST_F(SharedSettingsTest, WritesNothingAndChangesNothingWhileRedisIsDown) {
  const auto watching = listen("a");
  poll();
  answer(snapshot("5", {"a x", "1"}));
  std::vector<SettingWritten> results;
  settings_->put("a", "x", "2", {}, [&](SettingWritten result) { results.push_back(result); });
  settings_->erase("a", "x", [&](SettingWritten result) { results.push_back(result); });
  run();
  client_->fail(Failure::down);
  client_->fail(Failure::timeout);
  EXPECT_THAT(results, ElementsAre(std::unexpected(SettingsError::down), std::unexpected(SettingsError::down)));
  EXPECT_THAT(heard_, ElementsAre(Pair("x", "1")));
}

TEST_F(SharedSettingsTest, KeepsWhatItKnowsWhileRedisIsDown) {
  const auto watching = listen("a");
  poll();
  answer(snapshot("5", {"a x", "1"}));
  fake_now += seconds(1);
  poll();
  client_->fail(Failure::down);
  EXPECT_THAT(heard_, ElementsAre(Pair("x", "1")));
}

TEST_F(SharedSettingsTest, TakesAnErrorOfRedisForNoAnswer) {
  std::vector<SettingWritten> results;
  settings_->put("a", "x", "2", {}, [&](SettingWritten result) { results.push_back(result); });
  run();
  answer(Replies::error("MISCONF no"));
  EXPECT_THAT(results, ElementsAre(std::unexpected(SettingsError::down)));
}

TEST_F(SharedSettingsTest, TakesGarbageForNoAnswer) {
  const auto watching = listen("a");
  for (const Value& garbage : {replies_.array({}), texts({"5", "1"}), texts({"5"}), Replies::integer(5), Replies::nil(),
                               replies_.array({replies_.text("5"), Replies::integer(1), replies_.text("x")})}) {
    fake_now += seconds(2);
    poll();
    answer(garbage);
  }
  EXPECT_EQ(times_heard_, 0);
}

TEST_F(SharedSettingsTest, HoldsACallerBackUntilItKnows) {
  EXPECT_FALSE(settings_->current());
  int called = 0;
  settings_->when_current([&] { ++called; });
  run();
  EXPECT_EQ(called, 0);
  answer(snapshot("5", {}));
  EXPECT_EQ(called, 1);
  EXPECT_TRUE(settings_->current());
}

TEST_F(SharedSettingsTest, HoldsACallerBackAfterAPause) {
  poll();
  answer(snapshot("5", {}));
  fake_now += milliseconds(1799);
  EXPECT_TRUE(settings_->current());
  fake_now += milliseconds(1);
  EXPECT_FALSE(settings_->current());
}

TEST_F(SharedSettingsTest, HoldsNobodyBackForAMomentAfterAFailure) {
  poll();
  client_->fail(Failure::down);
  fake_now += milliseconds(49);
  EXPECT_TRUE(settings_->current());
  fake_now += milliseconds(1);
  EXPECT_FALSE(settings_->current());
}

TEST_F(SharedSettingsTest, AsksAgainSoonAfterAFailure) {
  poll();
  client_->fail(Failure::down);
  fake_now += milliseconds(49);
  poll();
  EXPECT_EQ(client_->sent.size(), 1U);
  fake_now += milliseconds(1);
  poll();
  EXPECT_EQ(client_->sent.size(), 2U);
  answer(snapshot("5", {}));
  fake_now += milliseconds(999);
  poll();
  EXPECT_EQ(client_->sent.size(), 2U);  // as ever
}

TEST_F(SharedSettingsTest, TheFirstDecisionAfterRedisHasReadItsDataGoesByWhatIsSet) {
  const auto watching = listen("per-user");
  int decisions = 0;
  settings_->when_current([&] { ++decisions; });
  run();
  answer(Replies::error("LOADING Redis is loading the dataset in memory"));
  EXPECT_EQ(decisions, 1);  // it has to be answered
  fake_now += milliseconds(50);
  settings_->when_current([&] {
    ++decisions;
    EXPECT_THAT(heard_, ElementsAre(Pair("rate", "200")));
  });
  run();
  EXPECT_EQ(decisions, 1);
  answer(snapshot("5", {"per-user rate", "200"}));
  EXPECT_EQ(decisions, 2);
}

TEST_F(SharedSettingsTest, HoldsNobodyBackBehindAnAnswerThatDoesNotCome) {
  poll();
  EXPECT_FALSE(settings_->current());
  fake_now += milliseconds(100);
  EXPECT_TRUE(settings_->current());
}

TEST_F(SharedSettingsTest, LetsWhoWaitsGoWhenItEnds) {
  settings_->close();
  run();
  int called = 0;
  settings_->when_current([&] { ++called; });
  run();
  EXPECT_EQ(called, 1);
  EXPECT_THAT(client_->sent, IsEmpty());
}

}  // namespace
}  // namespace weir::store::redis
