// A request to a function over its attempts: places, retries, and one outcome.
#include "gateway/lambda/lambda_call.hpp"
#include "gateway/lambda/calls_of_worker.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;
using lambda::Outcome;

constexpr lambda::Instant t0 = 1h;
constexpr lambda::Meaning throttled{Outcome::throttled, lambda::ThrottleReason::caller_rate};

struct ALambdaCall : testing::Test {
  LambdaRoute route;
  std::shared_ptr<api::FunctionMetrics> metrics = std::make_shared<api::FunctionMetrics>();
  std::shared_ptr<Function> function;

  std::shared_ptr<LambdaCall> call() {
    if (function == nullptr) function = std::make_shared<Function>(route.lambda, metrics);
    return std::make_shared<LambdaCall>(std::make_shared<const LambdaRoute>(route), function,
                                        LambdaCall::Client{.method = "GET"}, t0);
  }
  void at_most(std::uint32_t calls) { route.lambda.concurrency = {lambda::Concurrency::Mode::fixed, calls}; }
  std::uint64_t counted(Outcome outcome) const {
    return metrics->invocations[static_cast<std::size_t>(outcome)].value();
  }
};

TEST_F(ALambdaCall, LeavesItsPlaceWhenItsAttemptGoes) {
  at_most(1);
  const auto first = call();
  ASSERT_TRUE(first->enter(t0));
  auto place = first->invoke(t0);
  EXPECT_FALSE(call()->enter(t0));
  place.reset();
  EXPECT_TRUE(call()->enter(t0));
}

TEST_F(ALambdaCall, ThatIsNeverSentLeavesItsPlace) {
  at_most(1);
  {
    ASSERT_TRUE(call()->enter(t0));
  }
  EXPECT_TRUE(call()->enter(t0));
}

TEST_F(ALambdaCall, WithoutAPlaceIsShed) {
  at_most(1);
  const auto running = call();
  ASSERT_TRUE(running->enter(t0));
  const auto shed = call();
  EXPECT_FALSE(shed->enter(t0));
  EXPECT_EQ(shed->told().reason, "Shed");
  EXPECT_EQ(shed->told().status, 0) << "Lambda was not asked";
  shed->over(Outcome::truncated);
  EXPECT_EQ(counted(Outcome::shed), 1U);
  EXPECT_EQ(metrics->attempts.value(), 0U);
}

TEST_F(ALambdaCall, IsTriedAgainAsOftenAsTheSettingsSay) {
  route.lambda.retry = {.attempts = 2, .budget = 2s};
  const auto one = call();
  auto place = one->invoke(t0);
  EXPECT_TRUE(one->answered(throttled, "", t0 + 10ms));
  place = one->invoke(t0 + 40ms);
  EXPECT_FALSE(one->answered(throttled, "", t0 + 50ms));
  one->over(Outcome::truncated);
  EXPECT_EQ(counted(Outcome::throttled), 1U) << "requests are counted";
  EXPECT_EQ(metrics->attempts.value(), 2U);
  EXPECT_EQ(metrics->throttled[static_cast<std::size_t>(lambda::ThrottleReason::caller_rate)].value(), 2U);
}

TEST_F(ALambdaCall, IsNotTriedAgainBeyondItsBudget) {
  const auto one = call();
  const auto place = one->invoke(t0);
  EXPECT_FALSE(one->answered(throttled, "9", t0 + 10ms));
}

TEST_F(ALambdaCall, ForgetsWhatAnEarlierAttemptCameTo) {
  const auto one = call();
  auto place = one->invoke(t0);
  one->answer_began(429, "7");
  EXPECT_TRUE(one->answered(throttled, "", t0));
  place = one->invoke(t0);
  EXPECT_EQ(one->told().status, 0);
  EXPECT_FALSE(one->told().outcome);
  one->over(Outcome::timeout);
  EXPECT_EQ(counted(Outcome::timeout), 1U);
}

TEST_F(ALambdaCall, IsCountedOnce) {
  const auto one = call();
  one->failed(Outcome::too_large);
  one->over(Outcome::truncated);
  one->over(Outcome::truncated);
  EXPECT_EQ(counted(Outcome::too_large), 1U);
  EXPECT_EQ(counted(Outcome::truncated), 0U);
}

TEST_F(ALambdaCall, IsFoundByItsNumberAsLongAsThatLives) {
  const auto one = call();
  double number = 0;
  {
    const CallNumber held(one);
    number = held.value();
    EXPECT_EQ(find_call(number), one);
    EXPECT_TRUE(has_calls());
  }
  EXPECT_EQ(find_call(number), nullptr);
  EXPECT_EQ(find_call(-1), nullptr);
  EXPECT_EQ(find_call(1e300), nullptr);
}

}  // namespace
}  // namespace weir::gateway
