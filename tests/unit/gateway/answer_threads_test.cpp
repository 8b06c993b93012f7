#include "gateway/answer_threads.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>

namespace weir::gateway {
namespace {

TEST(AnswerThreads, DoWhatTheyAreGiven) {
  AnswerThreads threads;
  std::latch done(20);
  for (int job = 0; job < 20; ++job) ASSERT_TRUE(threads.run([&] { done.count_down(); }));
  done.wait();
}

TEST(AnswerThreads, SeveralWaitAtTheSameTime) {
  AnswerThreads threads;
  std::latch all_wait(AnswerThreads::most_threads);
  std::latch done(AnswerThreads::most_threads);
  for (std::size_t job = 0; job < AnswerThreads::most_threads; ++job) {
    ASSERT_TRUE(threads.run([&] {
      all_wait.arrive_and_wait();
      done.count_down();
    }));
  }
  done.wait();
}

TEST(AnswerThreads, WhoComesWhenTheQueueIsFullIsToldSo) {
  std::latch may_end(1);
  std::latch busy(AnswerThreads::most_threads);
  AnswerThreads threads;  // ends before what its threads wait for
  for (std::size_t job = 0; job < AnswerThreads::most_threads; ++job) {
    ASSERT_TRUE(threads.run([&] {
      busy.count_down();
      may_end.wait();
    }));
  }
  busy.wait();
  for (std::size_t job = 0; job < AnswerThreads::most_waiting; ++job) ASSERT_TRUE(threads.run([] {}));
  EXPECT_FALSE(threads.run([] { FAIL() << "there was no room"; }));
  may_end.count_down();
}

TEST(AnswerThreads, WhatWaitsAtTheEndIsForgotten) {
  const auto token = std::make_shared<int>();
  {
    AnswerThreads threads;
    for (int job = 0; job < 10; ++job) ASSERT_TRUE(threads.run([token] {}));
  }
  EXPECT_EQ(token.use_count(), 1);
  AnswerThreads stopped;
  stopped.stop();
  EXPECT_FALSE(stopped.run([] {}));
}

}  // namespace
}  // namespace weir::gateway
