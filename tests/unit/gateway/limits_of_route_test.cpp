#include "gateway/limits_of_route.hpp"

#include "gateway/a_limit.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;

Settings with(std::int64_t count) {
  Settings settings;
  settings.limits = {per_user("a", fixed_window(count, 1min))};
  return settings;
}

const RouteSettings route{.name = "/*", .upstream = "u", .limits = {{"a"}}};

TEST(LimitsOfRoute, FollowTheRuntimeInForceAndLetTheOldOneGo) {
  auto before = std::make_shared<Runtime>(with(1));
  const LimitsOfRoute limits(route, *before, 2);
  const std::shared_ptr<const RouteLimits> in_flight = limits.of_worker(0, *before);
  EXPECT_EQ(limits.of_worker(0, *before), in_flight);
  EXPECT_NE(limits.of_worker(1, *before), in_flight);

  const Runtime after(with(2), *before);
  const std::weak_ptr<Runtime> gone = before;
  before.reset();
  EXPECT_TRUE(gone.expired());
  EXPECT_EQ(limits.of_worker(0, after)->limits.front().front()->config.rule.count, 2);
  EXPECT_EQ(in_flight->limits.front().front()->config.rule.count, 1);
}

TEST(LimitsOfRoute, AreRefusedWhenALimitIsUnknown) {
  const Runtime runtime{Settings{}};
  EXPECT_THROW(LimitsOfRoute(route, runtime, 1), std::runtime_error);
}

}  // namespace
}  // namespace weir::gateway
