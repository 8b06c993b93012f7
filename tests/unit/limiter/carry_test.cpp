#include "limiter/carry.hpp"

#include "limiter/fake_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace weir::limiter {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Carry : public testing::Test {
 protected:
  Limiter limiter(const Rule& rule, Options options = {}) {
    options.name = "per-user";
    options.store = store_;
    return Limiter(rule, std::move(options));
  }
  FakeClock clock_;
  std::shared_ptr<Store> store_ = memory_store({.clock = &clock_});
};

TEST_F(Carry, RatesForAllAndForSingleKeysGoOn) {
  Limiter old = limiter(fixed_window(10, 1min));
  ASSERT_TRUE(old.set_rate(fixed_window(20, 1min)));
  ASSERT_TRUE(old.set_rate("vip", fixed_window(1000, 1h)));
  ASSERT_TRUE(old.set_rate(42, fixed_window(7, 1h)));
  Limiter changed = limiter(fixed_window(11, 1min));
  EXPECT_THAT(carry_settings(old, changed), IsEmpty());
  EXPECT_EQ(changed.rate().rule, fixed_window(20, 1min));
  EXPECT_TRUE(changed.rate().runtime);
  EXPECT_EQ(changed.rate("vip").rule, fixed_window(1000, 1h));
  EXPECT_EQ(changed.rate(42).rule, fixed_window(7, 1h));
  EXPECT_EQ(changed.rate("42").rule, fixed_window(20, 1min));
}

TEST_F(Carry, CountersGoOnAsTheyAre) {
  Limiter old = limiter(fixed_window(10, 1min));
  (void)old.limit("ann", 4);
  Limiter changed = limiter(fixed_window(20, 1min));
  EXPECT_THAT(carry_settings(old, changed), IsEmpty());
  EXPECT_EQ(changed.remaining("ann").remaining, 16);
}

TEST_F(Carry, DenyEntriesKeepTheRestOfTheirTime) {
  Limiter old = limiter(fixed_window(10, 1min));
  ASSERT_TRUE(old.deny("mallory", 10s));
  ASSERT_TRUE(old.deny("eve"));
  clock_.advance(6s);
  Limiter changed = limiter(fixed_window(20, 1min));
  EXPECT_THAT(carry_settings(old, changed), IsEmpty());
  EXPECT_EQ(changed.limit("mallory").reason, Reason::denied);
  EXPECT_EQ(changed.limit("eve").reason, Reason::denied);
  clock_.advance(4s);
  EXPECT_TRUE(changed.limit("mallory"));
  EXPECT_FALSE(changed.limit("eve"));
}

TEST_F(Carry, WhatTheOldConfigurationDeniedIsNotCarried) {
  Limiter old = limiter(fixed_window(10, 1min), {.deny = {"eve"}});
  Limiter changed = limiter(fixed_window(10, 1min));
  EXPECT_THAT(carry_settings(old, changed), IsEmpty());
  EXPECT_TRUE(changed.limit("eve"));
}

TEST_F(Carry, ARateIsCountedByTheNewAlgorithm) {
  Limiter old = limiter(token_bucket(10, 1min, 5));
  ASSERT_TRUE(old.set_rate(token_bucket(100, 1h, 50)));
  Limiter changed = limiter(sliding_window(10, 1min));
  EXPECT_THAT(carry_settings(old, changed), IsEmpty());
  EXPECT_EQ(changed.rate().rule, sliding_window(100, 1h));
}

TEST_F(Carry, WhatFitsNoMoreIsDroppedAndSaidWithoutItsKey) {
  Limiter old = limiter(fixed_window(10, 1min));
  ASSERT_TRUE(old.set_rate(fixed_window(20, 1min)));
  ASSERT_TRUE(old.set_rate("secret", fixed_window(30, 1min)));
  ASSERT_TRUE(old.set_rate("free", unlimited()));
  Limiter changed = limiter(concurrency(3));
  EXPECT_THAT(carry_settings(old, changed),
              ElementsAre(HasSubstr("set at run time does not fit"),
                          testing::AllOf(HasSubstr("single keys 1 do"), testing::Not(HasSubstr("secret")))));
  EXPECT_EQ(changed.rate().rule, concurrency(3));
  EXPECT_EQ(changed.rate("free").rule, unlimited());
}

}  // namespace
}  // namespace weir::limiter
