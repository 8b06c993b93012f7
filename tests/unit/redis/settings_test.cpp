#include "store/redis/settings/settings.hpp"

#include "redis/replies.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace weir::store::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

// A Redis that says what the test wants, when it wants.
class ScriptedClient final : public Client {
 public:
  explicit ScriptedClient(boost::asio::io_context& io) : io_(io) {}

  void send(Command command, Deadline, OnReply done) override {
    sent.push_back(std::move(command.bytes));
    waiting_.push_back(std::move(done));
  }
  [[nodiscard]] bool is_cluster() const override { return false; }
  [[nodiscard]] Health health() const override { return {}; }
  void close() override { waiting_.clear(); }

  // The oldest question's answer.
  void answer(const Value& value) {
    auto done = take();
    boost::asio::post(io_, [done = std::move(done), &value]() mutable { done(std::cref(value)); });
    io_.run();
    io_.restart();
  }
  void fail(Failure failure) {
    auto done = take();
    boost::asio::post(io_, [done = std::move(done), failure]() mutable { done(std::unexpected(failure)); });
    io_.run();
    io_.restart();
  }
  [[nodiscard]] std::size_t unanswered() const { return waiting_.size(); }

  std::vector<std::string> sent;

 private:
  OnReply take() {
    if (waiting_.empty()) throw std::logic_error("nothing was asked");
    OnReply done = std::move(waiting_.front());
    waiting_.pop_front();
    return done;
  }
  boost::asio::io_context& io_;
  std::deque<OnReply> waiting_;
};

std::chrono::steady_clock::time_point fake_now;

class SharedSettingsTest : public testing::Test {
 protected:
  // What is never answered would keep the settings, and they the client, for ever.
  ~SharedSettingsTest() override { client_->close(); }

  using Texts = std::vector<std::string>;

  SharedSettingsTest() { fake_now = std::chrono::steady_clock::time_point(std::chrono::hours(1)); }

  void run() {
    io_.run();
    io_.restart();
  }
  void poll() {
    settings_->poll();
    run();
  }

  Value texts(const Texts& list) {
    std::vector<Value> items;
    items.reserve(list.size());
    for (const std::string& text : list) items.push_back(replies_.text(text));
    return replies_.array(std::move(items));
  }
  Value unchanged(std::string_view version, std::int64_t instances = 1) {
    return replies_.array({replies_.text(version), Replies::integer(instances)});
  }
  Value snapshot(std::string_view version, const Texts& settings, const Texts& denied = {},
                 const Texts& generations = {}) {
    return replies_.array({replies_.text(version), Replies::integer(1), replies_.text("1700000000000"), texts(settings),
                           texts(denied), texts(generations), Replies::integer(0)});
  }
  Value put(std::string_view before, std::string_view version, std::string_view ends = "") {
    return replies_.array({replies_.text(before), replies_.text(version), Replies::integer(0), replies_.text(ends),
                           replies_.text("1700000000000")});
  }

  void answer(Value value) { client_->answer(value); }

  // Keeps what a scope has, as a watcher hears of it.
  std::map<std::string, std::string> heard_;
  std::map<std::string, std::chrono::nanoseconds> left_;
  int times_heard_ = 0;
  std::vector<std::string> complaints_;
  std::vector<std::string> notices_;
  std::shared_ptr<void> listen(std::string_view scope) {
    return settings_->watch(scope, "", [this](std::span<const SettingChange> changes) {
      ++times_heard_;
      for (const SettingChange& change : changes) {
        const std::string name(change.name);
        left_.erase(name);
        if (!change.text) {
          heard_.erase(name);
          continue;
        }
        heard_[name] = *change.text;
        if (change.left) left_[name] = *change.left;
      }
      return complaints_;
    });
  }

  boost::asio::io_context io_;
  Replies replies_;
  std::shared_ptr<ScriptedClient> client_ = std::make_shared<ScriptedClient>(io_);
  std::shared_ptr<SharedSettings> settings_ =
      SharedSettings::make(io_.get_executor(), client_,
                           {.name_space = "ns",
                            .instance = "me",
                            .on_notice = [this](std::string_view sentence) { notices_.emplace_back(sentence); },
                            .now = [] { return fake_now; }});
};

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

TEST_F(SharedSettingsTest, SaysWhenThereAreTooMany) {
  std::vector<SettingWritten> results;
  settings_->put("a", "x", "2", {}, [&](SettingWritten result) { results.push_back(result); });
  run();
  answer(texts({"full"}));
  EXPECT_THAT(results, ElementsAre(std::unexpected(SettingsError::full)));
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

TEST_F(SharedSettingsTest, CountsTheInstancesLastSeen) {
  EXPECT_EQ(settings_->instances(), 1U);
  poll();
  answer(unchanged("0", 7));
  EXPECT_EQ(settings_->instances(), 7U);
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

TEST_F(SharedSettingsTest, LeavesNothingRunningAfterAnAnswer) {
  poll();
  answer(snapshot("5", {}));
  EXPECT_EQ(io_.run(), 0U);
}

}  // namespace
}  // namespace weir::store::redis
