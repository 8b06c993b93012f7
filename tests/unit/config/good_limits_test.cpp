#include "config/a_config.hpp"

#include <gtest/gtest.h>

namespace weir::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

Limit limit_of(std::string_view options) {
  const Config config = config_of(with_limit(options));
  return config.limits.empty() ? Limit() : config.limits.front();
}

std::vector<KeySource> key_of(std::string_view key) {
  return limit_of("key: " + std::string(key) + ", rate: 1/1s").key;
}

Rule rule_of(std::string_view options) { return limit_of("key: ip, " + std::string(options)).rule; }

TEST(GoodLimits, LimitHasDefaultsForAllButKeyAndRate) {
  const Limit limit = limit_of("key: ip, rate: 100/1m");
  EXPECT_EQ(limit.rule, sliding_window(100, 1min));
  EXPECT_EQ(limit.missing, Missing::skip);
  EXPECT_EQ(limit.cost, 1);
  EXPECT_EQ(limit.reject_status, 429);
  EXPECT_FALSE(limit.shadow);
  EXPECT_EQ(limit.prefix, "weir:a");
}

TEST(GoodLimits, KeyComesFromAnySource) {
  using Kind = KeySource::Kind;
  EXPECT_THAT(key_of("ip"), ElementsAre(KeySource{.kind = Kind::ip, .ipv4_prefix = 32, .ipv6_prefix = 64}));
  EXPECT_THAT(key_of("ip/24"), ElementsAre(KeySource{.kind = Kind::ip, .ipv4_prefix = 24, .ipv6_prefix = 64}));
  EXPECT_THAT(key_of("ip/48"), ElementsAre(KeySource{.kind = Kind::ip, .ipv4_prefix = 32, .ipv6_prefix = 48}));
  EXPECT_THAT(key_of("query:Q"), ElementsAre(KeySource{.kind = Kind::query, .name = "Q"}));
  EXPECT_THAT(key_of("cookie:Sid"), ElementsAre(KeySource{.kind = Kind::cookie, .name = "Sid"}));
  EXPECT_THAT(key_of("path"), ElementsAre(KeySource{.kind = Kind::path}));
  EXPECT_THAT(
      key_of("[method, host, route]"),
      ElementsAre(KeySource{.kind = Kind::method}, KeySource{.kind = Kind::host}, KeySource{.kind = Kind::route}));
  EXPECT_THAT(key_of("const:everybody"), ElementsAre(KeySource{.kind = Kind::constant, .name = "everybody"}));
}

TEST(GoodLimits, CostMayComeFromAHeader) {
  EXPECT_EQ(limit_of("key: ip, rate: 1/1s, cost: header:X-Cost").cost_header, "x-cost");
}

