#include "store/redis/store/redis_store.hpp"

#include "fake_layout.hpp"
#include "scripted_client.hpp"

#include <gmock/gmock.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace weir::store::redis {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class RedisStoreTest : public testing::Test {
 protected:
  RedisStoreTest() {
    TestTime::now_ = Deadline{} + 1h;
    options_.now = &TestTime::now;
    options_.on_notice = [this](std::string_view sentence) { notices_.emplace_back(sentence); };
    client_ = std::make_shared<ScriptedClient>();
  }
  ~RedisStoreTest() override {
    store_.reset();
    client_->sent.clear();  // what is never answered would keep its store for ever
  }

  RedisStore& store() {
    if (store_ == nullptr) {
      store_ = std::make_unique<RedisStore>(io_.get_executor(), client_, std::make_unique<FakeLayout>(), options_);
    }
    return *store_;
  }
  std::shared_ptr<const Space> space(std::int64_t count, std::string_view prefix = "p") {
    return store().open(prefix, fixed_window(count, 1min));
  }
  void run() {
    io_.restart();
    io_.run();
  }
  // Writes "KEY STATUS REMAINING" when the answer comes; a refusal's rest is negative.
  void ask(const Space& space, const std::string& key, std::int64_t cost = 1) {
    const auto& kept = keys_.emplace_back(std::make_unique<std::string>(key));
    const Check check{.space = &space, .key = *kept, .cost = cost};
    store().decide({.checks = std::span(&check, 1)}, [this, key](const Answer& answer) { note(key, answer); });
  }
  void note(const std::string& name, const Answer& answer) {
    constexpr std::string_view words[] = {"decided", "repeated", "conflict", "timeout", "down", "full"};
    std::string line = name + " " + std::string(words[static_cast<int>(answer.status)]);
    for (const Verdict& verdict : answer.verdicts) {
      line += (verdict.allowed() ? " " : " -") + std::to_string(verdict.remaining);
    }
    answers_.push_back(line);
  }
  [[nodiscard]] std::uint64_t errors(StoreError error) {
    return store().health().errors[static_cast<std::size_t>(error)];
  }

  boost::asio::io_context io_;
  StoreOptions options_;
  std::shared_ptr<ScriptedClient> client_;
  std::unique_ptr<RedisStore> store_;
  std::vector<std::unique_ptr<std::string>> keys_;
  std::vector<std::string> answers_;
  std::vector<std::string> notices_;
};

TEST_F(RedisStoreTest, CallsThatComeTogetherTravelTogether) {
  const auto ten = space(10);
  ask(*ten, "alice");
  ask(*ten, "bob", 3);
  run();
  ASSERT_THAT(client_->sent, SizeIs(1));
  EXPECT_THAT(client_->sent[0].asked.keys, ElementsAre("p:{alice}", "p:{bob}"));
  client_->answer();
  EXPECT_THAT(answers_, ElementsAre("alice decided 9", "bob decided 7"));
}

TEST_F(RedisStoreTest, CallsOfOneKeyAreMergedAndAnsweredAsIfOneAfterTheOther) {
  const auto three = space(3);
  ask(*three, "alice", 2);
  ask(*three, "bob");
  ask(*three, "alice", 2);
  ask(*three, "alice", 1);
  ask(*three, "alice", 1);
  run();
  ASSERT_THAT(client_->sent, SizeIs(1));
  EXPECT_THAT(client_->sent[0].asked.keys, ElementsAre("p:{alice}", "p:{bob}"));
  EXPECT_THAT(client_->sent[0].asked.arguments, ElementsAre("3", "4", "2", "2", "1", "1", "1", "1"));
  client_->answer();
  EXPECT_THAT(answers_, ElementsAre("alice decided 1", "bob decided 2", "alice decided -1", "alice decided 0",
                                    "alice decided -0"));
}

TEST_F(RedisStoreTest, NumbersAndTextAreKeysOfTheirOwn) {
  const auto ten = space(10);
  const Check number{.space = ten.get(), .key = 42, .cost = 1};
  store().decide({.checks = std::span(&number, 1)}, [this](const Answer& answer) { note("number", answer); });
  ask(*ten, "42");
  run();
  EXPECT_THAT(client_->sent[0].asked.keys, ElementsAre("p:{#42}", "p:{42}"));
}

