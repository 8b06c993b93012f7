#include "config/a_config.hpp"

#include <gtest/gtest.h>

namespace weir::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

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

TEST(GoodConfig, LimitsRoutesAndUpstreamsKnowTheirPlace) {
  const Config config = config_of(with_limit("key: ip, rate: 1/1s"));
  EXPECT_EQ(config.limits.at(0).place, (Place{5, 3}));
  EXPECT_EQ(config.upstreams.at(0).place, (Place{2, 14}));
  EXPECT_EQ(config.routes.at(0).place, (Place{3, 10}));
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

}  // namespace
}  // namespace weir::config
