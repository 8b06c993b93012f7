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
  for (const Failure failure : {Failure::timeout, Failure::lost, Failure::down, Failure::full}) {
    ask(*ten, "a");
    ask(*ten, "b");
    run();
    client_->fail(failure);
  }
  EXPECT_THAT(answers_,
              ElementsAre("a timeout", "b timeout", "a timeout", "b timeout", "a down", "b down", "a full", "b full"));
  EXPECT_EQ(errors(StoreError::timeout), 2U);
  EXPECT_EQ(errors(StoreError::down), 4U);
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

}  // namespace
}  // namespace weir::store::redis