TEST_F(RedisStoreTest, SpacesTravelApart) {
  const auto ten = space(10, "ten");
  const auto five = space(5, "five");
  ask(*ten, "alice");
  ask(*five, "alice");
  ask(*ten, "alice");
  run();
  ASSERT_THAT(client_->sent, SizeIs(2));
  client_->answer();
  client_->answer();
  EXPECT_THAT(answers_, ElementsAre("alice decided 9", "alice decided 8", "alice decided 4"));
}

TEST_F(RedisStoreTest, ABatchHasAtMostSoManyKeysAndCosts) {
  options_.max_keys = 2;
  options_.max_costs = 3;
  const auto ten = space(10);
  for (const char* key : {"a", "a", "a", "a", "b", "c", "d"}) ask(*ten, key);
  run();
  std::vector<std::vector<std::string>> keys;
  for (const auto& sent : client_->sent) keys.push_back(sent.asked.keys);
  EXPECT_THAT(keys, ElementsAre(ElementsAre("p:{a}"), ElementsAre("p:{a}", "p:{b}"), ElementsAre("p:{c}", "p:{d}")));
  while (!client_->sent.empty()) client_->answer();
  EXPECT_THAT(answers_, ElementsAre("a decided 9", "a decided 8", "a decided 7", "a decided 6", "b decided 9",
                                    "c decided 9", "d decided 9"));
}

TEST_F(RedisStoreTest, AFullLaneGathersWhatComesAndSendsItTogether) {
  options_.max_lane_in_flight = 2;
  const auto ten = space(10);
  for (const char* key : {"a", "b"}) {
    ask(*ten, key);
    run();
  }
  for (const char* key : {"c", "d", "c"}) {
    ask(*ten, key);
    run();
  }
  ASSERT_THAT(client_->sent, SizeIs(2));
  client_->answer();
  ASSERT_THAT(client_->sent, SizeIs(2));
  EXPECT_THAT(client_->sent[1].asked.keys, ElementsAre("p:{c}", "p:{d}"));
  client_->answer();
  client_->answer();
  EXPECT_THAT(answers_, ElementsAre("a decided 9", "b decided 9", "c decided 9", "d decided 9", "c decided 8"));
}

TEST_F(RedisStoreTest, WhatFillsABatchLeavesAFullLaneAtOnceUpToABound) {
  options_.max_lane_in_flight = 1;
  options_.max_full_in_flight = 2;
  options_.max_keys = 2;
  const auto ten = space(10);
  for (const char* key : {"a", "b"}) {
    ask(*ten, key);
    run();
  }
  ASSERT_THAT(client_->sent, SizeIs(1));
  ask(*ten, "c");
  run();
  ASSERT_THAT(client_->sent, SizeIs(2));
  EXPECT_THAT(client_->sent[1].asked.keys, ElementsAre("p:{b}", "p:{c}"));
  for (const char* key : {"d", "e"}) {
    ask(*ten, key);
    run();
  }
  EXPECT_THAT(client_->sent, SizeIs(2));
  while (!client_->sent.empty()) client_->answer();
  EXPECT_THAT(answers_, ElementsAre("a decided 9", "b decided 9", "c decided 9", "d decided 9", "e decided 9"));
}

TEST_F(RedisStoreTest, NoMoreScriptCallsAreUnderWayThanAllowed) {
  options_.max_in_flight = 2;
  const auto ten = space(10, "ten");
  const auto five = space(5, "five");
  ask(*ten, "a");
  ask(*five, "a");
  run();
  const Check both[] = {{.space = ten.get(), .key = "a", .cost = 1}, {.space = five.get(), .key = "a", .cost = 1}};
  store().decide({.checks = both}, [this](const Answer& answer) { note("both", answer); });
  const auto six = space(6, "six");
  ask(*six, "a");
  run();
  ASSERT_THAT(client_->sent, SizeIs(2));
  client_->answer();
  ASSERT_THAT(client_->sent, SizeIs(2));
  EXPECT_EQ(client_->sent[1].asked.script, "joint");
  client_->answer();
  while (!client_->sent.empty()) client_->answer();
  EXPECT_THAT(answers_, ElementsAre("a decided 9", "a decided 4", "both decided 8 3", "a decided 5"));
}

