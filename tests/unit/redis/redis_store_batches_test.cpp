#include "redis_store_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir::store::redis {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

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

TEST_F(RedisStoreTest, RequestsThatAreKeptByNameTravelWithThoseOfTheirWindow) {
  const auto ten = space(10);
  const Instant begin{29'000'000 * 1min};
  ask(*ten, "alice", 1, begin - 1ms, "a");
  ask(*ten, "alice", 2, begin, "b");
  ask(*ten, "alice", 3, begin + 59s, "c");
  run();
  ASSERT_THAT(client_->sent, SizeIs(2));
  EXPECT_THAT(client_->sent[0].asked.arguments, ElementsAre("10", "1", "1"));
  EXPECT_THAT(client_->sent[1].asked.arguments, ElementsAre("10", "2", "2", "3"));
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

TEST_F(RedisStoreTest, WhatComesAtOnceTravelsInTwoHalvesOnceThereIsEnough) {
  const auto ten = space(10);
  for (int key = 0; key < 16; ++key) ask(*ten, std::to_string(key));
  run();
  ASSERT_THAT(client_->sent, SizeIs(1));
  EXPECT_THAT(client_->sent[0].asked.keys, SizeIs(16));
  client_->answer();
  for (int key = 0; key < 40; ++key) ask(*ten, std::to_string(key));
  run();
  ASSERT_THAT(client_->sent, SizeIs(2));
  EXPECT_THAT(client_->sent[0].asked.keys, SizeIs(20));
  EXPECT_THAT(client_->sent[1].asked.keys, SizeIs(20));
  while (!client_->sent.empty()) client_->answer();
  EXPECT_THAT(answers_, SizeIs(56));
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

// Whoever hears `down` charges again: only what was surely not done may be said so.
TEST_F(RedisStoreTest, AChargeThatMayHaveBeenMadeIsNotSaidToBeDown) {
  options_.max_keys = 1;
  const auto ten = space(10);
  const Charge charges[] = {{.key = "a", .units = 1}, {.key = "b", .units = 1}};
  std::vector<Status> said;
  const auto charge = [&](Failure first, Failure second) {
    store().charge(*ten, charges, Instant{}, [&](Status status) { said.push_back(status); });
    run();
    client_->fail(first);
    client_->fail(second);
  };
  charge(Failure::timeout, Failure::down);
  charge(Failure::lost, Failure::down);
  charge(Failure::full, Failure::lost);
  charge(Failure::full, Failure::down);
  EXPECT_THAT(said, ElementsAre(Status::timeout, Status::timeout, Status::timeout, Status::down));
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

}  // namespace
}  // namespace weir::store::redis
