// What /metrics says of functions.
#include "api/lambda_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace weir::api {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string text_of(const LambdaMetrics& metrics) {
  std::string text;
  metrics.append(text);
  return text;
}

TEST(LambdaMetrics, SayNothingWhereThereIsNoFunction) { EXPECT_EQ(text_of({}), ""); }

TEST(LambdaMetrics, NameOutcomesAndReasons) {
  LambdaMetrics metrics;
  FunctionMetrics& orders = metrics.function("orders");
  orders.count(lambda::Outcome::unreachable);
  orders.count(lambda::ThrottleReason::snapshot_creations);
  orders.attempts.add(3);
  const std::string text = text_of(metrics);
  EXPECT_THAT(text, HasSubstr(R"(weir_lambda_invocations_total{function="orders",outcome="unreachable"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(weir_lambda_invocations_total{function="orders",outcome="ok"} 0)"));
  EXPECT_THAT(
      text,
      HasSubstr(R"(weir_lambda_throttled_total{function="orders",reason="ConcurrentSnapshotCreateLimitExceeded"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(weir_lambda_attempts_total{function="orders"} 3)"));
}

TEST(LambdaMetrics, ShowHowManyCallsMayRunWhereSomebodyHoldsThemBack) {
  LambdaMetrics metrics;
  metrics.function("free").attempts.add();
  metrics.function("bound").concurrency = 7;
  EXPECT_THAT(text_of(metrics), HasSubstr(R"(weir_lambda_concurrency{function="bound"} 7)"));
  EXPECT_THAT(text_of(metrics), Not(HasSubstr(R"(weir_lambda_concurrency{function="free"})")));
}

TEST(LambdaMetrics, OfMoreFunctionsThanThereIsRoomForAreOfOthers) {
  LambdaMetrics metrics;
  for (std::size_t i = 0; i < LambdaMetrics::max_functions; ++i) (void)metrics.function("f" + std::to_string(i));
  EXPECT_EQ(metrics.function("late").function, "other");
  EXPECT_EQ(&metrics.function("later"), &metrics.function("late"));
  EXPECT_EQ(metrics.function("f7").function, "f7") << "known ones keep theirs";
}

}  // namespace
}  // namespace weir::api
