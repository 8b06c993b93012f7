#include "store/redis/store/spread.hpp"

#include "fake_layout.hpp"
#include "scripted_client.hpp"

#include <gmock/gmock.h>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace weir::store::redis {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

// Slots, in ascending order: c 7365, b 3300, a 15495 (CRC16 of one letter).
class SpreadTest : public testing::Test {
 protected:
  SpreadTest() {
    TestTime::now_ = Deadline{} + 1h;
    client_ = std::make_shared<ScriptedClient>();
    client_->cluster = true;
    StoreOptions options;
    options.now = &TestTime::now;
    store_ = std::make_unique<RedisStore>(io_.get_executor(), client_, std::make_unique<FakeLayout>(), options);
    five_ = store_->open("p", fixed_window(5, 1min));
  }

  Check check(const char* key, std::int64_t cost, bool hold = false) {
    return {.space = five_.get(), .key = key, .cost = cost, .hold = hold};
  }
  // All questions answered until none is left.
  void run() {
    do {
      io_.restart();
      io_.run();
      if (!client_->sent.empty()) client_->answer();
    } while (!client_->sent.empty());
    io_.restart();
    io_.run();
  }
  // One question is out, after as many answers as said.
  void run_until(std::size_t answers) {
    io_.restart();
    io_.run();
    for (std::size_t i = 0; i < answers; ++i) client_->answer();
  }
  void decide(std::vector<Check> checks, std::string_view id = {}) {
    checks_ = std::move(checks);
    const bool hold = checks_.front().hold;
    answers_.clear();
    store_->decide({.checks = checks_, .id = id, .lease = hold ? Nanos(1min) : Nanos(0)},
                   [this](Answer answer) { answers_.push_back(std::move(answer)); });
  }
  Settled settle(std::string_view id, std::vector<std::int64_t> amounts) {
    Settled found = std::unexpected(SettleError::down);
    store_->settle(id, amounts, Instant{}, [&](const Settled& settled) { found = settled; });
    run();
    return found;
  }
  [[nodiscard]] std::vector<std::int64_t> remaining() const {
    std::vector<std::int64_t> all;
    for (const Verdict& verdict : answers_.at(0).verdicts) all.push_back(verdict.remaining);
    return all;
  }
  [[nodiscard]] std::vector<bool> allowed() const {
    std::vector<bool> all;
    for (const Verdict& verdict : answers_.at(0).verdicts) all.push_back(verdict.allowed());
    return all;
  }
  auto& counts() { return client_->server.counts; }

  boost::asio::io_context io_;
  std::shared_ptr<ScriptedClient> client_;
  std::unique_ptr<RedisStore> store_;
  std::shared_ptr<const Space> five_;
  std::vector<Check> checks_;
  std::vector<Answer> answers_;
};

TEST_F(SpreadTest, WithinOneSlotItIsOneScript) {
  decide({check("a", 1), check("a", 2)});
  run_until(0);
  ASSERT_EQ(client_->sent.size(), 1U);
  EXPECT_EQ(client_->sent[0].asked.script, "joint");
  client_->answer();
  EXPECT_EQ(answers_.size(), 1U);
}

TEST_F(SpreadTest, AllPassAndAllAreCharged) {
  decide({check("a", 1), check("b", 2), check("c", 3)});
  run();
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].status, Status::decided);
  EXPECT_THAT(remaining(), ElementsAre(4, 3, 2));
  EXPECT_THAT(counts(), UnorderedElementsAre(Pair("p:{a}", 1), Pair("p:{b}", 2), Pair("p:{c}", 3)));
}

TEST_F(SpreadTest, SlotsAreChargedInAscendingOrderWhateverTheOrderOfTheChecks) {
  std::vector<std::string> order;
  for (const auto& keys : {std::array{"a", "b", "c"}, std::array{"c", "a", "b"}}) {
    decide({check(keys[0], 1), check(keys[1], 1), check(keys[2], 1)});
    for (int i = 0; i < 3; ++i) {
      run_until(0);
      order.push_back(client_->sent.front().asked.keys[0]);
      client_->answer();
    }
  }
  EXPECT_THAT(order, ElementsAre("p:{b}", "p:{c}", "p:{a}", "p:{b}", "p:{c}", "p:{a}"));
}

