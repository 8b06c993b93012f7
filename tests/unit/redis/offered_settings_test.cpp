// Settings that were in force before this store took another one's place.
#include "settings_fixture.hpp"

#include <gmock/gmock.h>

#include <optional>

namespace weir::store::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class OfferedSettings : public SharedSettingsTest {
 protected:
  static OfferedSetting one(std::string name, std::string text, std::optional<limits::Nanos> ttl = {}) {
    return {.scope = "a", .name = std::move(name), .text = std::move(text), .ttl = ttl};
  }
  void offer(std::vector<OfferedSetting> settings, Offer how = Offer::written) {
    settings_->offer(std::move(settings), how);
    run();
  }
  void next_second() {
    fake_now += seconds(1);
    poll();
  }
  const Value all_written_ = Replies::integer(0);
  std::shared_ptr<void> watching_ = listen("a");
};

TEST_F(OfferedSettings, ActAtOnceAndAreWrittenWhenRedisHasAnswered) {
  offer({one("rate", "9"), one("deny u", "", seconds(5))});
  EXPECT_THAT(heard_, UnorderedElementsAre(Pair("rate", "9"), Pair("deny u", "")));
  EXPECT_THAT(left_, ElementsAre(Pair("deny u", seconds(5))));
  answer(snapshot("0", {}));
  EXPECT_THAT(heard_, UnorderedElementsAre(Pair("rate", "9"), Pair("deny u", "")));
  EXPECT_THAT(client_->sent.back(), AllOf(HasSubstr("a rate"), HasSubstr("a deny u"), HasSubstr("5000")));
  answer(all_written_);
  EXPECT_EQ(client_->unanswered(), 0U);
}

TEST_F(OfferedSettings, GiveWayToWhatIsSetThere) {
  offer({one("rate", "9"), one("other", "1")});
  answer(snapshot("5", {"a rate", "20"}));
  EXPECT_THAT(heard_, UnorderedElementsAre(Pair("rate", "20"), Pair("other", "1")));
  EXPECT_THAT(client_->sent.back(), AllOf(HasSubstr("a other"), Not(HasSubstr("a rate"))));
}

TEST_F(OfferedSettings, ActOnlyUntilAnythingIsKnownWhereNothingIsToBeWritten) {
  offer({one("rate", "9")}, Offer::until_known);
  EXPECT_THAT(heard_, ElementsAre(Pair("rate", "9")));
  answer(snapshot("5", {"a other", "1"}));
  EXPECT_THAT(heard_, ElementsAre(Pair("other", "1")));
  EXPECT_EQ(client_->unanswered(), 0U);
}

TEST_F(OfferedSettings, AreOfferedAgainUntilRedisTakesThem) {
  offer({one("rate", "9")});
  client_->fail(Failure::down);
  EXPECT_THAT(heard_, ElementsAre(Pair("rate", "9")));
  next_second();
  answer(snapshot("0", {}));
  client_->fail(Failure::timeout);
  next_second();
  answer(unchanged("0"));
  EXPECT_THAT(client_->sent.back(), HasSubstr("a rate"));
  answer(all_written_);
  next_second();
  answer(snapshot("1", {"a rate", "9"}));
  EXPECT_EQ(client_->unanswered(), 0U);
  EXPECT_THAT(heard_, ElementsAre(Pair("rate", "9")));
}

TEST_F(OfferedSettings, AreOfTheStoreOnceTheyAreWritten) {
  offer({one("rate", "9")});
  answer(snapshot("0", {}));
  answer(all_written_);
  next_second();
  answer(snapshot("7", {}));  // somebody has taken it away
  EXPECT_THAT(heard_, IsEmpty());
  EXPECT_EQ(client_->unanswered(), 0U);
}

TEST_F(OfferedSettings, AreNotOfferedWhenTheyHaveEnded) {
  offer({one("deny u", "", milliseconds(1500))});
  client_->fail(Failure::down);
  fake_now += seconds(2);
  poll();
  answer(snapshot("0", {}));
  EXPECT_THAT(heard_, IsEmpty());
  EXPECT_EQ(client_->unanswered(), 0U);
}

TEST_F(OfferedSettings, AreForgottenWhenSomethingElseIsSet) {
  offer({one("rate", "9")});
  settings_->put("a", "rate", "20", {}, [](SettingWritten) {});
  run();
  answer(snapshot("0", {}));
  answer(put("0", "1"));
  EXPECT_THAT(heard_, ElementsAre(Pair("rate", "20")));
  EXPECT_EQ(client_->unanswered(), 0U);
}

TEST_F(OfferedSettings, StandWhenWhatShouldTakeTheirPlaceCouldNotBeWritten) {
  offer({one("rate", "9")});
  settings_->erase("a", "rate", [](SettingWritten) {});
  run();
  answer(snapshot("0", {}));
  client_->fail(Failure::down);
  EXPECT_THAT(heard_, ElementsAre(Pair("rate", "9")));
  next_second();
  answer(unchanged("0"));
  EXPECT_THAT(client_->sent.back(), HasSubstr("a rate"));
}

TEST_F(OfferedSettings, AreSentSomeAtATime) {
  std::vector<OfferedSetting> many;
  for (int i = 0; i < 600; ++i) many.push_back(one("deny " + std::to_string(i), ""));
  offer(std::move(many));
  answer(snapshot("0", {}));
  for (int call = 0; call < 3; ++call) answer(all_written_);
  EXPECT_EQ(client_->unanswered(), 0U);
  EXPECT_THAT(client_->sent, SizeIs(4));
  EXPECT_THAT(heard_, SizeIs(600));
}

TEST_F(OfferedSettings, ThatFindNoRoomAreSaidOnce) {
  offer({one("rate", "9")});
  answer(snapshot("0", {}));
  answer(Replies::integer(1));
  EXPECT_THAT(notices_, ElementsAre(HasSubstr("could not be written")));
  EXPECT_EQ(client_->unanswered(), 0U);
}

}  // namespace
}  // namespace weir::store::redis
