#include "gateway/bootstrap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

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

json::value rendered(const config::Config& config, const RenderOptions& options = {}) {
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

TEST(Bootstrap, WhatIsStrippedEndsAtASegmentsBorder) {
  config::Config config = one_route();
  config.upstreams.front().strip = "/openai";
  config.upstreams.front().path = "/v2";
  const json::value rewrite = route(config).at_pointer("/route/regex_rewrite");
  EXPECT_EQ(rewrite.at_pointer("/pattern/regex"), "^(?:/openai(?:/|$)|/)");
  EXPECT_EQ(rewrite.at("substitution"), "/v2/");
}

TEST(Bootstrap, AnUpstreamsHeadersTakeTheClientsPlaceAndLeaveSecretsOutside) {
  config::Config config = one_route();
  config.upstreams.front().headers = {{"authorization", {.value = "Bearer hush", .written = "Bearer ${KEY}"}}};
  const json::value headers =
      manager(rendered(config, {.environment = [](std::string_view) { return std::optional<std::string>("hush"); }}))
          .at_pointer("/route_config/virtual_hosts/0/routes/0/request_headers_to_add");
  EXPECT_EQ(headers, json::parse(R"([{"header":{"key":"authorization","value":"Bearer %ENVIRONMENT(KEY)%"},
                                      "append_action":"OVERWRITE_IF_EXISTS_OR_ADD"}])"));
}

TEST(Bootstrap, AnUpstreamMayBeToldAnotherHost) {
  config::Config config = one_route();
  config.upstreams.front().headers = {{"host", {.value = "api.example.com", .written = "api.example.com"}}};
  EXPECT_EQ(route(config).at_pointer("/route/host_rewrite_literal"), "api.example.com");
  EXPECT_FALSE(route(config).as_object().contains("request_headers_to_add"));
}

TEST(Bootstrap, TlsOnListenOffersHttp2) {
  config::Config config = one_route();
  config.tls = {.certificate = "/a.crt", .key = "/a.key"};
  const json::value bootstrap = rendered(config);
  const json::value& socket = bootstrap.at_pointer("/static_resources/listeners/0/filter_chains/0/transport_socket");
  EXPECT_EQ(socket.at_pointer("/typed_config/common_tls_context"), json::parse(R"({"alpn_protocols":["h2","http/1.1"],
    "tls_certificates":[{"certificate_chain":{"filename":"/a.crt"},"private_key":{"filename":"/a.key"}}]})"));
}

TEST(Bootstrap, TokensAreVerifiedBeforeTheLimitsLookAtTheirClaims) {
  config::Config config = one_route();
  config.limits = {{.name = "a", .key = {{.kind = config::KeySource::Kind::jwt, .name = "sub"}}}};
  config.limits.front().when = {{.source = {.kind = config::KeySource::Kind::jwt, .name = "Plan"}, .values = {}}};
  config.jwt = {.issuer = "https://id.example.com",
                .jwks = {.name = {}, .host = "id.example.com", .port = 443, .tls = true, .path = "/keys?a=b"},
                .audiences = {"api"}};
  const json::value bootstrap = rendered(config);
  const json::value filter = manager(bootstrap).at_pointer("/http_filters/0/typed_config");
  const json::value provider = filter.at_pointer("/providers/weir");
  EXPECT_EQ(provider.at("issuer"), "https://id.example.com");
  EXPECT_EQ(provider.at("audiences"), json::parse(R"(["api"])"));
  EXPECT_EQ(provider.at_pointer("/remote_jwks/http_uri/uri"), "https://id.example.com/keys?a=b");
  EXPECT_EQ(provider.at("claim_to_headers"), json::parse(R"([{"header_name":"x-weir-jwt-%50lan","claim_name":"Plan"},
                            {"header_name":"x-weir-jwt-sub","claim_name":"sub"}])"));
  EXPECT_EQ(bootstrap.at_pointer("/static_resources/clusters/1/name"),
            provider.at_pointer("/remote_jwks/http_uri/cluster"));
}

TEST(Bootstrap, ClaimsCannotBeForged) {
  EXPECT_EQ(manager(rendered(one_route()))
                .at_pointer("/early_header_mutation_extensions/0/typed_config/mutations/0/remove_on_match/key_matcher"),
            json::parse(R"({"prefix":"x-weir-jwt-"})"));
}

