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
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST_F(SharedSettingsTest, AsksNothingBeforeItIsUsed) {
  const auto watching = listen("per-user");
  run();
  EXPECT_THAT(client_->sent, IsEmpty());
}

TEST_F(SharedSettingsTest, AsksOneQuestionASecond) {
  poll();
  EXPECT_THAT(client_->sent, ElementsAre(HasSubstr("ns:{shared}:version")));
  answer(snapshot("5", {}));
  fake_now += milliseconds(999);
  poll();
  EXPECT_EQ(client_->sent.size(), 1U);
  fake_now += milliseconds(1);
  poll();
  ASSERT_EQ(client_->sent.size(), 2U);
  EXPECT_THAT(client_->sent[1], HasSubstr("$1\r\n5\r\n"));  // the version it knows
}

TEST_F(SharedSettingsTest, TellsAWatcherWhatItsScopeHolds) {
  const auto watching = listen("per-user");
  poll();
  answer(snapshot("5", {"per-user rate", "200", "per-users rate", "300", "per-user rate bob", "7"}));
  EXPECT_THAT(heard_, UnorderedElementsAre(Pair("rate", "200"), Pair("rate bob", "7")));
}

TEST_F(SharedSettingsTest, TellsAnotherScopeNothing) {
  const auto watching = listen("per user");  // the space is encoded
  poll();
  answer(snapshot("5", {"per user rate", "1", "per%20user rate", "2"}));
  EXPECT_THAT(heard_, ElementsAre(Pair("rate", "2")));
}

TEST_F(SharedSettingsTest, TellsOnlyWhatHasChanged) {
  const auto watching = listen("a");
  poll();
  answer(snapshot("5", {"a x", "1", "a y", "2", "a z", "3"}));
  heard_.clear();
  fake_now += seconds(1);
  poll();
  answer(snapshot("6", {"a x", "1", "a y", "20", "a zz", "4"}));
  EXPECT_THAT(heard_, ElementsAre(Pair("y", "20"), Pair("zz", "4")));
}

TEST_F(SharedSettingsTest, TellsOfWhatIsGone) {
  const auto watching = listen("a");
  poll();
  answer(snapshot("5", {"a x", "1", "a y", "2"}));
  fake_now += seconds(1);
  poll();
  answer(snapshot("6", {"a y", "2"}));
  EXPECT_THAT(heard_, ElementsAre(Pair("y", "2")));
}

TEST_F(SharedSettingsTest, TellsNothingWhileTheVersionIsTheSame) {
  const auto watching = listen("a");
  poll();
  answer(snapshot("5", {"a x", "1"}));
  fake_now += seconds(1);
  poll();
  answer(unchanged("5"));
  EXPECT_EQ(times_heard_, 1);
}

TEST_F(SharedSettingsTest, TellsALateWatcherWhatIsKnown) {
  poll();
  answer(snapshot("5", {"a x", "1"}));
  const auto watching = listen("a");
  EXPECT_THAT(heard_, ElementsAre(Pair("x", "1")));
}

TEST_F(SharedSettingsTest, TellsNothingToAWatcherThatIsGone) {
  auto watching = listen("a");
  watching.reset();
  poll();
  answer(snapshot("5", {"a x", "1"}));
  EXPECT_EQ(times_heard_, 0);
}

TEST_F(SharedSettingsTest, SaysHowMuchTimeAnEntryHasLeftByTheClockOfRedis) {
  const auto watching = listen("a");
  poll();
  answer(snapshot("5", {}, {"a x", "1700000002500", "a y", "1.70000000125e+12", "a over", "1699999999999"}));
  EXPECT_THAT(left_, UnorderedElementsAre(Pair("x", milliseconds(2500)), Pair("y", milliseconds(1250))));
  EXPECT_THAT(heard_, UnorderedElementsAre(Pair("x", ""), Pair("y", "")));
}

TEST_F(SharedSettingsTest, SaysWhenThereAreTooMany) {
  std::vector<SettingWritten> results;
  settings_->put("a", "x", "2", {}, [&](SettingWritten result) { results.push_back(result); });
  run();
  answer(texts({"full"}));
  EXPECT_THAT(results, ElementsAre(std::unexpected(SettingsError::full)));
}

TEST_F(SharedSettingsTest, SaysOnceWhatCannotBeUsed) {
  complaints_ = {"the rate of 'a' is malformed"};
  const auto watching = listen("a");
  for (const std::string version : {"5", "6", "7"}) {
    poll();
    answer(snapshot(version, {"a rate", "bad " + version}));
    fake_now += seconds(1);
  }
  EXPECT_THAT(notices_, ElementsAre("the rate of 'a' is malformed"));
}

TEST_F(SharedSettingsTest, WhoHearsWhatCannotBeUsedMayAskTheSettings) {
  complaints_ = {"the rate of 'a' is malformed"};
  const auto watching = listen("a");
  std::shared_ptr<void> other;
  on_notice_ = [&] {
    complaints_.clear();
    other = listen("b");
  };
  poll();
  answer(snapshot("5", {"a rate", "bad", "b rate", "7"}));
  EXPECT_THAT(notices_, ElementsAre("the rate of 'a' is malformed"));
  EXPECT_EQ(heard_["rate"], "7");
}

TEST_F(SharedSettingsTest, CountsTheInstancesLastSeen) {
  EXPECT_EQ(settings_->instances(), 1U);
  poll();
  answer(unchanged("0", 7));
  EXPECT_EQ(settings_->instances(), 7U);
}

TEST_F(SharedSettingsTest, LeavesNothingRunningAfterAnAnswer) {
  poll();
  answer(snapshot("5", {}));
  EXPECT_EQ(io_.run(), 0U);
}

TEST_F(SharedSettingsTest, AnEndBeyondAllTimesIsFarAwayAndNotPast) {
  const auto watching = listen("a");
  poll();
  answer(
      snapshot("5", {"a x", "1", "a y", "2", "a z", "3"},
               {"a d", "9223372036854775807", "a e", "1e+18", "a f", "9223372036855", "a g", "-9223372036854775808"}));
  for (const char* name : {"d", "e", "f"}) {
    ASSERT_TRUE(heard_.contains(name)) << name;
    EXPECT_GT(left_[name], std::chrono::hours(24 * 365 * 200)) << name;
  }
  EXPECT_FALSE(heard_.contains("g")) << "that is past";
}

}  // namespace
}  // namespace weir::store::redis
