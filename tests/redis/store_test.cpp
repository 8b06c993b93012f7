// What every Store does, of the memory store and of those in Redis alike: counting.
#include "every_store.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace weir::store::redis {
namespace {

using namespace std::chrono_literals;

TEST_P(EveryStore, KeepsKeysApart) {
  EXPECT_EQ(take(*per_user_, "a", 4), 6);
  EXPECT_EQ(take(*per_user_, "b"), 9);
  EXPECT_EQ(take(*per_user_, 42, 2), 8);
  EXPECT_EQ(take(*per_user_, "42"), 9);
}

TEST_P(EveryStore, KeepsRulesApart) {
  EXPECT_EQ(take(*per_user_, "a", 4), 6);
  EXPECT_EQ(user().remaining(*per_ip_, "a"), 3);
}

TEST_P(EveryStore, TakesKeysOfAnyBytesAndLength) {
  const std::string zeros("\0\0\xff\n", 4);
  const std::string longer("\0\0\xff\n\0", 5);
  const std::string huge(100'000, 'x');
  const std::string braces("}{%}\r\n");
  EXPECT_EQ(take(*per_user_, zeros, 1), 9);
  EXPECT_EQ(take(*per_user_, longer, 2), 8);
  EXPECT_EQ(take(*per_user_, huge, 3), 7);
  EXPECT_EQ(take(*per_user_, std::string_view(), 4), 6);
  EXPECT_EQ(take(*per_user_, braces, 5), 5);
  EXPECT_EQ(user().remaining(*per_user_, huge), 7);
  EXPECT_EQ(user().remaining(*per_user_, braces), 5);
}

TEST_P(EveryStore, CountsByEveryAlgorithm) {
  for (const Rule& rule : {fixed_window(3, ages), sliding_window(3, ages), sliding_log(3, ages), token_bucket(3, ages),
                           interval_bucket(3, ages), gcra(3, ages), fixed_window(3, Period::year())}) {
    const auto space = user().open("each", rule);
    SCOPED_TRACE(static_cast<int>(rule.algorithm));
    EXPECT_EQ(take(*space, "k", 2), 1);
    const Verdict refused = user().take(*space, "k", 2);
    EXPECT_EQ(refused.outcome, limits::Outcome::limited);
    EXPECT_EQ(refused.remaining, 1);
    EXPECT_GT(refused.retry_after, 0ns);
    EXPECT_EQ(user().take(*space, "k", 4).outcome, limits::Outcome::cost_above_limit);
    EXPECT_EQ(take(*space, "k", 1), 0);
    EXPECT_FALSE(user().take(*space, "k", 0).allowed());
    EXPECT_EQ(take(*space, "k", -1), 1);
    EXPECT_EQ(user().reset(*space, "k"), Settled{});
    EXPECT_EQ(user().remaining(*space, "k"), 3);
  }
}

TEST_P(EveryStore, ChargesSeveralLimitsTogether) {
  const Answer answer =
      user().decide({{per_user_.get(), "u", 2}, {per_ip_.get(), "1.2.3.4", 1}, {per_day_.get(), "u", 1}});
  ASSERT_EQ(answer.status, Status::decided);
  EXPECT_EQ(answer.verdicts[0].remaining, 8);
  EXPECT_EQ(answer.verdicts[1].remaining, 2);
  EXPECT_EQ(answer.verdicts[2].remaining, 4);
}

TEST_P(EveryStore, ChargesNothingWhenOneRefuses) {
  EXPECT_EQ(take(*per_ip_, "1.2.3.4", 3), 0);
  const Answer answer =
      user().decide({{per_user_.get(), "u", 2}, {per_ip_.get(), "1.2.3.4", 1}, {per_day_.get(), "u", 1}});
  ASSERT_EQ(answer.status, Status::decided);
  EXPECT_TRUE(answer.verdicts[0].allowed());
  EXPECT_FALSE(answer.verdicts[1].allowed());
  EXPECT_EQ(answer.verdicts[0].remaining, 10) << "says what is really left";
  EXPECT_EQ(user().remaining(*per_user_, "u"), 10);
  EXPECT_EQ(user().remaining(*per_day_, "u"), 5);
}

TEST_P(EveryStore, CountsOneKeyTwiceWhenItIsCheckedTwice) {
  Answer answer = user().decide({{per_ip_.get(), "k", 2}, {per_ip_.get(), "k", 2}});
  EXPECT_TRUE(answer.verdicts[0].allowed());
  EXPECT_FALSE(answer.verdicts[1].allowed());
  EXPECT_EQ(user().remaining(*per_ip_, "k"), 3);
  answer = user().decide({{per_ip_.get(), "k", 2}, {per_ip_.get(), "k", 1}});
  EXPECT_EQ(answer.verdicts[1].remaining, 0);
  EXPECT_EQ(user().remaining(*per_ip_, "k"), 0);
}

TEST_P(EveryStore, AsksBehindEarlierChecksOfTheSameKey) {
  const Answer answer = user().decide({{per_ip_.get(), "k", 3}, {per_ip_.get(), "k", 0}});
  EXPECT_TRUE(answer.verdicts[0].allowed());
  EXPECT_FALSE(answer.verdicts[1].allowed());
}

TEST_P(EveryStore, ResetForgetsOneKeyOnly) {
  for (const Space* space : {per_user_.get(), per_ip_.get(), per_day_.get()}) {
    (void)take(*space, "a", 2);
    (void)take(*space, "b", 2);
    EXPECT_EQ(user().reset(*space, "a"), Settled{});
    EXPECT_EQ(user().remaining(*space, "a"), space->rule().count);
    EXPECT_EQ(user().remaining(*space, "b"), space->rule().count - 2);
  }
}

TEST_P(EveryStore, ResetAllForgetsEveryKeyOfTheRuleOnly) {
  (void)take(*per_user_, "a", 2);
  (void)take(*per_user_, "b", 2);
  (void)take(*per_ip_, "a", 2);
  EXPECT_EQ(user().reset_all(*per_user_), Settled{});
  EXPECT_EQ(user().remaining(*per_user_, "a"), 10);
  EXPECT_EQ(user().remaining(*per_user_, "b"), 10);
  EXPECT_EQ(user().remaining(*per_ip_, "a"), 1);
}

TEST_P(EveryStore, AChangedCountKeepsWhatWasCounted) {
  (void)take(*per_ip_, "a", 2);
  EXPECT_EQ(user().remaining(*user().open("per-ip", fixed_window(100, ages)), "a"), 98);
  (void)take(*per_user_, "a", 5);  // half of what 10 allow
  EXPECT_EQ(user().remaining(*user().open("per-user", gcra(20, ages)), "a"), 10);
}

TEST_P(EveryStore, ChargesByForce) {
  EXPECT_EQ(take(*tokens_, "a", 90), 10);
  EXPECT_EQ(user().charge(*tokens_, {{.key = "a", .units = 30}, {.key = "b", .units = 5}, {.key = 7, .units = 1}}),
            Status::decided);
  EXPECT_EQ(user().take(*tokens_, "a", 0).debt, 20);
  EXPECT_EQ(user().remaining(*tokens_, "b"), 95);
  EXPECT_EQ(user().remaining(*tokens_, 7), 99);
}

TEST_P(EveryStore, ManyThreadsAndStoresOnOneKeyAdmitExactlyTheLimit) {
  constexpr int limit = 200;
  constexpr int stores = 3;
  constexpr int threads = 2;
  const auto kept = user().open("hot", sliding_window(limit, ages));  // in memory, counters live as long as a space
  std::atomic<int> admitted = 0;
  std::vector<std::jthread> all;
  for (int s = 0; s < stores; ++s) {
    for (int t = 0; t < threads; ++t) {
      all.emplace_back([&, own = place_->user()] {
        const auto space = own.open("hot", sliding_window(limit, ages));
        for (int i = 0; i < limit / 4; ++i) {
          if (own.take(*space, "key").allowed()) ++admitted;
        }
      });
    }
  }
  all.clear();
  EXPECT_EQ(admitted, limit);
}

TEST_P(EveryStore, ManyCallsAtOnceAreEachAnsweredAndOverSeveralLimitsExact) {
  constexpr int calls = 300;
  const auto wide = user().open("wide", fixed_window(1000, ages));
  const auto narrow = user().open("narrow", fixed_window(100, ages));
  std::atomic<int> admitted = 0;
  std::atomic<int> answered = 0;
  const Check both[] = {{wide.get(), "w", 1}, {narrow.get(), "n", 1}};
  for (int i = 0; i < calls; ++i) {
    user().store().decide({.checks = both, .now = wall_clock()}, [&](const Answer& answer) {
      if (answer.status == Status::decided && all_allowed(answer)) ++admitted;
      ++answered;
    });
  }
  EXPECT_TRUE(becomes_true([&] { return answered == calls; }));
  EXPECT_EQ(admitted, 100);
  EXPECT_EQ(user().remaining(*narrow, "n"), 0);
  EXPECT_EQ(user().remaining(*wide, "w"), 900) << "what a refusal charged is given back";
}

INSTANTIATE_TEST_SUITE_P(All, EveryStore, testing::Values(Kind::memory, Kind::redis, Kind::cluster),
                         [](const auto& kind) { return kind_names[static_cast<std::size_t>(kind.param)]; });

}  // namespace
}  // namespace weir::store::redis
