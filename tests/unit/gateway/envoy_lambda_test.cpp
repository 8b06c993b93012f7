// How a function is in Envoy's words: its cluster and its routes.
#include "gateway/envoy_lambda.hpp"
#include "gateway/bootstrap.hpp"
#include "gateway/envoy_clusters.hpp"
#include "gateway/envoy_routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <string>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

config::Lambda orders() {
  config::Lambda lambda;
  lambda.function = lambda::parse_function("arn:aws:lambda:eu-west-1:123456789012:function:orders").value();
  lambda.region = "eu-west-1";
  return lambda;
}

// A route /orders/* to the function and one to a server.
config::Config before(config::Lambda lambda) {
  config::Config config;
  config.upstreams = {{.name = "orders",
                       .host = "lambda.eu-west-1.amazonaws.com",
                       .port = 443,
                       .tls = true,
                       .lambda = std::move(lambda)},
                      {.name = "local", .host = "127.0.0.1", .port = 9000}};
  config.routes = {{.path = "/orders", .below = true, .upstream = "orders", .limits = {}},
                   {.path = "", .below = true, .upstream = "local", .limits = {}}};
  return config;
}

json::value cluster_of(const config::Lambda& lambda) { return envoy_clusters(before(lambda), {}).at(0); }
json::value host_of(const config::Config& config) { return envoy_routes(config, {}).at_pointer("/virtual_hosts/0"); }
json::value route_of(const config::Lambda& lambda) { return host_of(before(lambda)).at_pointer("/routes/0"); }

json::value protocol_of(const config::Lambda& lambda) {
  return cluster_of(lambda)
      .at("typed_extension_protocol_options")
      .at("envoy.extensions.upstreams.http.v3.HttpProtocolOptions");
}
json::value signing_of(const config::Lambda& lambda) {
  return protocol_of(lambda).at_pointer("/http_filters/1/typed_config");
}

TEST(EnvoyLambda, EachAttemptPassesTheEventThenTheSignature) {
  const json::value protocol = protocol_of(orders());
  EXPECT_EQ(protocol.at_pointer("/http_filters").as_array().size(), 3U);
  EXPECT_EQ(protocol.at_pointer("/http_filters/0/typed_config/filter_name"), "weir_lambda");
  EXPECT_EQ(protocol.at_pointer("/http_filters/1/name"), "envoy.filters.http.aws_request_signing");
  EXPECT_EQ(protocol.at_pointer("/http_filters/2/name"), "envoy.filters.http.upstream_codec");
}

TEST(EnvoyLambda, TheCallIsOnWhereARouteLeadsToAFunction) {
  const json::value orders_route = route_of(orders());
  EXPECT_EQ(orders_route.at_pointer("/typed_per_filter_config/weir_lambda_call/filter_name"), "weir_lambda_call");
  EXPECT_EQ(orders_route.at_pointer("/typed_per_filter_config/weir_lambda_call/filter_config/value/function/name"),
            "orders");
  EXPECT_FALSE(host_of(before(orders())).at_pointer("/routes/1").as_object().contains("typed_per_filter_config"));
}

TEST(EnvoyLambda, TheCallIsOffElsewhere) { EXPECT_EQ(lambda_call_filter({}).at("disabled"), true); }

TEST(EnvoyLambda, AChangedSettingLeavesTheClusterAsItIs) {
  config::Lambda changed = orders();
  changed.retry.attempts = 1;
  changed.errors.unwrap = false;
  changed.concurrency = {lambda::Concurrency::Mode::fixed, 7};
  EXPECT_EQ(cluster_of(changed), cluster_of(orders()));
}

TEST(EnvoyLambda, CallsAreSignedForLambdaInItsRegion) {
  const json::value signing = signing_of(orders());
  EXPECT_EQ(signing.at("service_name"), "lambda");
  EXPECT_EQ(signing.at("region"), "eu-west-1");
  EXPECT_FALSE(signing.as_object().contains("credential_provider")) << "AWS's usual chain";
}

