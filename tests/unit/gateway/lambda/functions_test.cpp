// What the calls of one function share, and for how long.
#include "gateway/lambda/functions.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;

config::Lambda function(std::uint32_t at_most) {
  config::Lambda lambda;
  lambda.function.name = lambda.function.id = "orders";
  lambda.concurrency = {lambda::Concurrency::Mode::fixed, at_most};
  return lambda;
}

struct AFunction : testing::Test {
  Functions functions;
  std::shared_ptr<api::FunctionMetrics> metrics = std::make_shared<api::FunctionMetrics>();
};

TEST_F(AFunction, IsTheSameForEveryRouteToItsUpstream) {
  const auto one = functions.of("orders", function(7), metrics);
  EXPECT_EQ(functions.of("orders", function(7), metrics), one);
  EXPECT_NE(functions.of("others", function(7), metrics), one);
}

TEST_F(AFunction, SurvivesAChangeThatIsNotOfItsCalls) {
  const auto one = functions.of("orders", function(7), metrics);
  config::Lambda changed = function(7);
  changed.retry.attempts = 9;
  changed.errors.unwrap = false;
  EXPECT_EQ(functions.of("orders", changed, metrics), one);
}

TEST_F(AFunction, BeginsAnewWithOtherBoundsWhileOldCallsEndWhereTheyBegan) {
  const auto old = functions.of("orders", function(1), metrics);
  const auto place = old->enter(1h);
  const auto changed = functions.of("orders", function(2), metrics);
  ASSERT_NE(changed, old);
  EXPECT_TRUE(changed->enter(1h));
  old->leave(*place, 1h, lambda::Concurrency::End::answered, {});
  EXPECT_TRUE(old->enter(1h));
}

TEST_F(AFunction, ShowsHowManyCallsMayRunUntilItIsGone) {
  auto one = functions.of("orders", function(7), metrics);
  EXPECT_EQ(metrics->concurrency.load(), 7);
  auto other = functions.of("others", function(5), metrics);
  EXPECT_EQ(metrics->concurrency.load(), 12) << "two upstreams of one function";
  one.reset();
  other.reset();
  EXPECT_EQ(metrics->concurrency.load(), 0);
}

TEST_F(AFunction, ComplainsOnceAMinute) {
  const auto one = functions.of("orders", function(7), metrics);
  EXPECT_TRUE(one->may_complain(1h));
  EXPECT_FALSE(one->may_complain(1h + 59s));
  EXPECT_TRUE(one->may_complain(1h + 61s));
}

}  // namespace
}  // namespace weir::gateway