TEST_F(SpreadTest, OnARefusalWhatWasChargedIsGivenBackAndAllAreEvaluated) {
  counts() = {{"p:{c}", 4}, {"p:{a}", 5}};
  decide({check("a", 1), check("b", 2), check("c", 3)});
  run();
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].status, Status::decided);
  EXPECT_THAT(allowed(), ElementsAre(false, true, false));
  EXPECT_THAT(remaining(), ElementsAre(0, 5, 1));
  EXPECT_THAT(counts(), UnorderedElementsAre(Pair("p:{a}", 5), Pair("p:{b}", 0), Pair("p:{c}", 4)));
}

TEST_F(SpreadTest, WhatIsOnlyLookedAtIsJudgedByItsCost) {
  counts() = {{"p:{b}", 5}, {"p:{a}", 3}};
  decide({check("a", 3), check("b", 1), check("c", 6)});
  run();
  EXPECT_THAT(allowed(), ElementsAre(false, false, false));
  EXPECT_THAT(counts(), UnorderedElementsAre(Pair("p:{a}", 3), Pair("p:{b}", 5), Pair("p:{c}", 0)));
}

TEST_F(SpreadTest, AnAnswerThatIsLostIsGivenBackByItsId) {
  decide({check("a", 1), check("b", 2), check("c", 3)});
  run_until(1);  // b is charged, c is asked
  client_->server.run(client_->sent.front().asked);
  client_->fail(Failure::timeout);
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].status, Status::timeout);
  run();
  EXPECT_THAT(counts(), UnorderedElementsAre(Pair("p:{b}", 0), Pair("p:{c}", 0)));
}

TEST_F(SpreadTest, TheSameIdAgainAfterALostAnswerIsChargedAfresh) {
  decide({check("a", 1), check("b", 2), check("c", 3)}, "one");
  run_until(2);  // its parts are noted, b is charged, c is asked
  client_->fail(Failure::timeout);
  run();
  EXPECT_EQ(answers_.at(0).status, Status::timeout);
  EXPECT_THAT(counts(), UnorderedElementsAre(Pair("p:{b}", 0)));
  decide({check("a", 1), check("b", 2), check("c", 3)}, "one");
  run();
  EXPECT_EQ(answers_.at(0).status, Status::decided);
  EXPECT_THAT(allowed(), ElementsAre(true, true, true));
  EXPECT_THAT(counts(), UnorderedElementsAre(Pair("p:{a}", 1), Pair("p:{b}", 2), Pair("p:{c}", 3)));
}

TEST_F(SpreadTest, ARepetitionThatFailsTakesNothingFromWhatWasGranted) {
  decide({check("a", 3, true), check("b", 4, true)}, "one");
  run();
  decide({check("a", 3, true), check("b", 4, true)}, "one");
  run_until(2);
  client_->server.run(client_->sent.front().asked);
  client_->fail(Failure::timeout);
  run();
  EXPECT_EQ(answers_.at(0).status, Status::timeout);
  EXPECT_THAT(counts(), UnorderedElementsAre(Pair("p:{a}", 3), Pair("p:{b}", 4)));
  EXPECT_TRUE(settle("one", {1, 2}));
  EXPECT_THAT(counts(), UnorderedElementsAre(Pair("p:{a}", 1), Pair("p:{b}", 2)));
}