TEST_F(RedisStoreTest, SeveralChecksAreOneScriptCall) {
  const auto ten = space(10, "ten");
  const auto one = space(1, "one");
  const Check both[] = {{.space = ten.get(), .key = "a", .cost = 4}, {.space = one.get(), .key = "a", .cost = 2}};
  store().decide({.checks = both}, [this](const Answer& answer) { note("both", answer); });
  run();
  ASSERT_THAT(client_->sent, SizeIs(1));
  client_->answer();
  EXPECT_THAT(answers_, ElementsAre("both decided 10 -1"));
}

TEST_F(RedisStoreTest, WhatIsHeldIsSettledByItsId) {
  const auto ten = space(10);
  const Check held{.space = ten.get(), .key = "a", .cost = 4, .hold = true};
  store().decide({.checks = std::span(&held, 1), .id = "one", .lease = 1min},
                 [this](const Answer& answer) { note("held", answer); });
  run();
  client_->answer();
  EXPECT_THAT(answers_, ElementsAre("held decided 6"));
  const std::int64_t used = 1;
  std::vector<bool> settled;
  const auto note_settled = [&](const Settled& how) { settled.push_back(how.has_value()); };
  store().settle("one", std::span(&used, 1), Instant{}, note_settled);
  store().settle("one", std::span(&used, 1), Instant{}, note_settled);
  run();
  while (!client_->sent.empty()) client_->answer();
  EXPECT_THAT(settled, ElementsAre(true, false));
  EXPECT_EQ(client_->server.counts["p:{a}"], 1);
}

TEST_F(RedisStoreTest, ResetIsOfExactlyItsKey) {
  const auto ten = space(10);
  client_->server.counts = {{"p:{a}", 7}, {"p:{b}", 7}};
  bool done = false;
  store().reset(*ten, std::string("a"), Instant{}, [&](const Settled& how) { done = how.has_value(); });
  run();
  client_->answer();
  EXPECT_TRUE(done);
  EXPECT_THAT(client_->server.counts, ElementsAre(testing::Pair("p:{b}", 7)));
}

TEST_F(RedisStoreTest, ChargesByForceTravelTogetherKeyByKey) {
  options_.max_keys = 2;
  const auto ten = space(10);
  const Charge charges[] = {
      {.key = "a", .units = 20}, {.key = "b", .units = 1}, {.key = "a", .units = -5}, {.key = "c", .units = 2}};
  std::vector<Status> said;
  store().charge(*ten, charges, Instant{}, [&](Status status) { said.push_back(status); });
  run();
  ASSERT_THAT(client_->sent, SizeIs(2));
  EXPECT_EQ(client_->sent[0].asked.script, "charge");
  EXPECT_THAT(client_->sent[0].asked.keys, ElementsAre("p:{a}", "p:{b}"));
  EXPECT_THAT(client_->sent[0].asked.arguments, ElementsAre("10", "2", "20", "-5", "1", "1"));
  client_->answer();
  EXPECT_THAT(said, IsEmpty());
  client_->fail(Failure::down);
  EXPECT_THAT(said, ElementsAre(Status::timeout));
  store().charge(*ten, std::span(charges).first(1), Instant{}, [&](Status status) { said.push_back(status); });
  run();
  client_->fail(Failure::down);
  EXPECT_THAT(said, ElementsAre(Status::timeout, Status::down));
}

TEST_F(RedisStoreTest, BeyondItsBoundACallIsFullAtOnceAndAnswersMakeRoom) {
  options_.max_calls = 2;
  const auto ten = space(10);
  for (const char* key : {"a", "b", "c"}) ask(*ten, key);
  EXPECT_THAT(answers_, ElementsAre("c full"));
  EXPECT_EQ(errors(StoreError::full), 1U);
  run();
  client_->answer();
  ask(*ten, "d");
  run();
  client_->answer();
  EXPECT_THAT(answers_, ElementsAre("c full", "a decided 9", "b decided 9", "d decided 9"));
}

