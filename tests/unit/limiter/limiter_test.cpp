#include <weir/weir.hpp>

#include "limiter/fake_clock.hpp"
#include "limiter/matchers.hpp"

#include <gmock/gmock.h>

#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace weir::limiter {
namespace {

using testing::HasSubstr;

class LimiterTest : public testing::Test {
 protected:
  Options with_clock() { return {.clock = &clock_}; }
  FakeClock clock_;
};

TEST_F(LimiterTest, AdmitsItsCountAndThenRefuses) {
  Limiter limiter(fixed_window(2, 1min), with_clock());
  EXPECT_THAT(limiter.limit("user:42"), AllowedWithRemaining(1));
  EXPECT_THAT(limiter.limit("user:42"), AllowedWithRemaining(0));
  EXPECT_THAT(limiter.limit("user:42"), LimitedFor(1min));
}

TEST_F(LimiterTest, SaysItsCapacityAndWhenItIsFullAgain) {
  Limiter limiter(fixed_window(5, 1min), with_clock());
  const Instant start = clock_.now();
  clock_.advance(20s);
  const Decision decision = limiter.limit("user", 3);
  EXPECT_EQ(decision.limit, 5);
  EXPECT_EQ(decision.reset, start + 1min);
}

TEST_F(LimiterTest, RetryAfterIsExact) {
  Limiter limiter(gcra(10, 1s, 1), with_clock());
  ASSERT_THAT(limiter.limit("user"), Allowed());
  const Decision refused = limiter.limit("user");
  ASSERT_THAT(refused, Limited());
  clock_.advance(*refused.retry_after - 1ns);
  EXPECT_THAT(limiter.limit("user"), LimitedFor(1ns));
  clock_.advance(1ns);
  EXPECT_THAT(limiter.limit("user"), Allowed());
}

TEST_F(LimiterTest, CountsEachKeyForItself) {
  Limiter limiter(fixed_window(1, 1min), with_clock());
  ASSERT_THAT(limiter.limit("a"), Allowed());
  EXPECT_THAT(limiter.limit("b"), Allowed());
  EXPECT_THAT(limiter.limit("a"), Limited());
}

TEST_F(LimiterTest, ManyKeysAreDecidedEachForItselfInOrder) {
  Limiter limiter(fixed_window(1, 1min), with_clock());
  const std::vector<Key> keys(100, "a");
  std::vector<Decision> decisions(keys.size());
  limiter.limit_many(keys, decisions);
  EXPECT_THAT(decisions.front(), AllowedWithRemaining(0));
  EXPECT_THAT(std::span(decisions).subspan(1), testing::Each(LimitedFor(1min)));
}

TEST_F(LimiterTest, ManyKeysObeyTheListsToo) {
  Options options = with_clock();
  options.deny = {"b"};
  Limiter limiter(fixed_window(1, 1min), options);
  const std::vector<Key> keys{"a", "b"};
  std::vector<Decision> decisions(keys.size());
  limiter.limit_many(keys, decisions);
  EXPECT_THAT(decisions[0], Allowed());
  EXPECT_EQ(decisions[1].reason, Reason::denied);
  EXPECT_THROW(limiter.limit_many(keys, std::span(decisions).first(1)), std::length_error);
}

TEST_F(LimiterTest, ItsStoreCountsWhatItForgotAtItsBound) {
  const auto store = memory_store({.max_keys = 100, .clock = &clock_});
  Limiter limiter(fixed_window(5, 1min), {.store = store});
  for (int key = 0; key < 150; ++key) ASSERT_THAT(limiter.limit(key), Allowed());
  EXPECT_EQ(store->statistics().keys, 100U);
  EXPECT_EQ(store->statistics().evictions, 50U);
}

TEST_F(LimiterTest, ANumberIsNotItsText) {
  Limiter limiter(fixed_window(1, 1min), with_clock());
  ASSERT_THAT(limiter.limit(42), Allowed());
  EXPECT_THAT(limiter.limit("42"), Allowed());
  EXPECT_THAT(limiter.limit(42), Limited());
}

TEST_F(LimiterTest, AKeyIsAnyBytesOfAnyLength) {
  Limiter limiter(fixed_window(1, 1min), with_clock());
  const std::string long_key(5000, '\0');
  ASSERT_THAT(limiter.limit(long_key), Allowed());
  EXPECT_THAT(limiter.limit(long_key), Limited());
  EXPECT_THAT(limiter.limit(long_key + '\xff'), Allowed());
  EXPECT_THAT(limiter.limit(""), Allowed());
}

TEST_F(LimiterTest, ACostAboveTheLimitIsRefusedForGood) {
  Limiter limiter(fixed_window(10, 1min), with_clock());
  EXPECT_THAT(limiter.limit("user", 11), RefusedForGood(Reason::cost_above_limit));
  EXPECT_THAT(limiter.limit("user", 10), AllowedWithRemaining(0));
}

TEST_F(LimiterTest, ACostBeyondAllBoundsIsRefusedForGood) {
  Limiter limiter(fixed_window(max_count, 1min), with_clock());
  EXPECT_THAT(limiter.limit("user", max_count), RefusedForGood(Reason::cost_above_limit));
  EXPECT_THAT(limiter.limit("user", INT64_MAX), RefusedForGood(Reason::cost_above_limit));
}

TEST_F(LimiterTest, ANegativeCostRefundsButNeverAboveTheLimit) {
  Limiter limiter(fixed_window(10, 1min), with_clock());
  ASSERT_THAT(limiter.limit("user", 4), AllowedWithRemaining(6));
  EXPECT_THAT(limiter.limit("user", -3), AllowedWithRemaining(9));
  EXPECT_THAT(limiter.limit("user", INT64_MIN), AllowedWithRemaining(10));
}

TEST_F(LimiterTest, CostZeroAsksWhetherAnythingIsLeft) {
  Limiter limiter(fixed_window(1, 1min), with_clock());
  EXPECT_THAT(limiter.limit("user", 0), AllowedWithRemaining(1));
  EXPECT_THAT(limiter.limit("user"), AllowedWithRemaining(0));
  EXPECT_THAT(limiter.limit("user", 0), Limited());
}

TEST_F(LimiterTest, RemainingChargesNothing) {
  Limiter limiter(fixed_window(3, 1min), with_clock());
  ASSERT_THAT(limiter.limit("user"), AllowedWithRemaining(2));
  EXPECT_THAT(limiter.remaining("user"), AllowedWithRemaining(2));
  EXPECT_THAT(limiter.remaining("user"), AllowedWithRemaining(2));
}

TEST_F(LimiterTest, ResetForgetsOneKey) {
  Limiter limiter(fixed_window(1, 1min), with_clock());
  ASSERT_THAT(limiter.limit("a"), Allowed());
  ASSERT_THAT(limiter.limit("b"), Allowed());
  EXPECT_TRUE(limiter.reset("a"));
  EXPECT_THAT(limiter.limit("a"), Allowed());
  EXPECT_THAT(limiter.limit("b"), Limited());
}

TEST_F(LimiterTest, ResetAllForgetsEveryKey) {
  Limiter limiter(fixed_window(1, 1min), with_clock());
  ASSERT_THAT(limiter.limit("a"), Allowed());
  ASSERT_THAT(limiter.limit("b"), Allowed());
  EXPECT_TRUE(limiter.reset_all());
  EXPECT_THAT(limiter.limit("a"), Allowed());
  EXPECT_THAT(limiter.limit("b"), Allowed());
}

TEST_F(LimiterTest, UnnamedLimitersCountApart) {
  Limiter one(fixed_window(1, 1min), with_clock());
  Limiter other(fixed_window(1, 1min), with_clock());
  ASSERT_THAT(one.limit("user"), Allowed());
  EXPECT_THAT(other.limit("user"), Allowed());
}

TEST_F(LimiterTest, LimitersOfOneNameAndStoreCountTogether) {
  const auto store = memory_store();
  Limiter one(fixed_window(1, 1min), {.name = "per-user", .store = store, .clock = &clock_});
  Limiter other(fixed_window(1, 1min), {.name = "per-user", .store = store, .clock = &clock_});
  ASSERT_THAT(one.limit("user"), Allowed());
  EXPECT_THAT(other.limit("user"), Limited());
}

TEST_F(LimiterTest, StoresCountApart) {
  Limiter one(fixed_window(1, 1min), {.name = "n", .store = memory_store(), .clock = &clock_});
  Limiter other(fixed_window(1, 1min), {.name = "n", .store = memory_store(), .clock = &clock_});
  ASSERT_THAT(one.limit("user"), Allowed());
  EXPECT_THAT(other.limit("user"), Allowed());
}

TEST_F(LimiterTest, TakesTheClockOfItsStore) {
  Limiter limiter(fixed_window(1, 1min), {.store = memory_store({.clock = &clock_})});
  ASSERT_THAT(limiter.limit("user"), Allowed());
  ASSERT_THAT(limiter.limit("user"), Limited());
  clock_.advance(1min);
  EXPECT_THAT(limiter.limit("user"), Allowed());
}

TEST_F(LimiterTest, WorksWithTheSystemsClock) {
  Limiter limiter(fixed_window(1, std::chrono::hours(24)));
  EXPECT_THAT(limiter.limit("user"), Allowed());
  EXPECT_THAT(limiter.limit("user"), Limited());
}

TEST_F(LimiterTest, AnUnlimitedRuleNeverRefuses) {
  Limiter limiter(unlimited(), with_clock());
  EXPECT_THAT(limiter.limit("user", max_count - 1), Unlimited());
  EXPECT_THAT(limiter.remaining("user"), Unlimited());
}

TEST_F(LimiterTest, CanBeMoved) {
  Limiter one(fixed_window(1, 1min), with_clock());
  ASSERT_THAT(one.limit("user"), Allowed());
  Limiter other(std::move(one));
  EXPECT_THAT(other.limit("user"), Limited());
}

TEST_F(LimiterTest, TheSameIdGetsTheFirstAnswer) {
  Limiter limiter(fixed_window(5, 1min), {.store = memory_store(), .clock = &clock_});
  ASSERT_THAT(limiter.limit("user", {.cost = 2, .id = "call-1"}), AllowedWithRemaining(3));
  EXPECT_THAT(limiter.limit("user", {.cost = 2, .id = "call-1"}), AllowedWithRemaining(3));
  EXPECT_THAT(limiter.remaining("user"), AllowedWithRemaining(3));
  clock_.advance(10min);
  EXPECT_THAT(limiter.limit("user", {.cost = 1, .id = "call-1"}), AllowedWithRemaining(4));
}

TEST_F(LimiterTest, AnIdOfAnotherCallIsAConflict) {
  Limiter limiter(fixed_window(5, 1min), {.store = memory_store(), .clock = &clock_});
  ASSERT_THAT(limiter.limit("user", {.cost = 2, .id = "call-1"}), Allowed());
  EXPECT_THAT(limiter.limit("user", {.cost = 3, .id = "call-1"}), RefusedForGood(Reason::id_conflict));
  EXPECT_THAT(limiter.remaining("user"), AllowedWithRemaining(3));
}

TEST_F(LimiterTest, LimitOnAConcurrencyLimitIsAProgrammingError) {
  Limiter limiter(concurrency(2), with_clock());
  EXPECT_THROW((void)limiter.limit("user"), std::logic_error);
  EXPECT_THROW((void)limiter.limit("user", {.cost = 1, .id = "x"}), std::logic_error);
}

TEST_F(LimiterTest, AnInvalidRuleIsRefusedWithAReason) {
  EXPECT_THROW(Limiter(fixed_window(0, 1min)), std::invalid_argument);
  const auto made = Limiter::make(fixed_window(0, 1min));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error(), HasSubstr("at least 1"));
}

