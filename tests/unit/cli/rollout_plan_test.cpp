#include "cli/rollout_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir::cli {
namespace {

using ::testing::ElementsAre;

const gateway::RenderOptions render{.admin_socket = "/run/weir/admin.sock", .folder = "/run/weir"};

config::Config serving(const std::string& upstream) {
  config::Config config;
  config.upstreams = {{.name = upstream, .host = "127.0.0.1", .port = 9000}};
  config.routes = {{.path = "", .below = true, .upstream = upstream}};
  return config;
}

std::vector<std::string> files(const std::vector<RolloutStep>& plan) {
  std::vector<std::string> names;
  for (const RolloutStep& step : plan) names.push_back(step.file);
  return names;
}

TEST(RolloutPlan, ALimitAloneIsOneFile) {
  config::Config after = serving("local");
  after.limits = {{.name = "a", .key = {{}}, .rule = {.count = 5, .period = std::chrono::minutes(1)}}};
  EXPECT_THAT(files(rollout_plan(serving("local"), after, render, 2)), ElementsAre("settings.json"));
}

TEST(RolloutPlan, ANewUpstreamIsThereBeforeItsRouteAndAnOldOneGoesAfterIt) {
  const auto plan = rollout_plan(serving("old"), serving("new"), render, 2);
  EXPECT_THAT(files(plan), ElementsAre("cds.json", "settings.json", "rds.json", "cds.json"));
  EXPECT_NE(plan.front().text.find(R"("old")"), std::string::npos);
  EXPECT_EQ(plan.back().text.find(R"("old")"), std::string::npos);
}

TEST(RolloutPlan, AListenerIsWrittenOnlyWhenItMoves) {
  config::Config after = serving("local");
  after.listen.port = 8081;
  EXPECT_THAT(files(rollout_plan(serving("local"), after, render, 2)), ElementsAre("settings.json", "lds.json"));
}

TEST(RolloutPlan, TheFirstCertificateIsThereBeforeTheListenerAsksForIt) {
  config::Config after = serving("local");
  after.tls = {.certificate = "/a.crt", .key = "/a.key"};
  const auto plan = rollout_plan(serving("local"), after, render, 2);
  EXPECT_THAT(files(plan), ElementsAre("settings.json", "sds.json", "lds.json"));
  EXPECT_EQ(plan.at(1).statistics, "") << "nobody reads it yet";
}

TEST(RolloutPlan, TokensAreVerifiedBeforeALimitLooksAtThem) {
  config::Config after = serving("local");
  after.jwt = {.issuer = "i", .jwks = {.name = {}, .host = "127.0.0.1", .path = "/keys"}, .audiences = {}};
  EXPECT_THAT(files(rollout_plan(serving("local"), after, render, 2)),
              ElementsAre("cds.json", "ecds.json", "settings.json"));
  EXPECT_THAT(files(rollout_plan(after, serving("local"), render, 3)),
              ElementsAre("settings.json", "ecds.json", "cds.json"));
}

TEST(RolloutPlan, TheWayBackWritesEveryFile) {
  EXPECT_THAT(files(full_rollout_plan(serving("new"), serving("old"), render, 3)),
              ElementsAre("cds.json", "ecds.json", "settings.json", "rds.json", "lds.json", "cds.json"));
}

TEST(RolloutPlan, TheSettingsVersionIsTheirGeneration) {
  const auto plan = rollout_plan(serving("local"), serving("local"), render, 42);
  ASSERT_EQ(plan.size(), 1);
  EXPECT_EQ(plan.front().what, settings_step);
  EXPECT_EQ(plan.front().version, "42");
}

}  // namespace
}  // namespace weir::cli
