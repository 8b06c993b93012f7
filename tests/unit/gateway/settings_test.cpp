#include "gateway/settings.hpp"
#include "gateway/settings_lambda.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;
using config::KeySource;
using config::Pattern;
using testing::ElementsAre;

Settings through_json(const config::Config& config) {
  return read_settings(boost::json::serialize(settings_json(config)));
}

auto Picks(Pattern::Kind kind, const std::string& text) {
  return testing::AllOf(testing::Field(&Pattern::kind, kind), testing::Field(&Pattern::text, text));
}

TEST(Settings, ALimitArrivesAsItWasConfigured) {
  config::Limit limit;
  limit.name = "per-user";
  limit.key = {{.kind = KeySource::Kind::header, .name = "x-user-id"},
               {.kind = KeySource::Kind::ip, .ipv4_prefix = 24, .ipv6_prefix = 56}};
  limit.missing = config::Missing::reject;
  limit.rule = token_bucket(max_count, 90s, 20);
  limit.cost = 7;
  limit.cost_header = "x-cost";
  limit.overrides = {{{Pattern::Kind::glob, "team-*"}, sliding_window(9, 250ms)},
                     {{Pattern::Kind::cidr, "10.0.0.0/8"}, unlimited()}};
  limit.when = {{.source = {.kind = KeySource::Kind::jwt, .name = "plan"},
                 .values = {{Pattern::Kind::exact, "gold"}, {Pattern::Kind::regex, "^s"}}}};
  limit.only = {{Pattern::Kind::regex, "^sk-"}, {Pattern::Kind::glob, "team-*"}};
  limit.charge = {{.first = 401, .last = 401}, {.first = 500, .last = 599}};
  limit.wait = 250ms;
  limit.allow = {{Pattern::Kind::exact, "vip"}};
  limit.deny = {{Pattern::Kind::exact, "spam"}, {Pattern::Kind::cidr, "192.0.2.0/24"}};
  limit.reject_status = 503;
  limit.reject_message = "Slow \"down\"";
  limit.shadow = true;
  limit.prefix = "weir:per-user";
  const Settings settings = through_json({.limits = {limit}});
  ASSERT_EQ(settings.limits.size(), 1U);
  const config::Limit& arrived = settings.limits.front();
  EXPECT_EQ(arrived.name, limit.name);
  EXPECT_EQ(arrived.key, limit.key);
  EXPECT_EQ(arrived.missing, limit.missing);
  EXPECT_EQ(arrived.rule, limit.rule);
  EXPECT_EQ(arrived.cost, limit.cost);
  EXPECT_EQ(arrived.cost_header, limit.cost_header);
  ASSERT_EQ(arrived.overrides.size(), 2U);
  EXPECT_EQ(arrived.overrides[0].first.kind, Pattern::Kind::glob);
  EXPECT_EQ(arrived.overrides[0].first.text, "team-*");
  EXPECT_EQ(arrived.overrides[0].second, sliding_window(9, 250ms));
  EXPECT_EQ(arrived.overrides[1].second, unlimited());
  ASSERT_EQ(arrived.when.size(), 1U);
  EXPECT_EQ(arrived.when[0].source, limit.when[0].source);
  EXPECT_THAT(arrived.when[0].values,
              ElementsAre(Picks(Pattern::Kind::exact, "gold"), Picks(Pattern::Kind::regex, "^s")));
  EXPECT_THAT(arrived.only, ElementsAre(Picks(Pattern::Kind::regex, "^sk-"), Picks(Pattern::Kind::glob, "team-*")));
  EXPECT_EQ(arrived.charge, limit.charge);
  EXPECT_EQ(arrived.wait, 250ms);
  EXPECT_EQ(arrived.allow.size(), 1U);
  EXPECT_EQ(arrived.deny.size(), 2U);
  EXPECT_EQ(arrived.reject_status, 503);
  EXPECT_EQ(arrived.reject_message, limit.reject_message);
  EXPECT_TRUE(arrived.shadow);
  EXPECT_EQ(arrived.prefix, limit.prefix);
}

