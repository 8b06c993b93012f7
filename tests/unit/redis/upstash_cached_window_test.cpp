#include "store/redis/upstash/cached_fixed_window.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace weir::store::redis::upstash {
namespace {

using namespace std::chrono_literals;
using limits::Verdict;

constexpr Instant t0{std::chrono::milliseconds(1'700'000'000'000)};  // a window of 10 s starts there
constexpr Terms ten{.kind = Kind::fixed_window, .limit = 10, .window = 10'000, .refill = 10};

Verdict redis_says_left(std::int64_t remaining) { return {.limit = 10, .remaining = remaining}; }

TEST(UpstashCachedFixedWindow, KnowsNothingAtFirst) {
  CachedFixedWindow cache(ten, 100);
  EXPECT_FALSE(cache.decide("u", 1, t0));
}

TEST(UpstashCachedFixedWindow, CountsByItselfWhatRedisHasSaid) {
  CachedFixedWindow cache(ten, 100);
  cache.learn("u", redis_says_left(7), t0);
  EXPECT_EQ(cache.decide("u", 5, t0)->remaining, 2);
  EXPECT_FALSE(cache.decide("u", 3, t0)->allowed());
  EXPECT_EQ(cache.decide("u", 2, t0)->remaining, 0);
}

TEST(UpstashCachedFixedWindow, HearsOfOthersWhenRedisAnswersACharge) {
  CachedFixedWindow cache(ten, 100);
  cache.learn("u", redis_says_left(9), t0);
  EXPECT_TRUE(cache.decide("u", 1, t0)->allowed());
  cache.charged("u", 1, redis_says_left(2), t0);  // others took six
  EXPECT_EQ(cache.decide("u", 0, t0)->remaining, 2);
}

TEST(UpstashCachedFixedWindow, WhatRedisHasNotConfirmedCounts) {
  CachedFixedWindow cache(ten, 100);
  cache.learn("u", redis_says_left(9), t0);
  EXPECT_TRUE(cache.decide("u", 4, t0)->allowed());
  EXPECT_TRUE(cache.decide("u", 4, t0)->allowed());
  cache.charged("u", 4, redis_says_left(5), t0);
  EXPECT_EQ(cache.decide("u", 0, t0)->remaining, 1);
}

TEST(UpstashCachedFixedWindow, AWindowsCountEndsWithIt) {
  CachedFixedWindow cache(ten, 100);
  cache.learn("u", redis_says_left(0), t0);
  EXPECT_FALSE(cache.decide("u", 1, t0 + 9999ms)->allowed());
  EXPECT_FALSE(cache.decide("u", 1, t0 + 10s));
}

TEST(UpstashCachedFixedWindow, IsBoundedAndForgets) {
  CachedFixedWindow cache(ten, 100);
  for (int i = 0; i < 1000; ++i) cache.learn(std::to_string(i), redis_says_left(5), t0);
  EXPECT_EQ(cache.size(), 100);
  cache.learn("next window", redis_says_left(5), t0 + 10s);
  EXPECT_TRUE(cache.decide("next window", 1, t0 + 10s));
  cache.forget("next window");
  EXPECT_FALSE(cache.decide("next window", 1, t0 + 10s));
}

}  // namespace
}  // namespace weir::store::redis::upstash