TEST_F(RedisStoreTest, WhoIsAnsweredMayAskAgainInAFullStore) {
  options_.max_calls = 1;
  const auto ten = space(10);
  const Check check{.space = ten.get(), .key = "a", .cost = 1};
  store().decide({.checks = std::span(&check, 1)}, [&](const Answer&) { ask(*ten, "again"); });
  run();
  client_->answer();
  run();
  client_->answer();
  EXPECT_THAT(answers_, ElementsAre("again decided 9"));
}

TEST_F(RedisStoreTest, AScriptCallHasTheDeadlineOfTheOldestCallInIt) {
  options_.timeout = 50ms;
  const auto ten = space(10);
  const Deadline asked = TestTime::now_;
  ask(*ten, "a");
  TestTime::now_ += 20ms;
  ask(*ten, "b");
  run();
  EXPECT_EQ(client_->sent[0].deadline, asked + 50ms);
}

TEST_F(RedisStoreTest, WhatWaitedTooLongIsNotSent) {
  options_.max_lane_in_flight = 1;
  const auto ten = space(10);
  ask(*ten, "a");
  run();
  ask(*ten, "b");
  run();
  TestTime::now_ += 100ms;
  ask(*ten, "c");
  run();
  client_->fail(Failure::timeout);
  EXPECT_THAT(answers_, ElementsAre("a timeout", "b timeout"));
  ASSERT_THAT(client_->sent, SizeIs(1));
  client_->answer();
  EXPECT_THAT(answers_, ElementsAre("a timeout", "b timeout", "c decided 9"));
  EXPECT_EQ(errors(StoreError::timeout), 2U);
}

TEST_F(RedisStoreTest, FailuresOfTheClientAreCountedForEachCall) {
  const auto ten = space(10);
  for (const Failure failure : {Failure::timeout, Failure::down, Failure::full}) {
    ask(*ten, "a");
    ask(*ten, "b");
    run();
    client_->fail(failure);
  }
  EXPECT_THAT(answers_, ElementsAre("a timeout", "b timeout", "a down", "b down", "a full", "b full"));
  EXPECT_EQ(errors(StoreError::timeout), 2U);
  EXPECT_EQ(errors(StoreError::down), 2U);
  EXPECT_EQ(errors(StoreError::full), 2U);
}

struct Said {
  std::string text;
  StoreError error;
};
class ErrorsOfRedis : public RedisStoreTest, public testing::WithParamInterface<Said> {};

TEST_P(ErrorsOfRedis, AreDownAndCountedByKind) {
  const auto ten = space(10);
  ask(*ten, "a");
  run();
  client_->say_error(GetParam().text);
  EXPECT_THAT(answers_, ElementsAre("a down"));
  EXPECT_EQ(errors(GetParam().error), 1U);
  EXPECT_THAT(store().health().last_error, testing::Not(testing::HasSubstr("secret")));
}

INSTANTIATE_TEST_SUITE_P(
    All, ErrorsOfRedis,
    testing::Values(Said{"WRONGTYPE Operation against a key holding the wrong kind of value", StoreError::wrong_type},
                    Said{"OOM command not allowed when used memory > 'maxmemory'.", StoreError::out_of_memory},
                    Said{"NOPERM User secret has no permissions", StoreError::no_permission},
                    Said{"NOAUTH Authentication required.", StoreError::no_permission},
                    Said{"READONLY You can't write against a read only replica.", StoreError::read_only},
                    Said{"MISCONF Redis is configured to save", StoreError::read_only},
                    Said{"CLUSTERDOWN Hash slot not served", StoreError::down},
                    Said{"ERR secret key", StoreError::other}));