TEST(Settings, EveryRuleArrives) {
  const std::chrono::year_month_day leap_day = std::chrono::year(2024) / 2 / 29;
  for (const Rule& rule :
       {fixed_window(5, 1ns * 1001), sliding_log(10, 24h * 36500), gcra(3, 1s), concurrency(8), interval_bucket(2, 1h),
        Rule{
            .algorithm = Algorithm::fixed_window, .count = 1, .period = Period::year(), .burst = 0, .anchor = leap_day},
        fixed_window(1, Period::month())}) {
    config::Limit limit;
    limit.rule = rule;
    EXPECT_EQ(through_json({.limits = {limit}}).limits.front().rule, rule);
  }
}

TEST(Settings, ABodyOfAnyBytesArrives) {
  config::Config config;
  config.responses.body = config::Responses::Body::file;
  for (int byte = 0; byte < 256; ++byte) config.responses.file_body += static_cast<char>(byte);
  config.responses.file_type = "image/png";
  const Settings settings = through_json(config);
  EXPECT_EQ(settings.responses.file_body, config.responses.file_body);
  EXPECT_EQ(settings.responses.file_type, "image/png");
}

TEST(Settings, StoreAndResponsesArrive) {
  config::Config config;
  config.store.max_keys = 1234;
  config.responses.headers = config::Responses::Headers::both;
  config.responses.reset = config::Responses::Reset::epoch;
  const Settings settings = through_json(config);
  EXPECT_EQ(settings.store.max_keys, 1234);
  EXPECT_EQ(settings.responses.headers, config::Responses::Headers::both);
  EXPECT_EQ(settings.responses.reset, config::Responses::Reset::epoch);
}

TEST(Settings, ARedisStoreArrives) {
  config::Config config;
  config.store = {.url = {.value = "rediss://h", .written = "rediss://h"},
                  .tls = {.ca = "/ca", .certificate = "/cert", .key = "/key", .server_name = "name"},
                  .timeout = std::chrono::milliseconds(20),
                  .on_error = config::Store::OnError::deny,
                  .local_share = 0.25,
                  .name_space = "blue",
                  .layout = config::Store::Layout::upstash,
                  .regions = {{.value = "redis://r", .written = "redis://r"}}};
  config.limits.push_back({.name = "a", .mode = config::Mode::lease});
  const Settings settings = through_json(config);
  EXPECT_EQ(settings.store.url.written, "rediss://h");
  EXPECT_EQ(settings.store.tls, config.store.tls);
  EXPECT_EQ(settings.store.timeout, config.store.timeout);
  EXPECT_EQ(settings.store.on_error, config::Store::OnError::deny);
  EXPECT_EQ(settings.store.local_share, 0.25);
  EXPECT_EQ(settings.store.name_space, "blue");
  EXPECT_EQ(settings.store.layout, config::Store::Layout::upstash);
  ASSERT_EQ(settings.store.regions.size(), 1U);
  EXPECT_EQ(settings.store.regions.front().written, "redis://r");
  EXPECT_EQ(settings.limits.front().mode, config::Mode::lease);
}

TEST(Settings, WhatTheListenerLeavesToTheModuleArrives) {
  config::Config config;
  config.trusted_proxies = 2;
  config.escaped_slashes = config::EscapedSlashes::reject;
  config.tls = config::Tls{.certificate = "/cert", .key = "/key"};
  const auto json = settings_json(config, 7);
  const Settings settings = read_settings(boost::json::serialize(json));
  EXPECT_EQ(settings.trusted_proxies, 2);
  EXPECT_EQ(settings.escaped_slashes, config::EscapedSlashes::reject);
  EXPECT_TRUE(settings.tls);
  EXPECT_EQ(settings.generation, 7U);
  EXPECT_FALSE(through_json({}).tls);
}

TEST(Settings, TheAccessLogArrives) {
  config::Config config;
  EXPECT_EQ(through_json(config).access_log.to, config::AccessLog::To::off);
  config.access_log = {.to = config::AccessLog::To::stdout_, .file = {}, .key = config::AccessLog::Key::hash};
  EXPECT_EQ(through_json(config).access_log.to, config::AccessLog::To::stdout_);
  EXPECT_EQ(through_json(config).access_log.key, config::AccessLog::Key::hash);
  config.access_log = {.to = config::AccessLog::To::file, .file = "/var/log/weir.log"};
  EXPECT_EQ(through_json(config).access_log.to, config::AccessLog::To::file);
  EXPECT_EQ(through_json(config).access_log.file, "/var/log/weir.log");
}

