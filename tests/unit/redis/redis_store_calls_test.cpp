#include "redis_store_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace weir::store::redis {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

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
