#include "config/a_config.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace weir::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

Limit limit_of(std::string_view options) {
  const Config config = config_of(with_limit(options));
  return config.limits.empty() ? Limit() : config.limits.front();
}

std::vector<KeySource> key_of(std::string_view key) {
  return limit_of("key: " + std::string(key) + ", rate: 1/1s").key;
}

Rule rule_of(std::string_view options) { return limit_of("key: ip, " + std::string(options)).rule; }

TEST(GoodConfig, ReadsEveryOptionOfTheContract) {
  const Config config = config_of(R"(
version: 1
listen: 0.0.0.0:80
trusted_proxies: 2
escaped_slashes: keep
store:
  url: memory
  timeout: 250ms
  on_error: deny
  namespace: blue
  max_keys: 1000
  rejection_cache: 0
limits:
  per-user:
    key: [header:X-User-Id, ip]
    missing: reject
    cost: 2
    rate: 100/1m
    algorithm: token_bucket
    burst: 20
    overrides: { vip: 1000/1m, "10.0.0.0/8": unlimited, "team-*": 5/1s }
    allow: [health, "192.168.0.0/16"]
    deny: ["bad-*"]
    reject: { status: 503, message: Slow down }
    shadow: true
    prefix: mine
upstreams:
  local: { url: http://127.0.0.1:9000 }
  remote: { url: "https://API.example.com/v1/" }
routes:
  - { path: /v1/*, method: [post, GET], host: "*.Example.com", headers: { X-A: b }, to: remote, limits: [per-user], timeout: 0s, idle_timeout: 1m }
  - { path: /healthz, method: GET, to: local }
responses: { headers: both, body: text, reset: epoch }
drain: 5s
)");
  EXPECT_EQ(config.listen.host, "0.0.0.0");
  EXPECT_EQ(config.listen.port, 80);
  EXPECT_EQ(config.trusted_proxies, 2);
  EXPECT_EQ(config.escaped_slashes, EscapedSlashes::keep);
  EXPECT_EQ(config.store.timeout, 250ms);
  EXPECT_EQ(config.store.on_error, Store::OnError::deny);
  EXPECT_EQ(config.store.name_space, "blue");
  EXPECT_EQ(config.store.max_keys, 1000);
  EXPECT_EQ(config.store.rejection_cache, 0);
  EXPECT_EQ(config.drain, 5s);
  EXPECT_EQ(config.responses.headers, Responses::Headers::both);
  EXPECT_EQ(config.responses.body, Responses::Body::text);
  EXPECT_EQ(config.responses.reset, Responses::Reset::epoch);

  ASSERT_EQ(config.limits.size(), 1);
  const Limit& limit = config.limits[0];
  EXPECT_EQ(limit.name, "per-user");
  EXPECT_THAT(limit.key, ElementsAre(KeySource{.kind = KeySource::Kind::header, .name = "x-user-id"}, KeySource{}));
  EXPECT_EQ(limit.missing, Missing::reject);
  EXPECT_EQ(limit.cost, 2);
  EXPECT_EQ(limit.rule, token_bucket(100, 1min, 20));
  ASSERT_EQ(limit.overrides.size(), 3);
  EXPECT_EQ(limit.overrides[0].first.kind, Pattern::Kind::exact);
  EXPECT_EQ(limit.overrides[0].second, token_bucket(1000, 1min, 20));
  EXPECT_EQ(limit.overrides[1].first.kind, Pattern::Kind::cidr);
  EXPECT_EQ(limit.overrides[1].second, unlimited());
  EXPECT_EQ(limit.overrides[2].first.kind, Pattern::Kind::glob);
  EXPECT_EQ(limit.allow.size(), 2);
  EXPECT_EQ(limit.deny.size(), 1);
  EXPECT_EQ(limit.reject_status, 503);
  EXPECT_EQ(limit.reject_message, "Slow down");
  EXPECT_TRUE(limit.shadow);
  EXPECT_EQ(limit.prefix, "mine");

  ASSERT_EQ(config.upstreams.size(), 2);
  EXPECT_EQ(config.upstreams[0].host, "127.0.0.1");
  EXPECT_EQ(config.upstreams[0].port, 9000);
  EXPECT_FALSE(config.upstreams[0].tls);
  EXPECT_EQ(config.upstreams[1].host, "api.example.com");
  EXPECT_EQ(config.upstreams[1].port, 443);
  EXPECT_TRUE(config.upstreams[1].tls);
  EXPECT_EQ(config.upstreams[1].path, "/v1");

  ASSERT_EQ(config.routes.size(), 2);
  const Route& route = config.routes[0];
  EXPECT_EQ(route.path, "/v1");
  EXPECT_TRUE(route.below);
  EXPECT_THAT(route.methods, ElementsAre("POST", "GET"));
  EXPECT_EQ(route.host, "*.example.com");
  EXPECT_THAT(route.headers, ElementsAre(Pair("x-a", "b")));
  EXPECT_EQ(route.upstream, "remote");
  EXPECT_THAT(route.limits, ElementsAre(ElementsAre("per-user")));
  EXPECT_EQ(route.timeout, 0s);
  EXPECT_EQ(route.idle_timeout, 1min);
  EXPECT_EQ(config.routes[1].path, "/healthz");
  EXPECT_FALSE(config.routes[1].below);
}

TEST(GoodConfig, HasDefaultsForAllButUpstreamsAndRoutes) {
  const Config config = config_of(with_lines(""));
  EXPECT_EQ(config.listen.host, "127.0.0.1");
  EXPECT_EQ(config.listen.port, 8080);
  EXPECT_EQ(config.trusted_proxies, 0);
  EXPECT_EQ(config.store.max_keys, 10'000'000);
  EXPECT_EQ(config.store.rejection_cache, 100'000);
  EXPECT_THAT(config.limits, IsEmpty());
  EXPECT_EQ(config.routes.at(0).path, "");
  EXPECT_TRUE(config.routes.at(0).below);
  EXPECT_EQ(config.routes.at(0).timeout, 60s);
  EXPECT_EQ(config.routes.at(0).idle_timeout, 5min);
  EXPECT_EQ(config.responses.headers, Responses::Headers::ietf);
  EXPECT_EQ(config.drain, 30s);
}

TEST(GoodConfig, LimitHasDefaultsForAllButKeyAndRate) {
  const Limit limit = limit_of("key: ip, rate: 100/1m");
  EXPECT_EQ(limit.rule, sliding_window(100, 1min));
  EXPECT_EQ(limit.missing, Missing::skip);
  EXPECT_EQ(limit.cost, 1);
  EXPECT_EQ(limit.reject_status, 429);
  EXPECT_FALSE(limit.shadow);
  EXPECT_EQ(limit.prefix, "weir:a");
}

TEST(GoodConfig, KeyComesFromAnySource) {
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

TEST(GoodConfig, CostMayComeFromAHeader) {
  EXPECT_EQ(limit_of("key: ip, rate: 1/1s, cost: header:X-Cost").cost_header, "x-cost");
}

TEST(GoodConfig, EachAlgorithmMakesItsRule) {
  EXPECT_EQ(rule_of("rate: 5/1s, algorithm: fixed_window"), fixed_window(5, 1s));
  EXPECT_EQ(rule_of("rate: 5/250ms, algorithm: sliding_window"), sliding_window(5, 250ms));
  EXPECT_EQ(rule_of("rate: 10000/1h, algorithm: sliding_log"), sliding_log(10'000, 1h));
  EXPECT_EQ(rule_of("rate: 5/1d, algorithm: token_bucket"), token_bucket(5, 24h));
  EXPECT_EQ(rule_of("rate: 5/1w, algorithm: gcra, burst: 9"), gcra(5, 7 * 24h, 9));
  EXPECT_EQ(rule_of("rate: unlimited"), unlimited());
  EXPECT_EQ(rule_of("rate: 9007199254740992/1w"), sliding_window(max_count, 7 * 24h));
}

TEST(GoodConfig, MonthAndYearAreFixedWindows) {
  EXPECT_EQ(rule_of("rate: 1000/month"), fixed_window(1000, Period::month()));
  EXPECT_EQ(rule_of("rate: 1000/year, algorithm: fixed_window"), fixed_window(1000, Period::year()));
}

TEST(GoodConfig, AnchorIsADay) {
  using namespace std::chrono;
  EXPECT_EQ(rule_of("rate: 1000/month, anchor: 2026-01-31").anchor, 2026y / January / 31);
  EXPECT_EQ(rule_of("rate: 10/1w, anchor: 2026-01-15").anchor, 2026y / January / 15);
}

TEST(GoodConfig, OverrideOfAnUnlimitedLimitFollowsItsAlgorithm) {
  const Limit limit = limit_of("key: ip, rate: unlimited, algorithm: gcra, burst: 2, overrides: { free: 10/1m }");
  EXPECT_EQ(limit.rule, unlimited());
  EXPECT_EQ(limit.overrides.at(0).second, gcra(10, 1min, 2));
}

TEST(GoodConfig, AnalyticsAreOnByThemselves) {
  EXPECT_EQ(config_of(with_lines("")).analytics, (Analytics{.retention = 30 * 24h, .bucket = 1min, .top = 1000}));
}

TEST(GoodConfig, AnalyticsSayForHowLongHowFineAndOfHowManyKeys) {
  EXPECT_EQ(config_of(with_lines("analytics: { retention: 7d, bucket: 10s, top: 50 }")).analytics,
            (Analytics{.retention = 7 * 24h, .bucket = 10s, .top = 50}));
  EXPECT_EQ(config_of(with_lines("analytics: {}")).analytics, Analytics{});
}

TEST(GoodConfig, AnalyticsCanBeOff) { EXPECT_FALSE(config_of(with_lines("analytics: off")).analytics); }

TEST(GoodConfig, AlertsAreOfSharesOrOfRefusals) {
  const Config config = config_of(with_lines(R"(alerts:
  - { limit: a, at: 12.5%, webhook: "https://hooks.example.com/x?y=z", secret: s }
  - { limit: a, refusals: 100/1m, webhook: "http://127.0.0.1:9999/alert" }
limits: { a: { key: ip, rate: 1/1s } })"));
  ASSERT_EQ(config.alerts.size(), 2);
  EXPECT_EQ(config.alerts[0].limit, "a");
  EXPECT_EQ(config.alerts[0].share, 125'000);
  EXPECT_EQ(config.alerts[0].webhook.value, "https://hooks.example.com/x?y=z");
  EXPECT_EQ(config.alerts[0].secret->value, "s");
  EXPECT_EQ(config.alerts[1].share, 0);
  EXPECT_EQ(config.alerts[1].refusals, 100);
  EXPECT_EQ(config.alerts[1].per, 1min);
  EXPECT_FALSE(config.alerts[1].secret);
}

TEST(GoodConfig, ThereMayBeNoAlerts) { EXPECT_THAT(config_of(with_lines("alerts: []")).alerts, IsEmpty()); }

TEST(GoodConfig, WhatAsksForNothingMayBeWritten) {
  const Limit limit = limit_of("key: ip, rate: 1/1s, when: {}, charge: always, wait: 0s, only: [], overrides: {}");
  EXPECT_THAT(limit.when, IsEmpty());
  EXPECT_THAT(limit.charge, IsEmpty());
  EXPECT_EQ(limit.wait, 0s);
  EXPECT_THAT(limit.only, IsEmpty());
  EXPECT_EQ(config_of(with_lines("access_log: { to: off, key: omit }")).access_log.to, AccessLog::To::off);
}

TEST(GoodConfig, ConcurrencyIsABareNumber) {
  const Limit limit =
      limit_of("key: ip, rate: 5, algorithm: concurrency, cost: 2, overrides: { vip: 50, staff: unlimited }");
  EXPECT_EQ(limit.rule, concurrency(5));
  EXPECT_EQ(limit.overrides.at(0).second, concurrency(50));
  EXPECT_EQ(limit.overrides.at(1).second, unlimited());
}

TEST(GoodConfig, ALimitMayHoldForSomeKeysAndSomeRequestsOnly) {
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

TEST(GoodConfig, PatternsAreValuesNetworksGlobsAndRegularExpressions) {
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

TEST(GoodConfig, ChargeIsAListOfStatusesAndClasses) {
  EXPECT_THAT(limit_of("key: ip, rate: 1/1s, charge: [401, 403, 5xx, 401]").charge,
              ElementsAre(Statuses{401, 401}, Statuses{403, 403}, Statuses{500, 599}));
  EXPECT_THAT(limit_of("key: ip, rate: 1/1s, charge: 4XX").charge, ElementsAre(Statuses{400, 499}));
}

TEST(GoodConfig, WaitIsADuration) { EXPECT_EQ(limit_of("key: ip, rate: 1/1s, wait: 250ms").wait, 250ms); }

TEST(GoodConfig, ClaimsAndMetadataAreKeySources) {
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

TEST(GoodConfig, AdminListensOnLoopbackUnlessItIsToldOtherwise) {
  const Admin standard = config_of(with_lines("")).admin.value();
  EXPECT_EQ(standard.address.host, "127.0.0.1");
  EXPECT_EQ(standard.address.port, 9090);
  EXPECT_FALSE(standard.written);
  const Admin other = config_of(with_lines("admin: localhost:1234")).admin.value();
  EXPECT_EQ(other.address.port, 1234);
  EXPECT_TRUE(other.written);
  EXPECT_FALSE(other.token.has_value());
  EXPECT_FALSE(config_of(with_lines("admin: off")).admin.has_value());
}

TEST(GoodConfig, AdminOnAnyAddressHasAToken) {
  const Admin admin = config_of(with_lines("admin: { listen: 0.0.0.0:9090, token: \"Bearer-${TOKEN}\" }"),
                                environment_of({{"TOKEN", "hunter2"}}))
                          .admin.value();
  EXPECT_EQ(admin.address.host, "0.0.0.0");
  EXPECT_EQ(admin.token.value().value, "Bearer-hunter2");
  EXPECT_EQ(admin.token.value().written, "Bearer-${TOKEN}");
}

TEST(GoodConfig, TheDefaultAdminGivesWayToListen) {
  EXPECT_FALSE(config_of(with_lines("listen: 0.0.0.0:9090")).admin.has_value());
}

TEST(GoodConfig, ListenMayHaveACertificate) {
  const std::filesystem::path directory = testing::TempDir();
  std::ofstream(directory / "weir-tls.crt") << "-----BEGIN CERTIFICATE-----\n";
  std::ofstream(directory / "weir-tls.key") << "-----BEGIN EC PRIVATE KEY-----\n";
  const Config config =
      config_of(with_lines("listen: { address: 127.0.0.1:8443, tls: { cert: weir-tls.crt, key: " + directory.string() +
                           "/weir-tls.key } }"),
                no_environment(), directory);
  std::filesystem::remove(directory / "weir-tls.crt");
  std::filesystem::remove(directory / "weir-tls.key");
  EXPECT_EQ(config.listen.port, 8443);
  ASSERT_TRUE(config.tls.has_value());
  EXPECT_EQ(config.tls->certificate, directory / "weir-tls.crt");
  EXPECT_EQ(config.tls->key, directory / "weir-tls.key");
}

TEST(GoodConfig, TheAccessLogGoesToStandardOutputOrAFile) {
  EXPECT_EQ(config_of(with_lines("access_log: { to: stdout }")).access_log.to, AccessLog::To::stdout_);
  const AccessLog log =
      config_of(with_lines("access_log: { to: weir.log, key: hash }"), no_environment(), testing::TempDir()).access_log;
  EXPECT_EQ(log.to, AccessLog::To::file);
  EXPECT_EQ(log.file, std::filesystem::path(testing::TempDir()) / "weir.log");
  EXPECT_EQ(log.key, AccessLog::Key::hash);
}

TEST(GoodConfig, AnUpstreamMayHaveHeadersAndAPathToStrip) {
  const Config config = config_of(
      "version: 1\n"
      "upstreams: { a: { url: http://h/v1, strip: /openai/, headers: { Authorization: \"Bearer ${KEY}\", x-a: b } } }\n"
      "routes: [{ path: /openai/*, to: a }]\n",
      environment_of({{"KEY", "hunter2"}}));
  const Upstream& upstream = config.upstreams.at(0);
  EXPECT_EQ(upstream.strip, "/openai");
  ASSERT_EQ(upstream.headers.size(), 2);
  EXPECT_EQ(upstream.headers[0].first, "authorization");
  EXPECT_EQ(upstream.headers[0].second.value, "Bearer hunter2");
  EXPECT_EQ(upstream.headers[0].second.written, "Bearer ${KEY}");
  EXPECT_EQ(upstream.headers[1].second.written, "b");
}

TEST(GoodConfig, AListAmongARoutesLimitsIsAChoice) {
  const Config config = config_of(
      "version: 1\n"
      "upstreams: { l: { url: http://h } }\n"
      "limits: { a: &l { key: ip, rate: 1/1s }, b: *l, c: *l }\n"
      "routes: [{ path: /*, to: l, limits: [a, [b, c]] }]\n");
  EXPECT_THAT(config.routes.at(0).limits, ElementsAre(ElementsAre("a"), ElementsAre("b", "c")));
}

TEST(GoodConfig, LimitsRoutesAndUpstreamsKnowTheirPlace) {
  const Config config = config_of(with_limit("key: ip, rate: 1/1s"));
  EXPECT_EQ(config.limits.at(0).place, (Place{5, 3}));
  EXPECT_EQ(config.upstreams.at(0).place, (Place{2, 14}));
  EXPECT_EQ(config.routes.at(0).place, (Place{3, 10}));
}

TEST(GoodConfig, ListensOnIpv6AndLocalhost) {
  EXPECT_EQ(config_of(with_lines("listen: \"[::1]:8080\"")).listen.host, "::1");
  EXPECT_EQ(config_of(with_lines("listen: localhost:8080")).listen.host, "127.0.0.1");
}

TEST(GoodConfig, MayHaveAByteOrderMarkAndWindowsLineEnds) {
  std::string text = with_limit("key: ip, rate: 1/1s");
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.insert(at, "\r");
  EXPECT_EQ(config_of("\xEF\xBB\xBF" + text).limits.size(), 1);
}

TEST(GoodConfig, AliasStandsForItsAnchor) {
  const Config config =
      config_of(with_lines("limits:\n"
                           "  a: &same { key: ip, rate: &rate 5/1s }\n"
                           "  b: *same\n"
                           "  c: { key: path, rate: *rate }"));
  EXPECT_EQ(config.limits.at(1).rule, sliding_window(5, 1s));
  EXPECT_EQ(config.limits.at(2).rule, sliding_window(5, 1s));
}

TEST(GoodConfig, BodyFromAFileIsReadAndTypedByItsEnding) {
  const std::filesystem::path directory = testing::TempDir();
  std::ofstream(directory / "sorry.html") << "<p>later</p>";
  const Config config = config_of(with_lines("responses: { body: { file: sorry.html } }"), no_environment(), directory);
  std::filesystem::remove(directory / "sorry.html");
  EXPECT_EQ(config.responses.body, Responses::Body::file);
  EXPECT_EQ(config.responses.file_body, "<p>later</p>");
  EXPECT_EQ(config.responses.file_type, "text/html; charset=utf-8");
}

TEST(GoodConfig, SecondRouteOfTheSamePathIsNoError) {
  config_of("version: 1\nupstreams: { l: { url: http://h } }\nroutes: [{ path: /*, to: l }, { path: /*, to: l }]");
}

}  // namespace
}  // namespace weir::config