TEST(Settings, TheAdminListenersAbsenceArrives) {
  EXPECT_TRUE(through_json({}).admin.has_value());
  EXPECT_FALSE(through_json({.admin = std::nullopt}).admin.has_value());
}

TEST(Settings, ATokenFromTheEnvironmentArrivesAsItIsWritten) {
  const config::Secret token{.value = "hunter2", .written = "${TOKEN}"};
  const config::Config config{.admin = config::Admin{.token = token}};
  EXPECT_EQ(through_json(config).admin->token_written, "${TOKEN}");
  EXPECT_EQ(through_json(config).admin->token_sha256, "");
  EXPECT_THAT(boost::json::serialize(settings_json(config)), testing::Not(testing::HasSubstr("hunter2")));
}

TEST(Settings, AWrittenTokenIsCarriedAsItsDigest) {
  const config::Config config{.admin = config::Admin{.token = config::Secret{.value = "abc", .written = "abc"}}};
  EXPECT_EQ(through_json(config).admin->token_sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-4's own example
  EXPECT_EQ(through_json(config).admin->token_written, "");
}

TEST(Settings, ATokenWithADefaultIsCarriedAsItIsWritten) {
  const config::Secret token{.value = "abc", .written = "${TOKEN:-abc}"};
  EXPECT_EQ(through_json({.admin = config::Admin{.token = token}}).admin->token_written, "${TOKEN:-abc}");
}

TEST(Settings, NumbersMayArriveAsDoublesAsEnvoyHandsThemOn) {
  const auto settings = read_settings(R"({"limits":[{"name":"a","rule":{"algorithm":"gcra","count":9007199254740992.0,
                                          "period":"1s"}}],"store":{"max_keys":1e7}})");
  EXPECT_EQ(settings.limits.front().rule.count, max_count);
  EXPECT_EQ(settings.store.max_keys, 10'000'000);
}

TEST(Settings, WhatIsNoSettingsIsAnError) {
  for (const auto* text :
       {"", "[]", "{\"limits\":7}", R"({"limits":[{"name":"a"}]})", R"({"limits":[{"rule":{"algorithm":"magic"}}]})"}) {
    EXPECT_THROW((void)read_settings(text), std::exception) << text;
  }
}

TEST(Settings, ARouteIsNamedAfterWhatItMatches) {
  EXPECT_EQ(route_name({.path = "/v1", .below = true}), "/v1/*");
  EXPECT_EQ(route_name({.path = "", .below = true}), "/*");
  EXPECT_EQ(route_name({.path = "/v1", .below = false}), "/v1");
  EXPECT_EQ(route_name({.path = "/v1", .below = true, .methods = {"GET", "POST"}, .host = "*.example.com"}),
            "GET|POST *.example.com/v1/*");
}

TEST(Settings, ARouteArrives) {
  const config::Route route{
      .path = "/v1", .below = true, .upstream = "api", .limits = {{"a"}, {"b", "c"}}, .timeout = 30s};
  const RouteSettings arrived = read_route_settings(boost::json::serialize(route_settings_json(route, {})));
  EXPECT_EQ(arrived.name, "/v1/*");
  EXPECT_EQ(arrived.upstream, "api");
  EXPECT_THAT(arrived.limits, ElementsAre(ElementsAre("a"), ElementsAre("b", "c")));
}

