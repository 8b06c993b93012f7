#include "cli/config_changes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const gateway::RenderOptions render{.admin_socket = "/run/weir/admin.sock", .folder = "/run/weir"};

config::Limit limit(const std::string& name, std::int64_t count = 100) {
  return {.name = name, .key = {{}}, .rule = {.count = count, .period = 1min}, .prefix = "weir:" + name};
}

config::Config with(std::vector<config::Limit> limits) {
  config::Config config;
  config.limits = std::move(limits);
  config.upstreams = {{.name = "local", .host = "127.0.0.1", .port = 9000}};
  config.routes = {{.path = "", .below = true, .upstream = "local"}};
  return config;
}

std::vector<std::string> effects(const config::Config& before, const config::Config& after) {
  return config_changes(before, after, render).effects;
}

TEST(ConfigChanges, EqualConfigsHaveNone) {
  EXPECT_EQ(config_changes(with({limit("a")}), with({limit("a")}), render), ConfigChanges{});
}

TEST(ConfigChanges, LimitsAreNamed) {
  EXPECT_THAT(effects(with({limit("a"), limit("b")}), with({limit("a", 5), limit("c")})),
              ElementsAre("limit 'a' changed", "limit 'c' added", "limit 'b' removed"));
}

TEST(ConfigChanges, ALimitWhoseCountersCannotBeKeptStartsAfresh) {
  const config::Config before = with({limit("a")});
  config::Config after = before;
  after.limits[0].rule.algorithm = Algorithm::gcra;
  EXPECT_THAT(effects(before, after), ElementsAre("limit 'a' starts afresh (algorithm changed)"));
  after = before;
  after.limits[0].rule.period = 1h;
  EXPECT_THAT(effects(before, after), ElementsAre("limit 'a' starts afresh (window changed)"));
  after = before;
  after.limits[0].prefix = "other";
  EXPECT_THAT(effects(before, after), ElementsAre("limit 'a' starts afresh (prefix changed)"));
}

TEST(ConfigChanges, OfManyLimitsTheFirstAreNamed) {
  std::vector<config::Limit> many;
  for (int i = 0; i < 500; ++i) many.push_back(limit("l" + std::to_string(i)));
  const auto said = effects(with({}), with(many));
  ASSERT_EQ(said.size(), 6);
  EXPECT_EQ(said.back(), "495 more limits changed");
}

TEST(ConfigChanges, RoutesUpstreamsAndPlacesAreSaidInAWord) {
  const config::Config before = with({});
  config::Config after = before;
  after.upstreams.push_back({.name = "other", .host = "127.0.0.1", .port = 9001});
  after.routes.insert(after.routes.begin(), {.path = "/b", .upstream = "other", .limits = {}});
  after.listen.port = 8081;
  after.admin.reset();
  EXPECT_THAT(effects(before, after), ElementsAre("routes changed", "listens on 127.0.0.1:8081", "admin API off"));
  after.admin = before.admin;
  EXPECT_THAT(effects(before, after), ElementsAre("routes changed", "upstreams changed", "listens on 127.0.0.1:8081"));
}

TEST(ConfigChanges, WhatIsNoLimitIsASetting) {
  const config::Config before = with({});
  config::Config after = before;
  after.responses.headers = config::Responses::Headers::x;
  EXPECT_THAT(effects(before, after), ElementsAre("other settings changed"));
}

TEST(ConfigChanges, ASecretIsNotSaid) {
  config::Config before = with({});
  config::Config after = before;
  after.admin->token = {.value = "hush", .written = "${TOKEN}"};
  EXPECT_THAT(effects(before, after), ElementsAre("another admin token"));
}

TEST(ConfigChanges, TheStoresBoundWaitsForARestart) {
  const config::Config before = with({limit("a")});
  config::Config after = with({limit("a", 5)});
  after.store.max_keys = 5;
  const ConfigChanges changes = config_changes(before, after, render);
  EXPECT_EQ(to_string(changes), "limit 'a' changed; store.max_keys stays 10000000 until a restart");
  after.limits = before.limits;
  EXPECT_THAT(effects(before, after), IsEmpty());
}

}  // namespace
}  // namespace weir::cli