TEST(EnvoyLambda, AProfileSignsAlone) {
  config::Lambda lambda = orders();
  lambda.credentials.profile = "shop";
  EXPECT_EQ(signing_of(lambda).at("credential_provider"),
            json::parse(R"({"credentials_file_provider":{"profile":"shop"},"custom_credential_provider_chain":true})"));
}

TEST(EnvoyLambda, ARoleIsAssumedByTheUsualChainOrByAProfile) {
  config::Lambda lambda = orders();
  lambda.credentials.role_arn = "arn:aws:iam::123456789012:role/invoker";
  const json::value role = signing_of(lambda).at_pointer("/credential_provider/assume_role_credential_provider");
  EXPECT_EQ(role, json::parse(R"({"role_arn":"arn:aws:iam::123456789012:role/invoker","role_session_name":"weir"})"));
  lambda.credentials.profile = "shop";
  EXPECT_EQ(signing_of(lambda).at_pointer(
                "/credential_provider/assume_role_credential_provider/credential_provider/credentials_file_provider"),
            json::parse(R"({"profile":"shop"})"));
}

TEST(EnvoyLambda, LambdaIsAskedOverTlsInItsOwnName) {
  const json::value cluster = cluster_of(orders());
  EXPECT_EQ(cluster.at_pointer("/transport_socket/typed_config/sni"), "lambda.eu-west-1.amazonaws.com");
  EXPECT_EQ(cluster.at_pointer("/cluster_type/name"), "envoy.cluster.dns");
}

TEST(EnvoyLambda, WhatIsMarkedIsTriedAgainWithinTheBudget) {
  config::Lambda lambda = orders();
  lambda.retry = {.attempts = 5, .budget = 1500ms};
  EXPECT_EQ(route_of(lambda).at_pointer("/route/retry_policy"), json::parse(R"({
    "retry_on": "retriable-headers", "num_retries": 4,
    "retriable_headers": [{"name": "x-weir-lambda-retry", "present_match": true}],
    "retry_back_off": {"base_interval": "0.025000000s", "max_interval": "0.250000000s"},
    "rate_limited_retry_back_off": {"reset_headers": [{"name": "retry-after", "format": "SECONDS"}],
                                    "max_interval": "1.500000000s"}})"));
}

TEST(EnvoyLambda, WhereNoRetryFitsThereIsNone) {
  config::Lambda lambda = orders();
  lambda.retry.attempts = 1;
  EXPECT_FALSE(route_of(lambda).at("route").as_object().contains("retry_policy"));
  lambda.retry = {.attempts = 3, .budget = 10ms};
  EXPECT_FALSE(route_of(lambda).at("route").as_object().contains("retry_policy"));
}

TEST(EnvoyLambda, ARetryHasAsMuchOfTheBodyAsFitsIntoAnEvent) {
  config::Lambda lambda = orders();
  EXPECT_EQ(route_of(lambda).at("request_body_buffer_limit"), (6 << 20) + (64 << 10));
  lambda.invoke = lambda::Invocation::event;
  EXPECT_EQ(route_of(lambda).at("request_body_buffer_limit"), (1 << 20) + (64 << 10));
}

TEST(EnvoyLambda, TheHostIsNotTheRoutesMatter) {
  EXPECT_FALSE(route_of(orders()).at("route").as_object().contains("host_rewrite_literal"));
  EXPECT_FALSE(route_of(orders()).at("route").as_object().contains("append_x_forwarded_host"));
}

TEST(EnvoyLambda, ServersHaveNothingOfIt) {
  const json::value server = envoy_clusters(before(orders()), {}).at(1);
  EXPECT_FALSE(server.as_object().contains("typed_extension_protocol_options"));
  EXPECT_FALSE(server.as_object().contains("upstream_connection_options"));
}

}  // namespace
}  // namespace weir::gateway