TEST_F(LimiterTest, NamesAreChecked) {
  EXPECT_TRUE(Limiter::make(fixed_window(1, 1min), {.name = "Per-User_1.0"}));
  EXPECT_FALSE(Limiter::make(fixed_window(1, 1min), {.name = "per user"}));
  EXPECT_FALSE(Limiter::make(fixed_window(1, 1min), {.name = std::string(65, 'a')}));
}

TEST_F(LimiterTest, WaitsExactlyUntilTheCallPasses) {
  Limiter limiter(gcra(10, 1s, 1), with_clock());
  ASSERT_THAT(limiter.limit("user"), Allowed());
  EXPECT_THAT(limiter.block_until_ready("user", 5s), Allowed());
  EXPECT_EQ(clock_.slept(), 100ms);
}

TEST_F(LimiterTest, DoesNotWaitWhenTheCallCanNotPassInTime) {
  Limiter limiter(fixed_window(1, 1min), with_clock());
  ASSERT_THAT(limiter.limit("user"), Allowed());
  EXPECT_THAT(limiter.block_until_ready("user", 1min - 1ns), LimitedFor(1min));
  EXPECT_THAT(limiter.block_until_ready("user", 1h, 2), RefusedForGood(Reason::cost_above_limit));
  EXPECT_EQ(clock_.slept(), 0ns);
}

TEST_F(LimiterTest, WaitsAgainWhenSomebodyElseWasFaster) {
  class BusyClock final : public Clock {
   public:
    explicit BusyClock(FakeClock& clock) : clock_(clock) {}
    [[nodiscard]] Instant now() noexcept override { return clock_.now(); }
    void sleep_until(Instant time) override {
      clock_.sleep_until(time);
      if (rival != nullptr) std::exchange(rival, nullptr)->limit("user");
    }
    Limiter* rival = nullptr;

   private:
    FakeClock& clock_;
  } busy(clock_);
  Limiter limiter(fixed_window(1, 1min), {.clock = &busy});
  ASSERT_THAT(limiter.limit("user"), Allowed());
  busy.rival = &limiter;
  EXPECT_THAT(limiter.block_until_ready("user", 5min), Allowed());
  EXPECT_EQ(clock_.slept(), 2min);
}

}  // namespace
}  // namespace weir::limiter
