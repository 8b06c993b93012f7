#include "store/memory/memory_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace weir::store {
namespace {

using namespace std::chrono_literals;

constexpr Instant t0 = std::chrono::sys_days(std::chrono::year(2026) / 6 / 15);

class AMemoryStore : public testing::Test {
 protected:
  std::vector<Verdict> decide(std::initializer_list<Check> checks, Instant now = t0) {
    std::vector<Verdict> verdicts(checks.size());
    EXPECT_EQ(store_.decide_now({.checks = checks, .now = now}, verdicts), Status::decided);
    return verdicts;
  }
  std::int64_t remaining(const Space& space, Key key, Instant now = t0) {
    return store_.take_one(space, key, now, 0).remaining;
  }

  MemoryStore store_;
  std::shared_ptr<const Space> per_user_ = store_.open("per-user", gcra(10, 1min));
  std::shared_ptr<const Space> per_ip_ = store_.open("per-ip", fixed_window(3, 1min));
  std::shared_ptr<const Space> per_day_ = store_.open("per-day", sliding_log(5, 24h));
};

TEST_F(AMemoryStore, KeepsKeysApart) {
  EXPECT_EQ(store_.take_one(*per_user_, "a", t0, 4).remaining, 6);
  EXPECT_EQ(store_.take_one(*per_user_, "b", t0, 1).remaining, 9);
  EXPECT_EQ(store_.take_one(*per_user_, 42, t0, 2).remaining, 8);
  EXPECT_EQ(store_.take_one(*per_user_, "42", t0, 1).remaining, 9);
}

TEST_F(AMemoryStore, KeepsRulesApart) {
  store_.take_one(*per_user_, "a", t0, 4);
  EXPECT_EQ(remaining(*per_ip_, "a"), 3);
}

TEST_F(AMemoryStore, TakesKeysOfAnyBytesAndLength) {
  const std::string zeros("\0\0\xff\n", 4);
  const std::string longer("\0\0\xff\n\0", 5);
  const std::string huge(100'000, 'x');
  EXPECT_EQ(store_.take_one(*per_user_, zeros, t0, 1).remaining, 9);
  EXPECT_EQ(store_.take_one(*per_user_, longer, t0, 2).remaining, 8);
  EXPECT_EQ(store_.take_one(*per_user_, huge, t0, 3).remaining, 7);
  EXPECT_EQ(store_.take_one(*per_user_, std::string_view(), t0, 4).remaining, 6);
}

TEST_F(AMemoryStore, ChargesSeveralLimitsTogether) {
  const auto verdicts = decide({{per_user_.get(), "u", 2}, {per_ip_.get(), "1.2.3.4", 1}, {per_day_.get(), "u", 1}});
  EXPECT_EQ(verdicts[0].remaining, 8);
  EXPECT_EQ(verdicts[1].remaining, 2);
  EXPECT_EQ(verdicts[2].remaining, 4);
}

TEST_F(AMemoryStore, ChargesNothingWhenOneRefuses) {
  store_.take_one(*per_ip_, "1.2.3.4", t0, 3);
  const auto verdicts = decide({{per_user_.get(), "u", 2}, {per_ip_.get(), "1.2.3.4", 1}, {per_day_.get(), "u", 1}});
  EXPECT_TRUE(verdicts[0].allowed());
  EXPECT_FALSE(verdicts[1].allowed());
  EXPECT_EQ(verdicts[0].remaining, 10) << "says what is really left";
  EXPECT_EQ(remaining(*per_user_, "u"), 10);
  EXPECT_EQ(remaining(*per_day_, "u"), 5);
}

TEST_F(AMemoryStore, CountsOneKeyTwiceWhenItIsCheckedTwice) {
  auto verdicts = decide({{per_ip_.get(), "k", 2}, {per_ip_.get(), "k", 2}});
  EXPECT_TRUE(verdicts[0].allowed());
  EXPECT_FALSE(verdicts[1].allowed());
  EXPECT_EQ(remaining(*per_ip_, "k"), 3);
  verdicts = decide({{per_ip_.get(), "k", 2}, {per_ip_.get(), "k", 1}});
  EXPECT_EQ(verdicts[1].remaining, 0);
  EXPECT_EQ(remaining(*per_ip_, "k"), 0);
}

TEST_F(AMemoryStore, AsksBehindEarlierChecksOfTheSameKey) {
  const auto verdicts = decide({{per_ip_.get(), "k", 3}, {per_ip_.get(), "k", 0}});
  EXPECT_TRUE(verdicts[0].allowed());
  EXPECT_FALSE(verdicts[1].allowed());
}

TEST_F(AMemoryStore, ABatchAnswersAsCallsInOrderDo) {
  std::vector<Key> keys;
  for (int at = 0; at < 100; ++at) keys.emplace_back(at % 7);
  std::vector<Verdict> verdicts(keys.size());
  store_.take_many(*per_user_, keys, t0, 1, verdicts);
  std::array<int, 7> seen{};
  for (std::size_t at = 0; at < keys.size(); ++at) {
    const int before = seen[at % 7]++;
    EXPECT_EQ(verdicts[at].allowed(), before < 10) << at;
    EXPECT_EQ(verdicts[at].remaining, std::max(0, 9 - before)) << at;
  }
}

TEST_F(AMemoryStore, ResetForgetsOneKeyOnly) {
  for (const Space* space : {per_user_.get(), per_ip_.get(), per_day_.get()}) {
    store_.take_one(*space, "a", t0, 2);
    store_.take_one(*space, "b", t0, 2);
    store_.reset_now(*space, "a");
    EXPECT_EQ(remaining(*space, "a"), space->rule().count);
    EXPECT_EQ(remaining(*space, "b"), space->rule().count - 2);
  }
}

TEST_F(AMemoryStore, ResetAllForgetsEveryKeyOfTheRuleOnly) {
  store_.take_one(*per_user_, "a", t0, 2);
  store_.take_one(*per_ip_, "a", t0, 2);
  store_.reset_all_now(*per_user_);
  EXPECT_EQ(remaining(*per_user_, "a"), 10);
  EXPECT_EQ(remaining(*per_ip_, "a"), 1);
}

TEST_F(AMemoryStore, AChangedCountKeepsWhatWasCounted) {
  store_.take_one(*per_ip_, "a", t0, 2);
  EXPECT_EQ(remaining(*store_.open("per-ip", fixed_window(100, 1min)), "a"), 98);
  store_.take_one(*per_user_, "a", t0, 5);  // half of what 10 a minute allow
  EXPECT_EQ(remaining(*store_.open("per-user", gcra(20, 1min)), "a"), 10);
}

TEST_F(AMemoryStore, AChangedCountKeepsWhatWasCountedThoughItIsCodedAnotherWay) {
  store_.take_one(*per_ip_, "a", t0, 2);
  const auto larger = store_.open("per-ip", fixed_window(1'000'000'000, 1min));
  EXPECT_EQ(store_.take_one(*larger, "a", t0, 1).remaining, 1'000'000'000 - 3);
  EXPECT_EQ(remaining(*per_ip_, "a"), 0) << "and back";

  store_.take_one(*per_user_, "a", t0, 5);
  const auto sevenths = store_.open("per-user", gcra(7, 1min));
  EXPECT_EQ(remaining(*sevenths, "a"), 3);
  EXPECT_EQ(remaining(*per_user_, "a"), 5);

  const auto sliding = store_.open("s", sliding_window(10, 1min));
  store_.take_one(*sliding, "a", t0, 4);
  EXPECT_EQ(remaining(*store_.open("s", sliding_window(max_count, 1min)), "a"), max_count - 4);
  EXPECT_EQ(remaining(*sliding, "a"), 6);
}

TEST_F(AMemoryStore, AnotherAlgorithmOrPeriodStartsAfresh) {
  store_.take_one(*per_user_, "a", t0, 10);
  EXPECT_EQ(remaining(*store_.open("per-user", token_bucket(10, 1min)), "a"), 10);
  EXPECT_EQ(remaining(*store_.open("per-user", gcra(10, 1h)), "a"), 10);
}

TEST_F(AMemoryStore, IsBoundedAndCountsWhatItGaveUp) {
  MemoryStore small({.max_keys = 1000});
  const auto hourly = small.open("h", gcra(10, 1h));
  const auto sliding = small.open("s", sliding_window(10, 1h));
  const auto log = small.open("l", sliding_log(100, 1h));
  for (int key = 0; key < 1000; ++key) small.take_one(*hourly, key, t0, 1);
  EXPECT_EQ(small.statistics().keys, 1000U);
  EXPECT_EQ(small.statistics().evictions, 0U);
  for (int key = 0; key < 5000; ++key) {
    EXPECT_TRUE(small.take_one(*sliding, key, t0, 1).allowed());
    for (int call = 0; call < 5; ++call) EXPECT_TRUE(small.take_one(*log, key, t0 + call * 1s, 1).allowed());
    ASSERT_LE(small.statistics().keys, 1000U);
  }
  EXPECT_GT(small.statistics().evictions, 9000U);
}

TEST_F(AMemoryStore, KeysBeingLimitedOutliveAFloodOfIdleOnes) {
  MemoryStore small({.max_keys = 1000});
  const auto space = small.open("h", gcra(2, 1h));
  for (int call = 0; call < 3; ++call) small.take_one(*space, "attacker", t0, 1);
  for (int key = 0; key < 20'000; ++key) small.take_one(*space, key, t0, 1);
  EXPECT_FALSE(small.take_one(*space, "attacker", t0, 1).allowed());
}

TEST_F(AMemoryStore, SlotsWhoseTimeHasPassedAreUsedAgain) {
  MemoryStore small({.max_keys = 1000});
  const auto space = small.open("s", gcra(2, 1s));
  for (int key = 0; key < 100'000; ++key) small.take_one(*space, key, t0 + key * 10ms, 1);
  EXPECT_EQ(small.statistics().evictions, 0U);
}

TEST(MemoryStoreUnderContention, AdmitsExactlyTheLimit) {
  for (const Rule& rule : {gcra(500, 1h), fixed_window(500, 1h), sliding_window(500, 1h), sliding_log(500, 1h),
                           gcra(499, 1min), interval_bucket(500, 1h)}) {
    MemoryStore store;
    const auto space = store.open("limit", rule);
    for (int round = 0; round < 20; ++round) {
      std::atomic<int> admitted = 0;
      std::vector<std::thread> threads;
      for (int thread = 0; thread < 8; ++thread) {
        threads.emplace_back([&] {
          int mine = 0;
          for (int call = 0; call < 200; ++call) mine += store.take_one(*space, round, t0, 1).allowed() ? 1 : 0;
          admitted += mine;
        });
      }
      for (auto& thread : threads) thread.join();
      ASSERT_EQ(admitted, rule.count);
    }
  }
}

TEST(MemoryStoreUnderContention, SeveralLimitsStayOneDecision) {
  MemoryStore store;
  const auto narrow = store.open("narrow", gcra(100, 1h));
  const auto wide = store.open("wide", fixed_window(1'000'000, 1h));
  std::atomic<int> admitted = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      for (int call = 0; call < 500; ++call) {
        std::array<Check, 2> checks{Check{narrow.get(), "one"}, Check{wide.get(), "all"}};
        if (thread % 2 == 1) std::swap(checks[0], checks[1]);
        std::array<Verdict, 2> verdicts;
        ASSERT_EQ(store.decide_now({.checks = checks, .now = t0}, verdicts), Status::decided);
        admitted += verdicts[0].allowed() && verdicts[1].allowed() ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(admitted, 100);
  EXPECT_EQ(store.take_one(*wide, "all", t0, 0).remaining, 1'000'000 - 100);
}

TEST(MemoryStoreUnderContention, TablesGrowWhileOthersDecide) {
  MemoryStore store;
  const auto space = store.open("limit", gcra(3, 1h));
  std::atomic<int> admitted = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      int mine = 0;
      for (int key = 0; key < 20'000; ++key) mine += store.take_one(*space, key, t0, 1).allowed() ? 1 : 0;
      admitted += mine;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(admitted, 3 * 20'000);
}

TEST(MemoryStoreCharge, TakesUnitsByForceAndGivesThemBack) {
  MemoryStore store;
  const auto space = store.open("limit", fixed_window(10, 1min));
  const Instant now = t0;
  const std::array<Charge, 2> charges{{{.key = "u", .units = 12}, {.key = "v", .units = 3}}};
  std::optional<Status> status;
  store.charge(*space, charges, now, [&](Status how) { status = how; });
  EXPECT_EQ(status, Status::decided);
  EXPECT_EQ(store.take_one(*space, "u", now, 0).debt, 2);
  EXPECT_EQ(store.take_one(*space, "v", now, 0).remaining, 7);
  store.charge_now(*space, "u", now, -100);
  EXPECT_EQ(store.take_one(*space, "u", now, 0).remaining, 10);
}

}  // namespace
}  // namespace weir::store