TEST_F(SpreadTest, WhatARepetitionGotItsFailedFirstAttemptDoesNotUndo) {
  decide({check("a", 1), check("b", 2)}, "one");
  run_until(2);
  auto lost = client_->take();
  decide({check("a", 1), check("b", 2)}, "one");
  run();
  EXPECT_EQ(answers_.at(0).status, Status::decided);
  lost.done(std::unexpected(Failure::timeout));
  run();
  EXPECT_THAT(counts(), UnorderedElementsAre(Pair("p:{a}", 1), Pair("p:{b}", 2)));
}

TEST_F(SpreadTest, ACallWithoutAnIdOfItsCallerIsNotWorthRemembering) {
  decide({check("a", 1), check("b", 2)});
  run();
  for (const auto& [record, answered] : client_->server.answered) EXPECT_EQ(answered.memory, "0") << record;
}

TEST_F(SpreadTest, RefundsComeLastAndNotAfterARefusal) {
  counts() = {{"p:{b}", 3}, {"p:{a}", 5}};
  decide({check("b", -2), check("a", 1)});
  run();
  EXPECT_THAT(allowed(), ElementsAre(true, false));
  EXPECT_THAT(counts(), UnorderedElementsAre(Pair("p:{a}", 5), Pair("p:{b}", 3)));
  decide({check("b", -2), check("c", 1)});
  run();
  EXPECT_THAT(counts(), UnorderedElementsAre(Pair("p:{a}", 5), Pair("p:{b}", 1), Pair("p:{c}", 1)));
}

TEST_F(SpreadTest, WhatIsHeldOverSlotsIsSettledByItsIdPartByPart) {
  decide({check("a", 3, true), check("b", 4, true), check("c", 5, true)}, "one");
  run();
  EXPECT_THAT(remaining(), ElementsAre(2, 1, 0));
  EXPECT_TRUE(settle("one", {1, 2, 3}));
  EXPECT_THAT(counts(), UnorderedElementsAre(Pair("p:{a}", 1), Pair("p:{b}", 2), Pair("p:{c}", 3)));
}

TEST_F(SpreadTest, WhatIsHeldInOneSlotIsSettledByItsIdToo) {
  decide({check("a", 3, true)}, "one");
  run();
  EXPECT_TRUE(settle("one", {1}));
  EXPECT_THAT(counts(), UnorderedElementsAre(Pair("p:{a}", 1)));
}

TEST_F(SpreadTest, WhatIsNotHeldByItsCallerKeepsItsCostWhenTheOthersAreSettled) {
  decide({check("a", 3, true), check("b", 4)}, "one");
  run();
  EXPECT_TRUE(settle("one", {1}));
  EXPECT_THAT(counts(), UnorderedElementsAre(Pair("p:{a}", 1), Pair("p:{b}", 4)));
}

TEST_F(SpreadTest, AnIdThatNobodyUsedIsUnknown) {
  EXPECT_EQ(settle("none", {1}), Settled(std::unexpected(SettleError::unknown)));
}

TEST_F(SpreadTest, TheSameIdForChecksInOtherSlotsIsAConflictAndChargesNothing) {
  decide({check("a", 3, true)}, "one");
  run();
  decide({check("b", 3, true)}, "one");
  run();
  EXPECT_EQ(answers_.at(0).status, Status::conflict);
  EXPECT_THAT(counts(), UnorderedElementsAre(Pair("p:{a}", 3)));
}

TEST_F(SpreadTest, ACallOfOneCheckWithoutAnIdIsBatchedByItsSlot) {
  decide({check("a", 1)});
  const auto first = std::move(checks_);
  decide({check("b", 1)});
  const auto second = std::move(checks_);
  decide({check("a", 1)});
  run_until(0);
  ASSERT_EQ(client_->sent.size(), 2U);
  EXPECT_EQ(client_->sent[0].asked.script, "each");
  EXPECT_THAT(client_->sent[0].asked.keys, ElementsAre("p:{a}"));
  EXPECT_THAT(client_->sent[1].asked.keys, ElementsAre("p:{b}"));
  run();
  EXPECT_EQ(answers_.size(), 3U);
}

}  // namespace
}  // namespace weir::store::redis
