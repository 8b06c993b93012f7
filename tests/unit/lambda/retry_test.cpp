#include "lambda/policy/retry.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weir::lambda {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr RetryPolicy policy{.attempts = 3, .budget = milliseconds(2000)};

bool retried(const Attempt& attempt, Outcome outcome = Outcome::throttled) {
  return may_retry(policy, outcome, attempt);
}

TEST(Retry, IsForThrottlesAlone) {
  EXPECT_TRUE(retried({}));
  for (const Outcome outcome :
       {Outcome::ok, Outcome::shed, Outcome::function_error, Outcome::lambda_error, Outcome::malformed,
        Outcome::truncated, Outcome::timeout, Outcome::too_large, Outcome::unreachable}) {
    EXPECT_FALSE(retried({}, outcome)) << name_of(outcome);
  }
}

TEST(Retry, CountsAllAttempts) {
  EXPECT_TRUE(retried({.number = 2}));
  EXPECT_FALSE(retried({.number = 3}));
  EXPECT_FALSE(may_retry({.attempts = 1}, Outcome::throttled, {}));
}

TEST(Retry, EndsWithTheBudget) {
  EXPECT_TRUE(retried({.elapsed = milliseconds(1975)}));
  EXPECT_FALSE(retried({.elapsed = milliseconds(1976)})) << "not even the shortest back-off fits";
  EXPECT_FALSE(may_retry({.attempts = 3, .budget = milliseconds(0)}, Outcome::throttled, {}));
}

TEST(Retry, WaitsAsLongAsLambdaAsksOrNotAtAll) {
  EXPECT_TRUE(retried({.retry_after = "2"}));
  EXPECT_FALSE(retried({.elapsed = milliseconds(1), .retry_after = "2"}));
  EXPECT_TRUE(retried({.elapsed = milliseconds(1000), .retry_after = "1"}));
  EXPECT_FALSE(retried({.retry_after = "3"})) << "beyond the budget";
  EXPECT_TRUE(retried({.retry_after = "0"}));
}

TEST(Retry, DoesNotGuessWhatARetryAfterMeans) {
  for (const char* text : {"Wed, 21 Oct 2026 07:28:00 GMT", "-1", "1.5", "1 ", "soon", "99999999999999999999"}) {
    EXPECT_FALSE(retried({.retry_after = text})) << text;
  }
}

TEST(RetryBudget, GivesAFifthOfTheRequestsBack) {
  RetryBudget budget;
  int reserve = 0;
  while (budget.take(seconds(0))) ++reserve;
  EXPECT_EQ(reserve, 10);
  int retries = 0;
  for (int request = 0; request < 1000; ++request) {
    budget.count_request();
    if (budget.take(seconds(0))) ++retries;
  }
  EXPECT_EQ(retries, 200);
}

TEST(RetryBudget, GivesQuietFunctionsOneASecond) {
  RetryBudget budget;
  while (budget.take(seconds(0))) {
  }
  EXPECT_FALSE(budget.take(milliseconds(999)));
  EXPECT_TRUE(budget.take(milliseconds(1999)));
  EXPECT_FALSE(budget.take(milliseconds(1999)));
}

TEST(RetryBudget, KeepsABoundedReserve) {
  RetryBudget busy;
  for (int request = 0; request < 1'000'000; ++request) busy.count_request();
  int retries = 0;
  while (busy.take(seconds(0))) ++retries;
  EXPECT_EQ(retries, 100);
  RetryBudget quiet;
  (void)quiet.take(seconds(0));
  retries = 0;
  while (quiet.take(seconds(1'000'000))) ++retries;
  EXPECT_EQ(retries, 10);
}

TEST(RetryBudget, DoesNotMindAClockThatStandsStill) {
  RetryBudget budget;
  EXPECT_TRUE(budget.take(seconds(5)));
  EXPECT_TRUE(budget.take(seconds(3)));
}

}  // namespace
}  // namespace weir::lambda