TEST(Settings, WhatALimitOfTokensSaysArrives) {
  config::Config config;
  config::Limit limit{.name = "t", .rule = fixed_window(1000, 1min), .prefix = "weir:t"};
  limit.tokens = {.unit = usage::Unit::input_tokens,
                  .weights = {.cached_input = {100'000'000}, .reasoning = usage::whole(2)},
                  .model_weights = {{"gpt-4*", usage::whole(10)}},
                  .reserve = {.kind = usage::Reserve::Kind::fixed, .amount = 77, .default_output = 5},
                  .on_exceeded = config::OnExceeded::truncate};
  config.limits = {limit};
  config.prices = {{"gpt-*", {.input = {2'500'000'000}, .output = usage::whole(10), .reasoning = usage::whole(12)}}};
  const Settings arrived = read_settings(boost::json::serialize(settings_json(config)));
  const config::Tokens& tokens = arrived.limits.at(0).tokens;
  EXPECT_EQ(tokens.unit, limit.tokens.unit);
  EXPECT_EQ(tokens.weights, limit.tokens.weights);
  EXPECT_EQ(tokens.model_weights, limit.tokens.model_weights);
  EXPECT_EQ(tokens.reserve.kind, usage::Reserve::Kind::fixed);
  EXPECT_EQ(tokens.reserve.amount, 77);
  EXPECT_EQ(tokens.reserve.default_output, 5);
  EXPECT_EQ(tokens.on_exceeded, config::OnExceeded::truncate);
  ASSERT_EQ(arrived.prices.size(), 1U);
  EXPECT_EQ(arrived.prices[0].first, "gpt-*");
  EXPECT_EQ(arrived.prices[0].second.rates(), config.prices[0].second.rates());
}

TEST(Settings, WhatARouteToAModelSaysArrives) {
  const config::Upstream upstream{.name = "openai",
                                  .host = "api.openai.com",
                                  .model = config::Model{.protocol = usage::Protocol::openai,
                                                         .ask_usage = config::Model::AskUsage::always,
                                                         .usage_missing = config::Model::UsageMissing::held}};
  const RouteSettings arrived = read_route_settings(boost::json::serialize(route_settings_json({}, upstream)));
  ASSERT_TRUE(arrived.model);
  EXPECT_EQ(arrived.model->host, "api.openai.com");
  EXPECT_EQ(arrived.model->model.protocol, usage::Protocol::openai);
  EXPECT_EQ(arrived.model->model.ask_usage, config::Model::AskUsage::always);
  EXPECT_EQ(arrived.model->model.usage_missing, config::Model::UsageMissing::held);
}

TEST(Settings, WhatARouteToAFunctionSaysArrives) {
  config::Lambda lambda;
  lambda.function = lambda::parse_function("arn:aws:lambda:us-east-1:123456789012:function:orders:live").value();
  lambda.region = "us-east-1";
  lambda.payload = lambda::Payload::alb;
  lambda.invoke = lambda::Invocation::stream;
  lambda.errors = {.unwrap = false, .throttled = 503};
  lambda.retry = {.attempts = 5, .budget = 1500ms};
  lambda.concurrency = {.mode = lambda::Concurrency::Mode::fixed, .most = 7};
  lambda.context = {.stage = "prod", .api_id = "a1b2c3", .account_id = "210987654321"};
  const config::Upstream upstream{.name = "orders", .host = "127.0.0.1", .port = 9001, .lambda = lambda};
  const LambdaRoute arrived = read_lambda(write_lambda(lambda_route(upstream)));
  EXPECT_EQ(arrived.upstream, "orders");
  EXPECT_EQ(arrived.authority, "127.0.0.1:9001");
  const config::Lambda& read = arrived.lambda;
  EXPECT_EQ(read.function, lambda.function);
  EXPECT_EQ(read.region, "us-east-1");
  EXPECT_EQ(read.payload, lambda::Payload::alb);
  EXPECT_EQ(read.invoke, lambda::Invocation::stream);
  EXPECT_FALSE(read.errors.unwrap);
  EXPECT_EQ(read.errors.throttled, 503);
  EXPECT_EQ(read.retry.attempts, 5);
  EXPECT_EQ(read.retry.budget, 1500ms);
  EXPECT_EQ(read.concurrency.mode, lambda::Concurrency::Mode::fixed);
  EXPECT_EQ(read.concurrency.most, 7U);
  EXPECT_EQ(read.context.stage, "prod");
  EXPECT_EQ(read.context.api_id, "a1b2c3");
  EXPECT_EQ(read.context.account_id, "210987654321");
}

TEST(Settings, WhoSignsIsNotAmongWhatTheModuleKnows) {
  config::Lambda lambda;
  lambda.credentials = {.profile = "shop-profile", .role_arn = "arn:aws:iam::123456789012:role/shop-role"};
  const config::Upstream upstream{.name = "orders", .host = "127.0.0.1", .lambda = lambda};
  EXPECT_THAT(boost::json::serialize(write_lambda(lambda_route(upstream))), testing::Not(testing::HasSubstr("shop-")));
}

}  // namespace
}  // namespace weir::gateway