TEST(GoodLimits, EachAlgorithmMakesItsRule) {
  EXPECT_EQ(rule_of("rate: 5/1s, algorithm: fixed_window"), fixed_window(5, 1s));
  EXPECT_EQ(rule_of("rate: 5/250ms, algorithm: sliding_window"), sliding_window(5, 250ms));
  EXPECT_EQ(rule_of("rate: 10000/1h, algorithm: sliding_log"), sliding_log(10'000, 1h));
  EXPECT_EQ(rule_of("rate: 5/1d, algorithm: token_bucket"), token_bucket(5, 24h));
  EXPECT_EQ(rule_of("rate: 5/1w, algorithm: gcra, burst: 9"), gcra(5, 7 * 24h, 9));
  EXPECT_EQ(rule_of("rate: unlimited"), unlimited());
  EXPECT_EQ(rule_of("rate: 9007199254740992/1w"), sliding_window(max_count, 7 * 24h));
}

TEST(GoodLimits, MonthAndYearAreFixedWindows) {
  EXPECT_EQ(rule_of("rate: 1000/month"), fixed_window(1000, Period::month()));
  EXPECT_EQ(rule_of("rate: 1000/year, algorithm: fixed_window"), fixed_window(1000, Period::year()));
}

TEST(GoodLimits, AnchorIsADay) {
  using namespace std::chrono;
  EXPECT_EQ(rule_of("rate: 1000/month, anchor: 2026-01-31").anchor, 2026y / January / 31);
  EXPECT_EQ(rule_of("rate: 10/1w, anchor: 2026-01-15").anchor, 2026y / January / 15);
}

TEST(GoodLimits, OverrideOfAnUnlimitedLimitFollowsItsAlgorithm) {
  const Limit limit = limit_of("key: ip, rate: unlimited, algorithm: gcra, burst: 2, overrides: { free: 10/1m }");
  EXPECT_EQ(limit.rule, unlimited());
  EXPECT_EQ(limit.overrides.at(0).second, gcra(10, 1min, 2));
}

TEST(GoodLimits, WhatAsksForNothingMayBeWritten) {
  const Limit limit = limit_of("key: ip, rate: 1/1s, when: {}, charge: always, wait: 0s, only: [], overrides: {}");
  EXPECT_THAT(limit.when, IsEmpty());
  EXPECT_THAT(limit.charge, IsEmpty());
  EXPECT_EQ(limit.wait, 0s);
  EXPECT_THAT(limit.only, IsEmpty());
  EXPECT_EQ(config_of(with_lines("access_log: { to: off, key: omit }")).access_log.to, AccessLog::To::off);
}

TEST(GoodLimits, ConcurrencyIsABareNumber) {
  const Limit limit =
      limit_of("key: ip, rate: 5, algorithm: concurrency, cost: 2, overrides: { vip: 50, staff: unlimited }");
  EXPECT_EQ(limit.rule, concurrency(5));
  EXPECT_EQ(limit.overrides.at(0).second, concurrency(50));
  EXPECT_EQ(limit.overrides.at(1).second, unlimited());
}

TEST(GoodLimits, ALimitMayHoldForSomeKeysAndSomeRequestsOnly) {
  const Limit limit = limit_of(
      "key: header:x-plan, rate: 1/1s, only: [gold, \"team-*\", 10.0.0.0/8], "
      "when: { header:X-Beta: true, cookie:group: [a, \"b*\"] }");
  ASSERT_EQ(limit.only.size(), 3);
  EXPECT_EQ(limit.only[0].kind, Pattern::Kind::exact);
  EXPECT_EQ(limit.only[1].kind, Pattern::Kind::glob);
  EXPECT_EQ(limit.only[2].kind, Pattern::Kind::cidr);
  ASSERT_EQ(limit.when.size(), 2);
  EXPECT_EQ(limit.when[0].source, (KeySource{.kind = KeySource::Kind::header, .name = "x-beta"}));
  EXPECT_EQ(limit.when[0].values.at(0).text, "true");
  EXPECT_EQ(limit.when[1].source, (KeySource{.kind = KeySource::Kind::cookie, .name = "group"}));
  EXPECT_EQ(limit.when[1].values.size(), 2);
}

TEST(GoodLimits, PatternsAreValuesNetworksGlobsAndRegularExpressions) {
  const auto picks = [](Pattern::Kind kind, const std::string& text) {
    return testing::AllOf(testing::Field(&Pattern::kind, kind), testing::Field(&Pattern::text, text));
  };
  const Limit limit = limit_of(
      R"(key: ip, rate: 1/1s, allow: ['~^sk-[a-z]+$', '\~user', 'a\*', 'a\**', 'DOMAIN\me', '::/8', '1.2.3.4'])");
  EXPECT_THAT(limit.allow, ElementsAre(picks(Pattern::Kind::regex, "^sk-[a-z]+$"), picks(Pattern::Kind::exact, "~user"),
                                       picks(Pattern::Kind::exact, "a*"), picks(Pattern::Kind::glob, R"(a\**)"),
                                       picks(Pattern::Kind::exact, R"(DOMAIN\me)"), picks(Pattern::Kind::cidr, "::/8"),
                                       picks(Pattern::Kind::exact, "1.2.3.4")));
}

TEST(GoodLimits, ChargeIsAListOfStatusesAndClasses) {
  EXPECT_THAT(limit_of("key: ip, rate: 1/1s, charge: [401, 403, 5xx, 401]").charge,
              ElementsAre(Statuses{401, 401}, Statuses{403, 403}, Statuses{500, 599}));
  EXPECT_THAT(limit_of("key: ip, rate: 1/1s, charge: 4XX").charge, ElementsAre(Statuses{400, 499}));
}

TEST(GoodLimits, WaitIsADuration) { EXPECT_EQ(limit_of("key: ip, rate: 1/1s, wait: 250ms").wait, 250ms); }

TEST(GoodLimits, ClaimsAndMetadataAreKeySources) {
  const Config config = config_of(with_lines(
      "limits: { a: { key: [jwt:sub, metadata:envoy.lb.tier], rate: 1/1s, when: { jwt:plan: gold } } }\n"
      "jwt: { issuer: https://id.example.com, jwks: \"http://127.0.0.1:9999/keys?v=1\", audiences: [api, web] }"));
  EXPECT_THAT(config.limits.at(0).key,
              ElementsAre(KeySource{.kind = KeySource::Kind::jwt, .name = "sub"},
                          KeySource{.kind = KeySource::Kind::metadata, .name = "envoy.lb", .field = "tier"}));
  ASSERT_TRUE(config.jwt.has_value());
  EXPECT_EQ(config.jwt->issuer, "https://id.example.com");
  EXPECT_EQ(config.jwt->jwks.host, "127.0.0.1");
  EXPECT_EQ(config.jwt->jwks.port, 9999);
  EXPECT_FALSE(config.jwt->jwks.tls);
  EXPECT_EQ(config.jwt->jwks.path, "/keys?v=1");
  EXPECT_THAT(config.jwt->audiences, ElementsAre("api", "web"));
}

}  // namespace
}  // namespace weir::config
