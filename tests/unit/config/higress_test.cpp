#include "config/higress/convert.hpp"

#include "config/parse.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <string>

namespace weir::config {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Converted converted(std::string_view text) {
  const auto found = convert_higress(text);
  EXPECT_TRUE(found.has_value()) << found.error();
  return found.value_or(Converted{});
}

std::string error_of(std::string_view text) {
  const auto found = convert_higress(text);
  return found ? "fine" : found.error();
}

// What Weir makes of what was printed.
Config checked(const Converted& from) {
  const Environment environment = [](std::string_view name) {
    return name == "REDIS_PASSWORD" ? std::optional<std::string>("p") : std::nullopt;
  };
  auto config = parse(from.yaml, environment);
  EXPECT_TRUE(config.has_value()) << from.yaml << (config ? "" : config.error().front().message);
  return config ? *std::move(config) : Config{};
}

constexpr std::string_view requests = R"(
rule_name: routeA-limit
rule_items:
  - limit_by_header: x-ca-key
    limit_keys:
      - { key: "102234", query_per_second: 10 }
      - { key: "308239", query_per_hour: 20 }
  - limit_by_per_ip: from-remote-addr
    limit_keys:
      - { key: 1.1.1.1, query_per_day: 10 }
      - { key: 1.1.1.0/24, query_per_day: 100 }
  - limit_by_per_param: apikey
    limit_keys:
      - { key: "regexp:^a.*", query_per_second: 10 }
      - { key: "*", query_per_minute: 1000 }
show_limit_quota_header: true
rejected_code: 430
rejected_msg: 'Slow "down"'
redis: { service_name: redis.example.com, username: default, password: s3cret, database: 2, timeout: 500 }
)";

TEST(Higress, ClusterKeyRateLimitIsAConfigThatWeirTakes) {
  const Config config = checked(converted(requests));
  ASSERT_EQ(config.limits.size(), 3U);
  const Limit& by_key = config.limits[0];
  EXPECT_EQ(by_key.name, "routeA-limit-1-header");
  EXPECT_EQ(by_key.rule.count, 10);
  EXPECT_EQ(by_key.only.size(), 2U);
  ASSERT_EQ(by_key.overrides.size(), 1U);
  EXPECT_EQ(by_key.overrides[0].first.text, "308239");
  EXPECT_EQ(by_key.overrides[0].second.count, 20);
  EXPECT_EQ(by_key.reject_status, 430);
  EXPECT_EQ(by_key.reject_message, "Slow \"down\"");
  EXPECT_EQ(config.limits[1].key[0].kind, KeySource::Kind::ip);
  EXPECT_EQ(config.limits[1].only.size(), 2U);
  EXPECT_EQ(config.limits[2].key[0].kind, KeySource::Kind::query);
  EXPECT_THAT(config.limits[2].only, IsEmpty());
  EXPECT_EQ(config.limits[2].rule.count, 1000);
  EXPECT_EQ(config.limits[2].overrides[0].first.kind, Pattern::Kind::regex);
}

TEST(Higress, TheFirstRuleThatMatchesCountsAlone) {
  const Config config = checked(converted(requests));
  ASSERT_EQ(config.routes.size(), 1U);
  EXPECT_THAT(config.routes[0].limits,
              ElementsAre(ElementsAre("routeA-limit-1-header", "routeA-limit-2-per-ip", "routeA-limit-3-per-param")));
  EXPECT_EQ(config.routes[0].upstream, "default");
}

TEST(Higress, ThePasswordStaysOut) {
  const Converted result = converted(requests);
  EXPECT_THAT(result.yaml, Not(HasSubstr("s3cret")));
  EXPECT_THAT(result.yaml, HasSubstr("redis://default:${REDIS_PASSWORD}@redis.example.com:6379/2"));
  EXPECT_THAT(result.notes, Contains(HasSubstr("REDIS_PASSWORD")));
  EXPECT_EQ(checked(result).store.timeout, std::chrono::milliseconds(500));
  EXPECT_EQ(checked(result).store.on_error, Store::OnError::allow);
}

TEST(Higress, AGlobalThresholdIsOneKey) {
  const Config config = checked(converted("{ rule_name: all, global_threshold: { query_per_minute: 1000 } }"));
  ASSERT_EQ(config.limits.size(), 1U);
  EXPECT_EQ(config.limits[0].key[0].kind, KeySource::Kind::constant);
  EXPECT_EQ(config.limits[0].rule.count, 1000);
  EXPECT_TRUE(config.store.is_memory());
}

