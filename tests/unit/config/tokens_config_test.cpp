// What a weir.yaml says of models and tokens.
#include "a_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::config {
namespace {

using testing::ElementsAre;
using testing::Pair;
using usage::Decimal;
using usage::Reserve;
using usage::Unit;
using usage::whole;

Limit limit_of(const std::string& options) {
  return config_of(
             "version: 1\nupstreams: { m: { url: http://h, ai: auto } }\n"
             "routes: [{ path: /*, to: m, limits: a }]\nlimits:\n  a: {" +
             options + "}\n")
      .limits.at(0);
}

Tokens tokens_of(const std::string& options) { return limit_of("key: ip, rate: 1000/1m, " + options).tokens; }

Upstream upstream_of(const std::string& options) {
  return config_of("version: 1\nupstreams: { m: { url: http://h, " + options + " } }\nroutes: [{ path: /*, to: m }]\n")
      .upstreams.at(0);
}

TEST(TokensConfig, ALimitCountsRequestsUnlessItSaysOtherwise) {
  const Limit limit = limit_of("key: ip, rate: 1/1s");
  EXPECT_EQ(limit.tokens.unit, Unit::requests);
  EXPECT_FALSE(limit.tokens.counts());
}

TEST(TokensConfig, TokensAreHeldUpToTheMaximumAndCountOneEach) {
  const Tokens tokens = tokens_of("unit: tokens");
  EXPECT_EQ(tokens.unit, Unit::tokens);
  EXPECT_TRUE(tokens.counts());
  EXPECT_EQ(tokens.weights, usage::Rates{});
  EXPECT_EQ(tokens.reserve.kind, Reserve::Kind::max_tokens);
  EXPECT_EQ(tokens.reserve.default_output, 1024);
  EXPECT_EQ(tokens.on_exceeded, OnExceeded::finish);
}

TEST(TokensConfig, WeightsAreExactDecimals) {
  const Tokens tokens = tokens_of(
      "unit: input_tokens, weights: { cached_input: 0.1, cache_write: 1.25, reasoning: 2, "
      "model: { \"gpt-4*\": 10, tiny: 0.5 } }");
  EXPECT_EQ(tokens.unit, Unit::input_tokens);
  EXPECT_EQ(tokens.weights.cached_input, Decimal{100'000'000});
  EXPECT_EQ(tokens.weights.cache_write, Decimal{1'250'000'000});
  EXPECT_EQ(tokens.weights.reasoning, whole(2));
  EXPECT_EQ(tokens.weights.input, whole(1));
  EXPECT_THAT(tokens.model_weights, ElementsAre(Pair("gpt-4*", whole(10)), Pair("tiny", Decimal{500'000'000})));
}

TEST(TokensConfig, WhatIsHeldMayBeNothingOrAFixedNumber) {
  EXPECT_EQ(tokens_of("unit: tokens, reserve: off").reserve.kind, Reserve::Kind::off);
  const Reserve fixed = tokens_of("unit: tokens, reserve: 500").reserve;
  EXPECT_EQ(fixed.kind, Reserve::Kind::fixed);
  EXPECT_EQ(fixed.amount, 500);
  EXPECT_EQ(tokens_of("unit: tokens, reserve_default: 10").reserve.default_output, 10);
}

TEST(TokensConfig, AnAnswerThatGoesBeyondMayBeCutOrSlowed) {
  EXPECT_EQ(tokens_of("unit: tokens, on_exceeded: truncate").on_exceeded, OnExceeded::truncate);
  EXPECT_EQ(tokens_of("unit: tokens, on_exceeded: pace").on_exceeded, OnExceeded::pace);
}

TEST(TokensConfig, MoneyIsCountedInBillionths) {
  const Config config = config_of(
      "version: 1\nprices: { \"gpt-4*\": { input: 2.5, cached_input: 1.25, output: 10 } }\n"
      "limits: { spend: { key: ip, rate: 5.00/1d, burst: 0.5, algorithm: token_bucket, reserve: 0.25, unit: cost,\n"
      "                   overrides: { vip: 20/1d, staff: unlimited } } }\n"
      "upstreams: { m: { url: http://h, ai: openai } }\nroutes: [{ path: /*, to: m, limits: spend }]\n");
  const Limit& limit = config.limits.at(0);
  EXPECT_EQ(limit.rule.count, 5'000'000'000);
  EXPECT_EQ(limit.rule.burst, 500'000'000);
  EXPECT_EQ(limit.tokens.reserve.amount, 250'000'000);
  EXPECT_EQ(limit.overrides.at(0).second.count, 20'000'000'000);
  ASSERT_EQ(config.prices.size(), 1U);
  EXPECT_EQ(config.prices[0].first, "gpt-4*");
  EXPECT_EQ(config.prices[0].second.input, Decimal{2'500'000'000});
  EXPECT_EQ(config.prices[0].second.cached_input, Decimal{1'250'000'000});
  EXPECT_EQ(config.prices[0].second.reasoning, std::nullopt);
}

TEST(TokensConfig, AnUpstreamIsAModelWhenItSaysWhoseWordsItSpeaks) {
  EXPECT_FALSE(upstream_of("strip: /a").model);
  const auto plain = upstream_of("ai: auto").model;
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->protocol, usage::Protocol::automatic);
  EXPECT_EQ(plain->ask_usage, Model::AskUsage::automatic);
  EXPECT_EQ(plain->usage_missing, Model::UsageMissing::estimate);
  const auto other = upstream_of("ask_usage: never, ai: anthropic, usage_missing: held").model;
  ASSERT_TRUE(other);
  EXPECT_EQ(other->protocol, usage::Protocol::anthropic);
  EXPECT_EQ(other->ask_usage, Model::AskUsage::never);
  EXPECT_EQ(other->usage_missing, Model::UsageMissing::held);
}

TEST(TokensConfig, AKeyMayBeTheModel) {
  const Config config = config_of(
      "version: 1\nlimits: { t: { key: [ip, model], rate: 9/1m, when: { model: \"gpt-*\" } } }\n"
      "upstreams: { m: { url: http://h, ai: auto } }\nroutes: [{ path: /*, to: m, limits: t }]\n");
  EXPECT_EQ(config.limits.at(0).key.at(1).kind, KeySource::Kind::model);
}

}  // namespace
}  // namespace weir::config
