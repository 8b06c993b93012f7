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
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

TEST_F(SharedSettingsTest, TellsWhatIsWrittenHereAtOnce) {
  const auto watching = listen("a");
  poll();
  answer(snapshot("5", {}));
  bool written = false;
  settings_->put("a", "x", "1", {}, [&](SettingWritten result) {
    EXPECT_EQ(result, SettingWritten(false));
    EXPECT_THAT(heard_, ElementsAre(Pair("x", "1")));
    written = true;
  });
  run();
  EXPECT_THAT(heard_, IsEmpty());  // not before Redis has it
  answer(put("5", "6"));
  EXPECT_TRUE(written);
}

TEST_F(SharedSettingsTest, KnowsTheVersionThatItsOwnWriteMade) {
  poll();
  answer(snapshot("5", {}));
  settings_->put("a", "x", "1", {}, [](SettingWritten) {});
  run();
  answer(put("5", "6"));
  fake_now += seconds(1);
  poll();
  EXPECT_THAT(client_->sent.back(), HasSubstr("$1\r\n6\r\n"));
}

TEST_F(SharedSettingsTest, AsksForWhatOthersWroteBeforeItsOwnWrite) {
  poll();
  answer(snapshot("5", {}));
  settings_->put("a", "x", "1", {}, [](SettingWritten) {});
  run();
  answer(put("7", "8"));  // 7 is another's
  fake_now += seconds(1);
  poll();
  EXPECT_THAT(client_->sent.back(), HasSubstr("$1\r\n5\r\n"));
}

TEST_F(SharedSettingsTest, KeepsItsOwnWriteWhenAnOlderAnswerComesLate) {
  const auto watching = listen("a");
  poll();
  answer(snapshot("5", {}));
  settings_->put("a", "x", "1", {}, [](SettingWritten) {});
  run();
  fake_now += seconds(1);
  poll();
  // The question overtakes the write on its way back.
  answer(put("5", "7"));
  answer(snapshot("6", {}));
  EXPECT_THAT(heard_, ElementsAre(Pair("x", "1")));
}

TEST_F(SharedSettingsTest, TakesWhatRedisHasAfterItLostAll) {
  const auto watching = listen("a");
  poll();
  answer(snapshot("5", {"a x", "1"}));
  fake_now += seconds(1);
  poll();
  answer(snapshot("0", {}));
  EXPECT_THAT(heard_, IsEmpty());
}

TEST_F(SharedSettingsTest, InLayoutUpstashThePackageReadsWhatIsSetHere) {
  settings_ = SharedSettings::make(io_.get_executor(), client_, {.upstash = true, .now = [] { return fake_now; }});
  const auto watching = settings_->watch("per-user", "app", [](auto) -> std::vector<std::string> { return {}; });
  const auto told = [&] {
    run();
    answer(put("1", "2"));
    client_->answer(Replies::integer(1));
    return client_->sent.back();
  };
  const auto ignore = [](SettingWritten) {};
  settings_->put("per-user", "rate", "v1 200 per 60000000000", {}, ignore);
  EXPECT_EQ(told(), command({"SET", "app:dynamic:global", "200"}).bytes);
  settings_->put("per-user", "rate", "v1 token_bucket 5 per 1000 burst 30", {}, ignore);
  EXPECT_EQ(told(), command({"SET", "app:dynamic:global", "30"}).bytes);
  settings_->erase("per-user", "rate", ignore);
  EXPECT_EQ(told(), command({"DEL", "app:dynamic:global"}).bytes);
  settings_->put("per-user", "deny bob", "", {}, ignore);
  EXPECT_EQ(told(), command({"SADD", "app:denyList:all", "bob"}).bytes);
  settings_->erase("per-user", "deny bob", ignore);
  EXPECT_EQ(told(), command({"SREM", "app:denyList:all", "bob"}).bytes);
}

}  // namespace
}  // namespace weir::store::redis
