#include "gateway/bootstrap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <string>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

config::Config one_route(config::Route route = {.path = "", .below = true, .upstream = "local"}) {
  config::Config config;
  config.upstreams = {{.name = "local", .host = "127.0.0.1", .port = 9000}};
  config.routes = {std::move(route)};
  return config;
}

json::value rendered(const config::Config& config, const BootstrapOptions& options = {}) {
  return json::parse(bootstrap(config, options));
}
const json::value& manager(const json::value& bootstrap) {
  return bootstrap.at_pointer("/static_resources/listeners/0/filter_chains/0/filters/0/typed_config");
}
json::value route(const config::Config& config, std::size_t index = 0) {
  return manager(rendered(config)).at_pointer("/route_config/virtual_hosts/0/routes").as_array().at(index);
}
json::value cluster(const config::Config& config) {
  return rendered(config).at_pointer("/static_resources/clusters/0");
}

TEST(Bootstrap, ListensWhereTheConfigSays) {
  config::Config config = one_route();
  config.listen = {"::1", 8443};
  EXPECT_EQ(rendered(config).at_pointer("/static_resources/listeners/0/address"),
            json::parse(R"({"socket_address":{"address":"::1","port_value":8443}})"));
}

TEST(Bootstrap, AWildcardMatchesThePathAndAllBelow) {
  EXPECT_EQ(route(one_route({.path = "/v1", .below = true, .upstream = "local"})).at("match"),
            json::parse(R"({"path_separated_prefix":"/v1"})"));
  EXPECT_EQ(route(one_route()).at("match"), json::parse(R"({"prefix":"/"})"));
  EXPECT_EQ(route(one_route({.path = "/v1", .below = false, .upstream = "local"})).at("match"),
            json::parse(R"({"path":"/v1"})"));
}

TEST(Bootstrap, RoutesKeepTheFilesOrderAcrossHosts) {
  config::Config config = one_route({.path = "/a", .upstream = "local", .limits = {}});
  config.routes.push_back({.path = "/b", .host = "api.example.com", .upstream = "local", .limits = {}});
  EXPECT_EQ(route(config, 0).at("name"), "/a");
  EXPECT_EQ(route(config, 1).at("name"), "api.example.com/b");
  EXPECT_EQ(route(config, 1).at_pointer("/match/headers/0/string_match/safe_regex/regex"),
            R"((?i)api\.example\.com(:[0-9]*)?)");
}

TEST(Bootstrap, MethodsAndHeadersMustMatch) {
  const json::value match = route(one_route({.path = "/",
                                             .methods = {"GET", "POST"},
                                             .host = "*.example.com",
                                             .headers = {{"x-a", "b"}},
                                             .upstream = "local"}))
                                .at("match");
  EXPECT_EQ(match.at_pointer("/headers/0/string_match/safe_regex/regex"), "GET|POST");
  EXPECT_EQ(match.at_pointer("/headers/1/string_match/safe_regex/regex"), R"((?i).+\.example\.com(:[0-9]*)?)");
  EXPECT_EQ(match.at_pointer("/headers/2"), json::parse(R"({"name":"x-a","string_match":{"exact":"b"}})"));
}

TEST(Bootstrap, ARouteWithoutLimitsHasNoFilterConfig) {
  EXPECT_FALSE(route(one_route()).as_object().contains("typed_per_filter_config"));
  const json::value limited = route(one_route({.path = "/", .upstream = "local", .limits = {{"a"}}}));
  EXPECT_EQ(limited.at_pointer("/typed_per_filter_config/weir_limits/filter_config/value/limits"),
            json::parse(R"([["a"]])"));
}

TEST(Bootstrap, TimeoutsAreTheRoutes) {
  const json::value action =
      route(one_route({.path = "/", .upstream = "local", .limits = {}, .timeout = 1500ms, .idle_timeout = 0s}))
          .at("route");
  EXPECT_EQ(action.at("timeout"), "1.500000000s");
  EXPECT_EQ(action.at("idle_timeout"), "0s");
}

TEST(Bootstrap, TheUpstreamsPathComesFirst) {
  config::Config config = one_route();
  config.upstreams.front().path = "/base/";
  EXPECT_EQ(route(config).at_pointer("/route/regex_rewrite"),
            json::parse(R"({"pattern":{"regex":"^/"},"substitution":"/base/"})"));
}

TEST(Bootstrap, AnAddressIsStaticAndANameIsLookedUp) {
  EXPECT_EQ(cluster(one_route()).at("type"), "STATIC");
  config::Config config = one_route();
  config.upstreams.front().host = "example.com";
  EXPECT_EQ(cluster(config).at("type"), "STRICT_DNS");
}

TEST(Bootstrap, AnHttpsUpstreamIsVerified) {
  config::Config config = one_route();
  config.upstreams.front() = {.name = "local", .host = "api.openai.com", .port = 443, .tls = true, .path = {}};
  const json::value socket = cluster(config).at_pointer("/transport_socket/typed_config");
  EXPECT_EQ(socket.at("sni"), "api.openai.com");
  EXPECT_EQ(socket.at_pointer("/common_tls_context/validation_context"),
            json::parse(R"({"trusted_ca":{"filename":"/etc/ssl/certs/ca-certificates.crt"},
              "match_typed_subject_alt_names":[{"san_type":"DNS","matcher":{"exact":"api.openai.com"}}]})"));
  EXPECT_EQ(route(config).at_pointer("/route/host_rewrite_literal"), "api.openai.com");
}

TEST(Bootstrap, TrustedProxiesAreHops) {
  config::Config config = one_route();
  config.trusted_proxies = 2;
  const json::value bootstrap = rendered(config);
  EXPECT_EQ(manager(bootstrap).at("use_remote_address"), true);
  EXPECT_EQ(manager(bootstrap).at("xff_num_trusted_hops"), 2);
}

TEST(Bootstrap, EscapedSlashesAreTheUsersChoice) {
  using enum config::EscapedSlashes;
  for (const auto& [choice, action] :
       {std::pair(keep, "KEEP_UNCHANGED"), {reject, "REJECT_REQUEST"}, {redirect, "UNESCAPE_AND_REDIRECT"}}) {
    config::Config config = one_route();
    config.escaped_slashes = choice;
    EXPECT_EQ(manager(rendered(config)).at("path_with_escaped_slashes_action"), action);
  }
}

TEST(Bootstrap, EnvoysOwnAdminIsClosedUnlessASocketIsNamed) {
  EXPECT_FALSE(rendered(one_route()).as_object().contains("admin"));
  EXPECT_EQ(rendered(one_route(), {.admin_socket = "/run/x.sock"}).at_pointer("/admin/address/pipe/path"),
            "/run/x.sock");
}

}  // namespace
}  // namespace weir::gateway
