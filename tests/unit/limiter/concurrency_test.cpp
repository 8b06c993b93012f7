#include <weir/weir.hpp>

#include "limiter/fake_clock.hpp"
#include "limiter/matchers.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace weir::limiter {
namespace {

constexpr int threads = 8;

// Runs `work(thread)` in every thread, all beginning together; returns the sum of what they return.
std::int64_t together(const std::function<std::int64_t(int)>& work) {
  std::barrier start(threads);
  std::atomic<std::int64_t> sum{0};
  std::vector<std::jthread> running;
  for (int thread = 0; thread < threads; ++thread) {
    running.emplace_back([&, thread] {
      start.arrive_and_wait();
      sum += work(thread);
    });
  }
  running.clear();
  return sum;
}

class ManyThreads : public testing::Test {
 protected:
  FakeClock clock_;
  std::shared_ptr<Store> store_ = memory_store({.clock = &clock_});
};

TEST_F(ManyThreads, OnOneKeyAdmitExactlyTheLimit) {
  constexpr int rounds = 200;
  constexpr std::int64_t limit = 100;
  for (const Rule& rule : {fixed_window(limit, 1min), sliding_window(limit, 1min), sliding_log(limit, 1min),
                           token_bucket(limit, 1min), interval_bucket(limit, 1min), gcra(limit, 1min)}) {
    Limiter limiter(rule, {.store = store_});
    for (int round = 0; round < rounds; ++round) {
      const std::int64_t admitted = together([&](int) {
        std::int64_t passed = 0;
        for (int call = 0; call < 20; ++call) passed += limiter.limit(round) ? 1 : 0;
        return passed;
      });
      ASSERT_EQ(admitted, limit) << "algorithm " << static_cast<int>(rule.algorithm) << ", round " << round;
    }
  }
}

TEST_F(ManyThreads, OnSeveralLimitsAdmitExactlyTheTightest) {
  Limiter wide(fixed_window(1000, 1min), {.store = store_});
  Limiter tight(fixed_window(50, 1min), {.store = store_});
  for (int round = 0; round < 100; ++round) {
    const std::int64_t admitted = together([&](int thread) {
      std::int64_t passed = 0;
      for (int call = 0; call < 10; ++call) {
        // Both orders, so that locks taken as written would meet head-on.
        const std::array checks = thread % 2 == 0 ? std::array{Check(wide, round), Check(tight, round)}
                                                  : std::array{Check(tight, round), Check(wide, round)};
        passed += limit_all(checks) ? 1 : 0;
      }
      return passed;
    });
    ASSERT_EQ(admitted, 50);
    ASSERT_EQ(wide.remaining(round).remaining, 950) << "refused calls cost nothing";
  }
}

TEST_F(ManyThreads, HoldNoMoreThanTheSlots) {
  Limiter slots(concurrency(3), {.store = store_});
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  together([&](int) {
    for (int call = 0; call < 200; ++call) {
      const auto held = slots.reserve("pool", 1);
      if (!held) continue;
      const int now = ++inside;
      int seen = most.load();
      while (seen < now && !most.compare_exchange_weak(seen, now)) {
      }
      --inside;
    }
    return 0;
  });
  EXPECT_LE(most, 3);
  EXPECT_EQ(slots.remaining("pool").remaining, 3);
}

TEST_F(ManyThreads, DecideWhileRatesAndListsChange) {
  Limiter limiter(fixed_window(1000, 1min), {.store = store_});
  const std::int64_t admitted = together([&](int thread) -> std::int64_t {
    if (thread == 0) {
      for (int change = 0; change < 300; ++change) {
        EXPECT_TRUE(limiter.set_rate(fixed_window(change % 2 == 0 ? 500 : 1000, 1min)));
        EXPECT_TRUE(limiter.set_rate("other", fixed_window(1, 1min)));
        EXPECT_TRUE(limiter.deny("10.0.0.0/8"));
        EXPECT_TRUE(limiter.undeny("10.0.0.0/8"));
        EXPECT_TRUE(limiter.clear_rate("other"));
        EXPECT_TRUE(limiter.clear_rate());
      }
      return 0;
    }
    std::int64_t passed = 0;
    for (int call = 0; call < 1000; ++call) passed += limiter.limit("user") ? 1 : 0;
    return passed;
  });
  EXPECT_LE(admitted, 1000);
  EXPECT_GE(admitted, 500);
  EXPECT_EQ(limiter.rate().rule, fixed_window(1000, 1min));
}

TEST_F(ManyThreads, ANewRateHoldsForEveryCallThatBeginsAfterIt) {
  for (int round = 0; round < 200; ++round) {
    Limiter limiter(fixed_window(1000, 1min), {.store = store_});
    std::atomic<bool> lowered{false};
    const std::int64_t too_many = together([&](int thread) -> std::int64_t {
      if (thread == 0) {
        EXPECT_TRUE(limiter.set_rate(fixed_window(1, 1min)));
        lowered = true;
        return 0;
      }
      std::int64_t wrong = 0;
      for (int call = 0; call < 20; ++call) {
        const bool after = lowered;
        if (limiter.limit("user").limit != 1 && after) ++wrong;
      }
      return wrong;
    });
    ASSERT_EQ(too_many, 0);
  }
}

}  // namespace
}  // namespace weir::limiter
