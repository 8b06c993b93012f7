#include "store/redis/upstash/decide.hpp"

#include "store/redis/layout/layout.hpp"
#include "store/redis/upstash/reply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace weir::store::redis::upstash {
namespace {

using namespace std::chrono_literals;
using limits::Outcome;
using limits::Verdict;

constexpr Instant t0{std::chrono::milliseconds(1'700'000'000'000)};  // a window of 10 s starts there

const Terms fixed{.kind = Kind::fixed_window, .limit = 10, .window = 10'000, .refill = 10};
const Terms sliding{.kind = Kind::sliding_window, .limit = 10, .window = 10'000, .refill = 10};
const Terms bucket{.kind = Kind::token_bucket, .limit = 10, .window = 10'000, .refill = 3};

State used(double first, double second = 0) { return {.first = first, .second = second}; }

TEST(UpstashDecide, ARefusedCostBurnsNothing) {
  State user;
  EXPECT_EQ(take(fixed, user, t0, 8).remaining, 2);
  EXPECT_EQ(take(fixed, user, t0, 5).outcome, Outcome::limited);
  EXPECT_EQ(take(fixed, user, t0, 2).remaining, 0);
}

TEST(UpstashDecide, ResetIsTheWindowsEnd) {
  State user;
  const Verdict verdict = take(fixed, user, t0 + 1ms, 1);
  EXPECT_EQ(verdict.reset, t0 + 10s);
}

TEST(UpstashDecide, ABucketsResetIsItsNextRefill) {
  State user;
  EXPECT_EQ(take(bucket, user, t0 + 3ms, 1).reset, t0 + 3ms + 10s);
  EXPECT_EQ(take(bucket, user, t0 + 3ms + 25s, 1).reset, t0 + 3ms + 30s);
}

TEST(UpstashDecide, CostZeroPassesUnlessMoreThanTheLimitIsUsed) {
  State full = used(10);
  EXPECT_TRUE(take(fixed, full, t0, 0).allowed());
  State over = used(11);
  EXPECT_FALSE(take(fixed, over, t0, 0).allowed());
  EXPECT_EQ(take(fixed, over, t0, 0).debt, 1);
}

TEST(UpstashDecide, MoreThanTheLimitNeverPasses) {
  for (const Terms& terms : {fixed, sliding, bucket}) {
    State user;
    const Verdict verdict = take(terms, user, t0, 11);
    EXPECT_EQ(verdict.outcome, Outcome::cost_above_limit);
    EXPECT_EQ(verdict.retry_after, limits::never);
    EXPECT_EQ(verdict.remaining, 10);
  }
}

TEST(UpstashDecide, RefundsStopAtTheLimit) {
  for (const Terms& terms : {fixed, sliding, bucket}) {
    State user;
    (void)take(terms, user, t0, 3);
    EXPECT_EQ(take(terms, user, t0, -100).remaining, 10);
    EXPECT_EQ(take(terms, user, t0, 10).remaining, 0);
    EXPECT_FALSE(take(terms, user, t0, 1).allowed());
  }
}

TEST(UpstashDecide, WhatThePackageRefundedAboveTheLimitIsNotGranted) {
  State counter = used(-5);
  EXPECT_EQ(take(fixed, counter, t0, 0).remaining, 10);
  State tokens = used(1'700'000'000'000, 15);
  EXPECT_EQ(take(bucket, tokens, t0, 0).remaining, 10);
}

TEST(UpstashDecide, ThePreviousWindowFadesInWholeUnits) {
  State user = used(0, 9);
  EXPECT_EQ(take(sliding, user, t0, 0).remaining, 1);
  EXPECT_EQ(take(sliding, user, t0 + 1ms, 0).remaining, 2);  // floor(0.9999 * 9) = 8
  EXPECT_EQ(take(sliding, user, t0 + 5s, 0).remaining, 6);
}

// What happens to a state when time passes, as the keys would show it.
State later(const Terms& terms, const State& state, Instant from, Instant to) {
  if (terms.kind == Kind::token_bucket) return state;
  const std::int64_t windows = window_of(terms, to) - window_of(terms, from);
  if (windows == 0) return state;
  return {.first = 0, .second = windows == 1 ? state.first.value_or(0) : 0};
}

class UpstashRetry : public testing::TestWithParam<Terms> {};

TEST_P(UpstashRetry, IsTheFirstMillisecondAtWhichTheCallPasses) {
  const char* given = std::getenv("WEIR_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  SCOPED_TRACE("repeat with WEIR_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto any = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  int refusals = 0;
  for (int round = 0; round < 20'000; ++round) {
    Terms terms = GetParam();
    terms.limit = any(1, 50);
    terms.refill = any(1, 20);
    terms.window = any(1, 20'000);
    const Instant now = t0 + std::chrono::nanoseconds(any(0, 100'000'000'000));
    State state;
    if (terms.kind == Kind::token_bucket) {
      state = used(static_cast<double>(milliseconds_of(now) - any(0, 30'000)), static_cast<double>(any(-20, 50)));
    } else {
      state = used(static_cast<double>(any(0, 80)), static_cast<double>(any(0, 80)));
    }
    const std::int64_t cost = any(1, terms.limit);
    State refused = state;
    const Verdict verdict = take(terms, refused, now, cost);
    if (verdict.allowed()) continue;
    ++refusals;
    ASSERT_GT(verdict.retry_after, 0ns);
    const Instant passes = now + verdict.retry_after;
    State then = later(terms, state, now, passes);
    ASSERT_TRUE(take(terms, then, passes, cost).allowed()) << "round " << round;
    State before = later(terms, state, now, passes - 1ns);
    ASSERT_FALSE(take(terms, before, passes - 1ns, cost).allowed()) << "round " << round;
  }
  EXPECT_GT(refusals, 1000);
}

INSTANTIATE_TEST_SUITE_P(All, UpstashRetry, testing::Values(fixed, sliding, bucket),
                         [](const auto& terms) { return std::string(name_of(terms.param.kind)); });

// The four texts of a key in a script's answer.
std::array<Value, found_items> said(std::string_view limit, std::string_view first, std::string_view second,
                                    std::string_view flags) {
  const auto text = [](std::string_view of) { return Value{.type = Value::Type::text, .text = of}; };
  return {text(limit), text(first), text(second), text(flags)};
}

TEST(UpstashReply, IsToldCostAfterCost) {
  const auto items = said("10", "7", "0", "101");
  const auto found = read_found(items);
  ASSERT_TRUE(found);
  const std::vector<std::int64_t> costs{2, 2, 1};
  std::vector<Verdict> verdicts(3);
  tell(fixed, *found, costs, t0, verdicts);
  EXPECT_EQ(verdicts[0].remaining, 1);
  EXPECT_FALSE(verdicts[1].allowed());
  EXPECT_EQ(verdicts[1].remaining, 1);
  EXPECT_EQ(verdicts[2].remaining, 0);
}

TEST(UpstashReply, TheScriptsWordWins) {
  const std::vector<std::int64_t> cost{1};
  std::vector<Verdict> verdicts(1);
  tell(fixed, *read_found(said("10", "10", "0", "1")), cost, t0, verdicts);
  EXPECT_TRUE(verdicts[0].allowed());
  tell(fixed, *read_found(said("10", "0", "0", "0")), cost, t0, verdicts);
  EXPECT_FALSE(verdicts[0].allowed());
  EXPECT_GT(verdicts[0].retry_after, 0ns);
}

TEST(UpstashReply, SaysWhoIsDeniedAndWhatCouldNotBeDecided) {
  const std::vector<std::int64_t> cost{1};
  std::vector<Verdict> verdicts(1);
  tell(fixed, *read_found(said("10", "", "", "d")), cost, t0, verdicts);
  EXPECT_EQ(verdicts[0].outcome, Outcome::denied);
  tell(fixed, *read_found(said("10", "", "", "w")), cost, t0, verdicts);
  EXPECT_FALSE(decided(verdicts[0]));
}

TEST(UpstashReply, UnderALimitOfZeroNothingPasses) {
  const std::vector<std::int64_t> cost{0};
  std::vector<Verdict> verdicts(1);
  tell(fixed, *read_found(said("0", "", "", "1")), cost, t0, verdicts);
  EXPECT_TRUE(decided(verdicts[0]));
  EXPECT_FALSE(verdicts[0].allowed());
}

TEST(UpstashReply, AnythingElseIsNone) {
  EXPECT_FALSE(read_found(said("x", "", "", "1")));
  EXPECT_FALSE(read_found(said("10", "1x", "0", "1")));
  EXPECT_FALSE(read_found(said("10", "1", "0", "2")));
  EXPECT_FALSE(read_found(said("-1", "1", "0", "1")));
  EXPECT_FALSE(read_found(said("nan", "1", "0", "1")));
  auto integers = said("10", "1", "0", "1");
  integers[0] = {.type = Value::Type::integer, .integer = 10};
  EXPECT_FALSE(read_found(integers));
  EXPECT_FALSE(read_found(std::span(integers).first(3)));
}

}  // namespace
}  // namespace weir::store::redis::upstash