TEST(Bootstrap, AnAddressIsStaticAndANameIsLookedUp) {
  EXPECT_EQ(cluster(one_route()).at("type"), "STATIC");
  config::Config config = one_route();
  config.upstreams.front().host = "example.com";
  EXPECT_EQ(cluster(config).at_pointer("/cluster_type/name"), "envoy.cluster.dns");
  EXPECT_FALSE(cluster(config).as_object().contains("type"));
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

TEST(Bootstrap, ProxiesAndSlashesAreTheModulesSoThatTheListenerNeedNotChange) {
  config::Config config = one_route();
  const json::value before = manager(rendered(config));
  config.trusted_proxies = 2;
  config.escaped_slashes = config::EscapedSlashes::reject;
  EXPECT_EQ(manager(rendered(config)), before);
  EXPECT_EQ(before.at("use_remote_address"), true);
  EXPECT_EQ(before.at("path_with_escaped_slashes_action"), "KEEP_UNCHANGED");
}

TEST(Bootstrap, TheAdminApiHasAListenerOfItsOwnUnlessItIsOff) {
  config::Config config = one_route();
  config.admin = config::Admin{.address = {"127.0.0.1", 9191}, .written = true, .token = std::nullopt};
  const json::value listener = rendered(config).at_pointer("/static_resources/listeners/1");
  EXPECT_EQ(listener.at_pointer("/address/socket_address/port_value"), 9191);
  const json::value& filters = listener.at_pointer("/filter_chains/0/filters/1/typed_config/http_filters");
  EXPECT_EQ(filters.at_pointer("/0/typed_config/filter_name"), "weir_admin");
  config.admin.reset();
  EXPECT_EQ(rendered(config).at_pointer("/static_resources/listeners").as_array().size(), 1);
}

TEST(Bootstrap, TheAdminApiShowsEnvoysOwnPagesWhereEnvoyHasASocket) {
  const auto pages = [](const json::value& bootstrap) {
    return bootstrap
        .at_pointer(
            "/static_resources/listeners/1/filter_chains/0/filters/1/typed_config/route_config/"
            "virtual_hosts/0/routes")
        .as_array();
  };
  EXPECT_TRUE(pages(rendered(one_route())).empty());
  const json::array routes = pages(rendered(one_route(), {.admin_socket = "/run/x.sock"}));
  EXPECT_EQ(routes.front().at_pointer("/match/path"), "/envoy/stats");
  EXPECT_EQ(routes.front().at_pointer("/route/prefix_rewrite"), "/stats");
}

TEST(Bootstrap, KeysInTheAdminApisPathsStayAsTheyCame) {
  const json::value bootstrap = rendered(one_route());
  const json::value& manager =
      bootstrap.at_pointer("/static_resources/listeners/1/filter_chains/0/filters/1/typed_config");
  EXPECT_EQ(manager.at("normalize_path"), false);
  EXPECT_EQ(manager.at("merge_slashes"), false);
  EXPECT_EQ(manager.at("path_with_escaped_slashes_action"), "KEEP_UNCHANGED");
}

TEST(Bootstrap, EnvoysOwnAdminIsClosedUnlessASocketIsNamed) {
  EXPECT_FALSE(rendered(one_route()).as_object().contains("admin"));
  EXPECT_EQ(rendered(one_route(), {.admin_socket = "/run/x.sock"}).at_pointer("/admin/address/pipe/path"),
            "/run/x.sock");
}

TEST(Bootstrap, WhatCanChangeIsInTheFolder) {
  const json::value bootstrap = rendered(one_route(), {.folder = "/run/weir"});
  EXPECT_EQ(bootstrap.at_pointer("/dynamic_resources/lds_config/path_config_source/path"), "/run/weir/lds.json");
  EXPECT_EQ(bootstrap.at_pointer("/dynamic_resources/cds_config/path_config_source/path"), "/run/weir/cds.json");
  EXPECT_EQ(bootstrap.at_pointer("/bootstrap_extensions/0/typed_config/extension_config/value"),
            json::parse(R"({"settings_file":"/run/weir/settings.json"})"));
  EXPECT_FALSE(bootstrap.as_object().contains("static_resources"));
}

}  // namespace
}  // namespace weir::gateway