TEST(Higress, TokensAreChargedAtTheEndAsThere) {
  const Converted result = converted(R"(
rule_name: default_limit
rule_items:
  - limit_by_consumer: ''
    limit_keys: [{ key: alice, token_per_minute: 100 }, { key: bob, token_per_minute: 7, limit_type: request }]
rejected_code: 403
)");
  EXPECT_THAT(result.yaml, AllOf(HasSubstr("\"default_limit-1-consumer\":"), HasSubstr("unit: tokens"),
                                 HasSubstr("reserve: \"off\"")));
  EXPECT_THAT(result.yaml, HasSubstr("key: \"header:x-mse-consumer\""));
  EXPECT_THAT(result.yaml, HasSubstr("\"default_limit-1-consumer-requests\":"));
  EXPECT_THAT(result.yaml, HasSubstr("ai: auto"));
  EXPECT_EQ(checked(result).limits.size(), 2U);
}

TEST(Higress, AWasmPluginIsOpened) {
  const Converted result = converted(R"(
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: cluster-key-rate-limit }
spec:
  defaultConfig: { rule_name: a, global_threshold: { query_per_second: 5 } }
  matchRules:
    - { ingress: [default/foo], config: { rule_name: b, global_threshold: { query_per_second: 1 } } }
)");
  EXPECT_EQ(checked(result).limits.size(), 1U);
  EXPECT_THAT(result.notes, Contains(HasSubstr("matchRules (by ingress, line 8)")));
}

TEST(Higress, KeysAreTakenAsTheyStand) {
  const Config config = checked(converted(
      "{ rule_name: a, rule_items: [{ limit_by_header: x, limit_keys: [{ key: 'a*b?~\\${HOME}', query_per_second: 1 }, "
      "{ key: '~x', query_per_second: 1 }] }] }"));
  ASSERT_EQ(config.limits[0].only.size(), 2U);
  EXPECT_EQ(config.limits[0].only[0].kind, Pattern::Kind::exact);
  EXPECT_EQ(config.limits[0].only[0].text, "a*b?~\\${HOME}");
  EXPECT_EQ(config.limits[0].only[1].text, "~x");
}

TEST(Higress, WhatHasNoEquivalentIsSaid) {
  EXPECT_THAT(converted("{ rule_name: a, global_threshold: { query_per_second: 1 }, _rules_: [] }").notes,
              Contains("'_rules_' has no equivalent and is left out"));
  EXPECT_THAT(converted("{ rule_name: a, rule_items: [{ limit_by_per_header: x, limit_keys: [{ key: '*', "
                        "query_per_second: 1 }, { key: b, "
                        "query_per_second: 2 }] }] }")
                  .notes,
              Contains(HasSubstr("'b' stands behind a pattern")));
}

TEST(Higress, ARefusalIsAnError) {
  const Converted result = converted("{ rule_name: a, global_threshold: { query_per_second: 1 }, rejected_code: 200 }");
  EXPECT_EQ(checked(result).limits[0].reject_status, 429);
  EXPECT_THAT(result.notes, Contains(HasSubstr("rejected_code 200")));
}

TEST(Higress, WhatIsWrongIsSaidWithItsLine) {
  EXPECT_EQ(error_of("rule_name: a\n"), "line 1: exactly one of 'global_threshold' and 'rule_items' is needed");
  EXPECT_EQ(error_of("rule_name: a\nglobal_threshold:\n  token_per_minute: many\n"),
            "line 3: expected a number for 'token_per_minute'");
  EXPECT_EQ(error_of("rule_name: a\nglobal_threshold: { token_per_minute: 0 }\n"),
            "line 2: the threshold 'token_per_minute' must be at least 1");
  EXPECT_EQ(error_of("rule_name: a\nglobal_threshold: {}\n"),
            "line 2: 'global_threshold' has no threshold, like token_per_minute");
  EXPECT_EQ(error_of("global_threshold: { token_per_minute: 1 }\n"), "line 1: 'rule_name' is missing");
  EXPECT_THAT(error_of("rule_name: a\nrule_items: [{ limit_by_moon: x, limit_keys: [] }]"),
              HasSubstr("line 2: unknown kind of rule 'limit_by_moon'"));
  EXPECT_THAT(error_of("rule_name: [a"), testing::StartsWith("line "));
  EXPECT_THAT(error_of("[]"), HasSubstr("expected a mapping"));
  EXPECT_THAT(error_of(""), HasSubstr("expected a mapping"));
  EXPECT_THAT(error_of("? [a]\n: b\nrule_name: x\n"), Not(HasSubstr("fine")));
}

}  // namespace
}  // namespace weir::config
