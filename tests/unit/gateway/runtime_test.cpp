#include "gateway/runtime.hpp"

#include "gateway/a_limit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Settings settings(std::vector<config::Limit> limits) {
  Settings settings;
  settings.limits = std::move(limits);
  return settings;
}

Limiter& limiter(const Runtime& runtime, std::string_view name) { return *runtime.find(name)->limiter; }

std::vector<std::string> names(const RouteLimits& route) {
  std::vector<std::string> names;
  for (const FirstMatch& first : route.limits) names.push_back(first.front()->config.name);
  return names;
}

TEST(Runtime, NamesItsLimitsInTheFilesOrder) {
  const Runtime runtime(settings({per_user("b", fixed_window(1, 1min)), per_user("a", fixed_window(2, 1min))}));
  const auto limits = runtime.limits();
  ASSERT_EQ(limits.size(), 2);
  EXPECT_EQ(limits[0].config->name, "b");
  EXPECT_EQ(limits[1].limiter->rate().rule, fixed_window(2, 1min));
  EXPECT_EQ(runtime.find("a")->config->name, "a");
  EXPECT_FALSE(runtime.find("c"));
}

TEST(Runtime, AnUnchangedLimitGoesOnAsItIs) {
  const Runtime before(settings({per_user("a", fixed_window(10, 1min))}));
  config::Limit limit = per_user("a", fixed_window(10, 1min));
  limit.reject_status = 503;
  ASSERT_TRUE(limiter(before, "a").deny("mallory"));
  const Runtime after(settings({limit}), before);
  EXPECT_EQ(limiter(after, "a").impl(), limiter(before, "a").impl());
  EXPECT_EQ(after.find("a")->config->reject_status, 503);
  EXPECT_THAT(after.notes(), IsEmpty());
}

TEST(Runtime, AChangedRateKeepsCountersAndWhatWasSetAtRunTime) {
  const Runtime before(settings({per_user("a", fixed_window(10, 1min))}));
  (void)limiter(before, "a").limit("ann", 4);
  ASSERT_TRUE(limiter(before, "a").set_rate("vip", fixed_window(1000, 1min)));
  const Runtime after(settings({per_user("a", fixed_window(20, 1min))}), before);
  EXPECT_EQ(limiter(after, "a").remaining("ann").remaining, 16);
  EXPECT_EQ(limiter(after, "a").remaining("vip").limit, 1000);
}

TEST(Runtime, AChangedAlgorithmStartsAfreshAndSaysSo) {
  const Runtime before(settings({per_user("a", fixed_window(10, 1min))}));
  (void)limiter(before, "a").limit("ann", 4);
  const Runtime after(settings({per_user("a", token_bucket(10, 1min))}), before);
  EXPECT_EQ(limiter(after, "a").remaining("ann").remaining, 10);
  EXPECT_THAT(after.notes(), ElementsAre(HasSubstr("limit 'a' starts afresh")));
}

TEST(Runtime, StoreMetricsAndDenyListStay) {
  const Runtime before(settings({per_user("a", fixed_window(10, 1min))}));
  ASSERT_TRUE(before.deny_list().add("mallory", std::nullopt, before.now()));
  const Runtime after(settings({}), before);
  EXPECT_EQ(&after.store(), &before.store());
  EXPECT_EQ(&after.metrics(), &before.metrics());
  EXPECT_TRUE(after.deny_list().denies("mallory", after.now()));
}

TEST(Runtime, ABrokenSuccessorLeavesTheOldOneAsItIs) {
  const Runtime before(settings({per_user("a", fixed_window(10, 1min))}));
  EXPECT_THROW(Runtime(settings({per_user("b", fixed_window(0, 1min))}), before), std::runtime_error);
  EXPECT_TRUE(limiter(before, "a").limit("ann"));
}

TEST(Runtime, ARouteOfBeforeLosesTheLimitsThatAreGone) {
  const RouteSettings route{.name = "/*", .upstream = "u", .limits = {{"a"}, {"b"}}};
  const Runtime before(settings({per_user("a", fixed_window(1, 1min)), per_user("b", fixed_window(1, 1min))}));
  EXPECT_THAT(names(before.limits_of(route)), ElementsAre("a", "b"));
  const Runtime after(settings({per_user("b", fixed_window(1, 1min))}), before);
  EXPECT_THROW((void)after.limits_of(route), std::runtime_error);
  EXPECT_THAT(names(after.known_limits_of(route)), ElementsAre("b"));
}

TEST(Runtime, EveryThreadSeesTheOneThatWasInstalledLast) {
  const auto first = std::make_shared<Runtime>(settings({}));
  const auto second = std::make_shared<Runtime>(settings({}), *first);
  Runtime::install(first);
  EXPECT_EQ(Runtime::current(), first);
  std::thread([&] { EXPECT_EQ(Runtime::current(), first); }).join();
  const auto version = Runtime::version();
  Runtime::install(second);
  EXPECT_NE(Runtime::version(), version);
  EXPECT_EQ(Runtime::current(), second);
  std::thread([&] { EXPECT_EQ(Runtime::current(), second); }).join();
  Runtime::install(nullptr);
  EXPECT_EQ(Runtime::current(), nullptr);
}

TEST(Runtime, KnowsTheHeadersThatCarryClaims) {
  config::Limit limit = per_user("a", fixed_window(1, 1min));
  limit.key = {{.kind = config::KeySource::Kind::jwt, .name = "sub"}};
  limit.when = {{{.kind = config::KeySource::Kind::jwt, .name = "plan"}, {{config::Pattern::Kind::exact, "gold"}}}};
  EXPECT_THAT(Runtime(settings({limit, limit})).claim_headers(), ElementsAre("x-weir-jwt-sub", "x-weir-jwt-plan"));
}

}  // namespace
}  // namespace weir::gateway