TEST_F(RedisStoreTest, AKeyThatIsNotOursHurtsItselfAlone) {
  const auto ten = space(10);
  for (const char* key : {"a", "not-ours", "b"}) ask(*ten, key);
  run();
  client_->answer();
  EXPECT_THAT(answers_, ElementsAre("a decided 9", "not-ours down", "b decided 9"));
  EXPECT_EQ(errors(StoreError::wrong_type), 1U);
  EXPECT_TRUE(store().health().up);
}

TEST_F(RedisStoreTest, AnAnswerThatIsNoneOfOursIsAProtocolError) {
  const auto ten = space(10);
  ask(*ten, "a");
  run();
  const OwnedValue odd = OwnedValue::number(1);
  client_->take().done(odd.get());
  EXPECT_THAT(answers_, ElementsAre("a down"));
  EXPECT_EQ(errors(StoreError::protocol), 1U);
}

TEST_F(RedisStoreTest, GoingDownAndComingUpIsSaidOnceEach) {
  const auto ten = space(10);
  const auto one = [&](auto how) {
    ask(*ten, "a");
    run();
    how();
  };
  one([&] { client_->answer(); });
  for (int i = 0; i < 3; ++i) one([&] { client_->fail(Failure::down); });
  EXPECT_FALSE(store().health().up);
  EXPECT_EQ(store().health().last_error, "the server is away");
  for (int i = 0; i < 3; ++i) one([&] { client_->answer(); });
  EXPECT_TRUE(store().health().up);
  EXPECT_THAT(store().health().last_error, IsEmpty());
  EXPECT_THAT(notices_, ElementsAre("the server is away", "Redis decides again"));
  EXPECT_EQ(store().health().reconnects, 7U);
}

TEST_F(RedisStoreTest, OneSlowAnswerAmongGoodOnesIsNoOutage) {
  const auto ten = space(10);
  ask(*ten, "a");
  run();
  client_->answer();
  TestTime::now_ += 50ms;
  ask(*ten, "a");
  run();
  client_->fail(Failure::timeout);
  EXPECT_TRUE(store().health().up);
  TestTime::now_ += 50ms;
  ask(*ten, "a");
  run();
  client_->fail(Failure::timeout);
  EXPECT_FALSE(store().health().up);
}

TEST_F(RedisStoreTest, TheFirstCallIsToldBeforeItIsAsked) {
  int told = 0;
  options_.on_first_call = [&] { ++told; };
  const auto ten = space(10);
  EXPECT_EQ(told, 0);
  ask(*ten, "a");
  EXPECT_EQ(told, 1);
}

TEST_F(RedisStoreTest, WhatIsAskedIsAnsweredAfterTheStoreIsGone) {
  const auto ten = space(10);
  ask(*ten, "a");
  store_.reset();
  run();
  EXPECT_FALSE(client_->closed);
  client_->answer();
  run();
  EXPECT_THAT(answers_, ElementsAre("a decided 9"));
  EXPECT_TRUE(client_->closed);
}

TEST_F(RedisStoreTest, KnowsTheThreadThatBringsItsAnswers) {
  EXPECT_FALSE(store().answers_in_this_thread());
  bool within = false;
  boost::asio::post(io_, [&] { within = store().answers_in_this_thread(); });
  run();
  EXPECT_TRUE(within);
}

TEST_F(RedisStoreTest, ThreadsMayAskAtOnceAndEachIsAnsweredOnce) {
  const auto space = this->space(1000);
  constexpr int threads = 4;
  constexpr int calls = 500;
  std::atomic<int> admitted = 0;
  std::atomic<int> answered = 0;
  std::vector<std::jthread> all;
  for (int t = 0; t < threads; ++t) {
    all.emplace_back([&] {
      static const std::string key = "hot";
      for (int i = 0; i < calls; ++i) {
        const Check check{.space = space.get(), .key = key, .cost = 1};
        store().decide({.checks = std::span(&check, 1)}, [&](const Answer& answer) {
          ++answered;
          if (answer.verdicts.at(0).allowed()) ++admitted;
        });
      }
    });
  }
  while (answered < threads * calls) {
    run();
    while (!client_->sent.empty()) client_->answer();
  }
  EXPECT_EQ(admitted, 1000);
}

}  // namespace
}  // namespace weir::store::redis
