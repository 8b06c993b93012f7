// What a weir.yaml says of functions of AWS Lambda, and every way to get it wrong that we know of.
#include "a_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::config {
namespace {

using namespace std::chrono_literals;
using lambda::Concurrency;
using lambda::ErrorPolicy;
using lambda::Invocation;
using lambda::Payload;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

const std::string arn = "arn:aws:lambda:us-east-1:123456789012:function:orders";

// A gateway before one function, whose upstream stands in line 2.
std::string before(const std::string& upstream) {
  return "version: 1\nupstreams: { f: { " + upstream + " } }\nroutes: [{ path: /*, to: f }]\n";
}
std::string before_function(const std::string& options) { return before("lambda: { " + options + " }"); }

Upstream upstream_of(const std::string& options, const Environment& environment = no_environment()) {
  const Config config = config_of(before_function(options), environment);
  return config.upstreams.empty() ? Upstream{.name = "none", .lambda = Lambda()} : config.upstreams.front();
}
Lambda lambda_of(const std::string& options, const Environment& environment = no_environment()) {
  return *upstream_of(options, environment).lambda;
}

TEST(LambdaConfig, AnArnIsAllThatIsNeeded) {
  const Upstream upstream = upstream_of("function: " + arn);
  const Lambda& lambda = *upstream.lambda;
  EXPECT_EQ(lambda.function.id, arn);
  EXPECT_EQ(lambda.function.name, "orders");
  EXPECT_EQ(lambda.function.qualifier, "");
  EXPECT_EQ(lambda.region, "us-east-1");
  EXPECT_EQ(lambda.payload, Payload::v2);
  EXPECT_EQ(lambda.invoke, Invocation::buffered);
  EXPECT_TRUE(lambda.errors.unwrap);
  EXPECT_EQ(lambda.errors.throttled, 500);
  EXPECT_EQ(lambda.retry.attempts, 3);
  EXPECT_EQ(lambda.retry.budget, 2s);
  EXPECT_EQ(lambda.concurrency.mode, Concurrency::Mode::off);
  EXPECT_EQ(lambda.context.stage, "");
  EXPECT_EQ(lambda.context.account_id, "123456789012") << "the ARN's, as no other is given";
  EXPECT_EQ(lambda.credentials.profile, "");
  EXPECT_EQ(lambda.credentials.role_arn, "");
  EXPECT_EQ(upstream.host, "lambda.us-east-1.amazonaws.com");
  EXPECT_EQ(upstream.port, 443);
  EXPECT_TRUE(upstream.tls);
}

TEST(LambdaConfig, EveryOptionOfTheContract) {
  const Upstream upstream = upstream_of(
      "function: " + arn +
      ", qualifier: live, region: us-east-1, payload: v1, invoke: stream, unwrap: true, throttled: passthrough, retry: "
      "{ "
      "attempts: 5, budget: 250ms }, concurrency: auto, credentials: { profile: shop, role_arn: "
      "\"arn:aws:iam::123456789012:role/invoker\" }, context: { stage: prod, api_id: a1b2c3, account_id: 210987654321 "
      "}, endpoint: \"http://localhost:4566/\"");
  const Lambda& lambda = *upstream.lambda;
  EXPECT_EQ(lambda.function.qualifier, "live");
  EXPECT_EQ(lambda.payload, Payload::v1);
  EXPECT_EQ(lambda.invoke, Invocation::stream);
  EXPECT_EQ(lambda.errors.throttled, ErrorPolicy::passthrough);
  EXPECT_EQ(lambda.retry.attempts, 5);
  EXPECT_EQ(lambda.retry.budget, 250ms);
  EXPECT_EQ(lambda.concurrency.mode, Concurrency::Mode::adaptive);
  EXPECT_EQ(lambda.credentials.profile, "shop");
  EXPECT_EQ(lambda.credentials.role_arn, "arn:aws:iam::123456789012:role/invoker");
  EXPECT_EQ(lambda.context.stage, "prod");
  EXPECT_EQ(lambda.context.api_id, "a1b2c3");
  EXPECT_EQ(lambda.context.account_id, "210987654321");
  EXPECT_EQ(upstream.host, "localhost");
  EXPECT_EQ(upstream.port, 4566);
  EXPECT_FALSE(upstream.tls);
}

TEST(LambdaConfig, AFunctionMayBeNamedInEveryWayOfAws) {
  const Lambda name = lambda_of("function: orders, region: eu-west-1");
  EXPECT_EQ(name.function.id, "orders");
  EXPECT_EQ(name.function.region, "eu-west-1");
  const Lambda partial = lambda_of("function: \"123456789012:function:orders:7\", region: eu-west-1");
  EXPECT_EQ(partial.function.id, "123456789012:function:orders");
  EXPECT_EQ(partial.function.qualifier, "7");
  EXPECT_EQ(lambda_of("function: " + arn + ":live, qualifier: live").function.qualifier, "live") << "said twice alike";
  EXPECT_EQ(lambda_of("function: orders, region: eu-west-1, qualifier: $LATEST").function.qualifier, "$LATEST");
}

TEST(LambdaConfig, TheRegionIsTheArnsElseTheEnvironments) {
  const Environment both = environment_of({{"AWS_REGION", "eu-west-1"}, {"AWS_DEFAULT_REGION", "eu-west-2"}});
  EXPECT_EQ(lambda_of("function: " + arn, both).region, "us-east-1");
  EXPECT_EQ(lambda_of("function: orders, region: eu-west-3", both).region, "eu-west-3");
  EXPECT_EQ(lambda_of("function: orders", both).region, "eu-west-1");
  EXPECT_EQ(lambda_of("function: orders", environment_of({{"AWS_DEFAULT_REGION", "eu-west-2"}})).region, "eu-west-2");
  EXPECT_EQ(
      lambda_of("function: orders", environment_of({{"AWS_REGION", ""}, {"AWS_DEFAULT_REGION", "eu-west-2"}})).region,
      "eu-west-2");
}

TEST(LambdaConfig, TheEndpointIsTheRegions) {
  EXPECT_EQ(upstream_of("function: orders, region: cn-north-1").host, "lambda.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(upstream_of("function: orders, region: us-gov-west-1").host, "lambda.us-gov-west-1.amazonaws.com");
}

TEST(LambdaConfig, AThrottleMayHaveAnyErrorsStatus) {
  EXPECT_EQ(lambda_of("function: " + arn + ", throttled: api_gateway").errors.throttled, 500);
  EXPECT_EQ(lambda_of("function: " + arn + ", throttled: 429").errors.throttled, 429);
  EXPECT_EQ(lambda_of("function: " + arn + ", throttled: 503").errors.throttled, 503);
}

TEST(LambdaConfig, ConcurrencyMayBeFixed) {
  const Concurrency::Settings ten = lambda_of("function: " + arn + ", concurrency: 10").concurrency;
  EXPECT_EQ(ten.mode, Concurrency::Mode::fixed);
  EXPECT_EQ(ten.most, 10U);
  EXPECT_EQ(lambda_of("function: " + arn + ", concurrency: off").concurrency.mode, Concurrency::Mode::off);
}

TEST(LambdaConfig, AFunctionMayBeAModel) {
  const Config config = config_of(before("ai: openai, lambda: { invoke: stream, function: " + arn + " }"));
  ASSERT_TRUE(config.upstreams.at(0).model);
  ASSERT_TRUE(config.upstreams.at(0).lambda);
  EXPECT_EQ(config.routes.at(0).timeout, 0s);
}

// What is underlined in the upstream's line, and what is said of it.
MATCHER_P3(Says, text, underlined, message, "") {
  const std::string line = text.substr(text.find('\n') + 1);
  const std::string found = line.substr(static_cast<std::size_t>(arg.column) - 1, static_cast<std::size_t>(arg.length));
  *result_listener << "underlines " << found;
  return arg.line == 2 && found == underlined && arg.message.find(message) != std::string::npos;
}

struct Broken {
  std::string name;
  std::string options;
  std::string underlined;
  std::string message;
};
void PrintTo(const Broken& broken, std::ostream* out) { *out << broken.name; }

class BrokenLambda : public testing::TestWithParam<Broken> {};

TEST_P(BrokenLambda, SaysWhereAndWhat) {
  const Broken& broken = GetParam();
  EXPECT_THAT(errors_of(before_function(broken.options)),
              ElementsAre(Says(before_function(broken.options), broken.underlined, broken.message)));
}

const Broken broken_lambdas[] = {
    {"NoFunction", "payload: v1", "lambda", "'function' is missing in 'lambda'"},
    {"FunctionIsAList", "function: [a]", "[", "expected a Lambda function's ARN or name for 'function', got a list"},
    {"FunctionOfNoArn", "function: arn:aws:lambda:us-east-1", "arn:aws:lambda:us-east-1", "an ARN has seven parts"},
    {"FunctionOfAnotherService", "function: arn:aws:sns:us-east-1:123456789012:function:a",
     "arn:aws:sns:us-east-1:123456789012:function:a", "not 'lambda'"},
    {"FunctionWithASlash", "function: a/b, region: us-east-1", "a/b", "holds letters, digits, - and _"},
    {"NoRegion", "function: orders", "orders", "in which region is the function? Give its whole ARN, add 'region'"},
    {"Region", "function: orders, region: \"us east\"", "\"us east\"", "expected a region like us-east-1 for 'region'"},
    {"RegionOfNoHost", "function: orders, region: evil.com/", "evil.com/", "expected a region like us-east-1"},
    {"TwoRegions", "function: arn:aws:lambda:us-east-1:123456789012:function:a, region: us-east-2", "us-east-2",
     "'region' is not the one in the ARN of 'function'"},
    {"Qualifier", "function: orders, region: us-east-1, qualifier: a b", "a b", "a version, an alias or $LATEST"},
    {"TwoQualifiers", "function: \"orders:1\", region: us-east-1, qualifier: 2", "2",
     "'qualifier' is not the one that 'function' ends in"},
    {"Payload", "function: orders, region: us-east-1, payload: v3", "v3", "expected v1, v2, alb or raw"},
    {"Invoke", "function: orders, region: us-east-1, invoke: streamed", "streamed", "did you mean stream?"},
    {"Unwrap", "function: orders, region: us-east-1, unwrap: yes", "yes", "expected true or false"},
    {"Throttled", "function: orders, region: us-east-1, throttled: passthru", "passthru", "did you mean passthrough?"},
    {"ThrottledIsNoError", "function: orders, region: us-east-1, throttled: 200", "200", "a status from 400 to 599"},
    {"ThrottledWithoutUnwrap", "function: orders, region: us-east-1, unwrap: false, throttled: 503", "throttled",
     "'throttled' has no effect with unwrap: false"},
    {"RetryIsANumber", "function: orders, region: us-east-1, retry: 3", "3",
     "a mapping like { attempts: 3, budget: 2s }"},
    {"NoAttempts", "function: orders, region: us-east-1, retry: { attempts: 0 }", "0", "a number from 1 to 100"},
    {"Budget", "function: orders, region: us-east-1, retry: { budget: 2 }", "2", "write its unit"},
    {"BudgetTooLong", "function: orders, region: us-east-1, retry: { budget: 1h }", "1h", "a duration from 0s to 15m"},
    {"RetryUnknown", "function: orders, region: us-east-1, retry: { attemps: 2 }", "attemps",
     "unknown key 'attemps' in 'retry'; did you mean 'attempts'?"},
    {"Concurrency", "function: orders, region: us-east-1, concurrency: 0", "0", "auto, off or a number from 1 to"},
    {"CredentialsAreText", "function: orders, region: us-east-1, credentials: me", "me",
     "a mapping like { profile: orders }"},
    {"CredentialsUnknown", "function: orders, region: us-east-1, credentials: { role: x }", "role",
     "unknown key 'role' in 'credentials'"},
    {"Profile", "function: orders, region: us-east-1, credentials: { profile: \"a b\" }", "\"a b\"",
     "visible ASCII characters"},
    {"Role", "function: orders, region: us-east-1, credentials: { role_arn: invoker }", "invoker",
     "a role's ARN like arn:aws:iam::123456789012:role/NAME"},
    {"ContextUnknown", "function: orders, region: us-east-1, context: { stge: a }", "stge", "did you mean 'stage'?"},
    {"ContextOfRaw", "function: orders, region: us-east-1, payload: raw, context: { stage: a }", "context",
     "'context' has no effect with payload: raw"},
    {"ContextOfAlb", "function: orders, region: us-east-1, payload: alb, context: { stage: a }", "context",
     "'context' has no effect with payload: alb"},
    {"Endpoint", "function: orders, region: us-east-1, endpoint: localhost", "localhost",
     "it starts with http:// or https://"},
    {"EndpointWithAPath", "function: orders, region: us-east-1, endpoint: \"http://a/b\"", "\"http://a/b\"",
     "a URL without a path"},
    {"Unknown", "function: orders, region: us-east-1, qualifer: a", "qualifer",
     "unknown key 'qualifer' in 'lambda'; did you mean 'qualifier'?"},
};

INSTANTIATE_TEST_SUITE_P(Options, BrokenLambda, testing::ValuesIn(broken_lambdas),
                         [](const auto& info) { return info.param.name; });

TEST(LambdaConfig, AnUpstreamIsAServerOrAFunction) {
  const std::string both = before("url: http://a, lambda: { function: " + arn + " }");
  EXPECT_THAT(errors_of(both), ElementsAre(Says(both, "url", "'url' and 'lambda' exclude each other; remove one")));
  const std::string neither = before("strip: /a");
  EXPECT_THAT(errors_of(neither), ElementsAre(Says(neither, "f", "'url' is missing in upstream 'f'")));
  const std::string bare = before("lambda: orders");
  EXPECT_THAT(errors_of(bare),
              ElementsAre(Says(bare, "orders", "expected a mapping like { function: arn:aws:lambda:")));
  const std::string nothing = before("lambda: ");
  EXPECT_THAT(errors_of(nothing), ElementsAre(Says(nothing, "lambda", "expected a mapping like { function: arn:aws:")));
}

TEST(LambdaConfig, AnEventHasPathAndHeadersAsTheyCame) {
  const std::string function = ", lambda: { function: " + arn + " }";
  const std::string stripped = before("strip: /a" + function);
  EXPECT_THAT(errors_of(stripped), ElementsAre(Says(stripped, "strip", "'strip' has no effect beside 'lambda'")));
  const std::string headers = before("headers: { a: b }" + function);
  EXPECT_THAT(errors_of(headers), ElementsAre(Says(headers, "headers", "'headers' has no effect beside 'lambda'")));
}

TEST(LambdaConfig, AnEventHasNoAnswerWhoseTokensCouldBeCounted) {
  const std::string model = before("ai: auto, lambda: { invoke: event, function: " + arn + " }");
  EXPECT_THAT(errors_of(model), ElementsAre(Says(model, "ai", "'ai' has no effect with invoke: event")));
}

TEST(LambdaConfig, ABadRegionOfTheEnvironmentIsNotShown) {
  const std::string text = before_function("function: orders");
  const auto errors = errors_of(text, environment_of({{"AWS_REGION", "hush hush"}}));
  EXPECT_THAT(errors, ElementsAre(Says(text, "orders", "the variable AWS_REGION holds no region")));
  EXPECT_THAT(errors.at(0).message, testing::Not(HasSubstr("hush")));
}

}  // namespace
}  // namespace weir::config
