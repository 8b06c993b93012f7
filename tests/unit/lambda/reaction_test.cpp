#include "lambda/policy/reaction.hpp"

#include <gmock/gmock.h>

#include <string>

namespace weir::lambda {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using Way = Reaction::Way;

constexpr std::string_view server_error = R"({"message":"Internal server error"})";
constexpr ErrorPolicy api_gateway{};
constexpr ErrorPolicy passthrough{.throttled = ErrorPolicy::passthrough};
constexpr ErrorPolicy as_it_is{.unwrap = false};

Reaction to(const Reply& reply, const ErrorPolicy& policy = api_gateway) {
  return react(reply, meaning_of(reply), policy);
}

std::string header(const Reaction& reaction, std::string_view name) {
  std::string found;
  for (const Field& field : reaction.headers) {
    if (field.name == name) found = field.value;
  }
  return found;
}

Reply throttle(std::string_view body) {
  return {.status = 429, .error_type = "TooManyRequestsException", .retry_after = "2", .body = body};
}

TEST(Reaction, ToAnAnswerUnwrapsIt) {
  EXPECT_EQ(meaning_of({.status = 200}).outcome, Outcome::ok);
  EXPECT_EQ(to({.status = 200}).way, Way::unwrap);
  EXPECT_EQ(to({.status = 200}, as_it_is).way, Way::pass);
}

TEST(Reaction, ToAnAcceptedEventIs202WithoutABody) {
  const Reaction reaction = to({.status = 202});
  EXPECT_EQ(reaction.way, Way::replace);
  EXPECT_EQ(reaction.status, 202);
  EXPECT_EQ(reaction.body, "");
  EXPECT_THAT(reaction.headers, IsEmpty());
}

// What API Gateway returns to its client, row by row.

TEST(Reaction, ToAThrottleIs500WithTheTruthInItsHeaders) {
  for (const char* reason :
       {"ConcurrentInvocationLimitExceeded", "FunctionInvocationRateLimitExceeded",
        "ReservedFunctionConcurrentInvocationLimitExceeded", "ReservedFunctionInvocationRateLimitExceeded",
        "CallerRateLimitExceeded", "ConcurrentSnapshotCreateLimitExceeded"}) {
    const std::string body = std::string(R"({"Reason":")") + reason + R"(","Type":"User","message":"Rate Exceeded."})";
    const Reply reply = throttle(body);
    EXPECT_EQ(meaning_of(reply).outcome, Outcome::throttled);
    EXPECT_EQ(name_of(meaning_of(reply).reason), reason);
    const Reaction reaction = to(reply);
    EXPECT_EQ(reaction.way, Way::replace);
    EXPECT_EQ(reaction.status, 500);
    EXPECT_EQ(reaction.body, server_error) << "none of AWS's body";
    EXPECT_EQ(header(reaction, "x-envoy-lambda-statuscode"), "429");
    EXPECT_EQ(header(reaction, "x-weir-lambda-reason"), reason);
    EXPECT_EQ(header(reaction, "x-amzn-errortype"), "InternalServerErrorException");
    EXPECT_EQ(header(reaction, "content-type"), "application/json");
    EXPECT_EQ(header(reaction, "retry-after"), "2");
  }
}

TEST(Reaction, ToAThrottlePassesItOn) {
  for (const ErrorPolicy& policy : {passthrough, as_it_is}) {
    const Reaction reaction = to(throttle(R"({"Reason":"CallerRateLimitExceeded"})"), policy);
    EXPECT_EQ(reaction.way, Way::pass);
    EXPECT_EQ(reaction.status, 429);
    EXPECT_EQ(header(reaction, "x-envoy-lambda-statuscode"), "429");
    EXPECT_EQ(header(reaction, "x-weir-lambda-reason"), "CallerRateLimitExceeded");
  }
}

TEST(Reaction, ToAThrottleHasTheStatusThatIsAskedFor) {
  const std::pair<int, std::string_view> statuses[] = {{429, "Too Many Requests"},
                                                       {503, "Service Unavailable"},
                                                       {502, "Internal server error"},
                                                       {418, "Internal server error"}};
  for (const auto& [status, message] : statuses) {
    const Reaction reaction = to(throttle("{}"), {.throttled = status});
    EXPECT_EQ(reaction.status, status);
    EXPECT_EQ(reaction.body, "{\"message\":\"" + std::string(message) + "\"}");
    EXPECT_EQ(header(reaction, "x-envoy-lambda-statuscode"), "429");
  }
}

TEST(Reaction, ToAThrottleWithoutAReasonSaysUnknown) {
  for (const char* body : {"", "no json", "{}", R"({"Reason":5})", R"({"Reason":"NewReason"})",
                           R"({"Reason":"Shed\r\n"})", R"(["Reason"])"}) {
    EXPECT_EQ(header(to(throttle(body)), "x-weir-lambda-reason"), "Unknown") << body;
  }
}

TEST(Reaction, ToAThrottleReadsAReasonBeforeACut) {
  EXPECT_EQ(throttle_reason(R"({"Reason":"CallerRateLimitExceeded","Type":"Us)"), ThrottleReason::caller_rate);
}

TEST(Reaction, KnowsAThrottleByItsType) {
  for (const char* type : {"TooManyRequestsException", "TooManyRequestsException:http://internal.amazon.com/coral/",
                           "aws.lambda#TooManyRequestsException"}) {
    EXPECT_EQ(meaning_of({.status = 400, .error_type = type}).outcome, Outcome::throttled) << type;
  }
  EXPECT_EQ(meaning_of({.status = 502, .error_type = "EC2ThrottledException"}).outcome, Outcome::lambda_error);
}

TEST(Reaction, ToAThrottleDoesNotPassABadRetryAfterOn) {
  EXPECT_EQ(header(to({.status = 429, .retry_after = "1\r\nx: y"}), "retry-after"), "");
}

TEST(Reaction, ToAFunctionErrorIs502) {
  for (const char* kind : {"Handled", "Unhandled"}) {
    const Reply reply{
        .status = 200, .function_error = kind, .body = R"({"errorMessage":"Task timed out after 3.00 seconds"})"};
    EXPECT_EQ(meaning_of(reply).outcome, Outcome::function_error);
    const Reaction reaction = to(reply);
    EXPECT_EQ(reaction.way, Way::replace);
    EXPECT_EQ(reaction.status, 502);
    EXPECT_EQ(reaction.body, server_error);
    EXPECT_EQ(to(reply, as_it_is).way, Way::pass);
  }
}

TEST(Reaction, ToMalformedOutputIs502) {
  EXPECT_EQ(react(Outcome::malformed, api_gateway).status, 502);
  EXPECT_EQ(react(Outcome::malformed, api_gateway).body, server_error);
}

TEST(Reaction, ToAnIntegrationTimeoutIs504) {
  EXPECT_EQ(react(Outcome::timeout, api_gateway).status, 504);
  EXPECT_EQ(react(Outcome::timeout, api_gateway).body, R"({"message":"Endpoint request timed out"})");
}

// Lambda's errors, row by row.
TEST(Reaction, ToAnyOtherErrorIs500WithItsStatus) {
  const std::pair<int, const char*> errors[] = {{400, "InvalidParameterValueException"},
                                                {400, "InvalidRequestContentException"},
                                                {403, "AccessDeniedException"},
                                                {404, "ResourceNotFoundException"},
                                                {408, "EFSMountTimeoutException"},
                                                {409, "ResourceConflictException"},
                                                {409, "SnapStartNotReadyException"},
                                                {410, "EFSIOException"},
                                                {413, "RequestTooLargeException"},
                                                {415, "UnsupportedMediaTypeException"},
                                                {500, "ServiceException"},
                                                {502, "EC2UnexpectedException"},
                                                {502, "ENILimitReachedException"},
                                                {502, "KMSAccessDeniedException"},
                                                {502, "InvalidZipFileException"},
                                                {503, ""},
                                                {302, ""},
                                                {204, ""}};
  for (const auto& [status, type] : errors) {
    const Reply reply{.status = status, .error_type = type, .body = R"({"Message":"a secret of the account"})"};
    EXPECT_EQ(meaning_of(reply).outcome, Outcome::lambda_error) << status;
    const Reaction reaction = to(reply);
    EXPECT_EQ(reaction.way, Way::replace);
    EXPECT_EQ(reaction.status, 500);
    EXPECT_EQ(reaction.body, server_error);
    EXPECT_EQ(header(reaction, "x-envoy-lambda-statuscode"), std::to_string(status));
    EXPECT_EQ(to(reply, as_it_is).way, Way::pass);
    EXPECT_EQ(to(reply, as_it_is).status, status);
  }
}

TEST(Reaction, ToAShedHasTheStatusOfAThrottleButNoStatuscode) {
  for (const auto& [policy, status] :
       {std::pair{api_gateway, 500}, {passthrough, 429}, {as_it_is, 429}, {ErrorPolicy{.throttled = 503}, 503}}) {
    const Reaction reaction = react(Outcome::shed, policy);
    EXPECT_EQ(reaction.status, status);
    EXPECT_EQ(header(reaction, "x-weir-lambda-reason"), "Shed");
    EXPECT_EQ(header(reaction, "retry-after"), "1");
    EXPECT_EQ(header(reaction, "x-envoy-lambda-statuscode"), "") << "Lambda was not asked";
  }
}

TEST(Reaction, ToAnEventThatIsTooLargeIs413) { EXPECT_EQ(react(Outcome::too_large, api_gateway).status, 413); }

TEST(Reaction, ToAnUnreachableEndpointIs500) { EXPECT_EQ(react(Outcome::unreachable, api_gateway).status, 500); }

TEST(Reaction, NeverMakesASuccessOfAnError) {
  for (const Outcome outcome :
       {Outcome::throttled, Outcome::shed, Outcome::function_error, Outcome::lambda_error, Outcome::malformed,
        Outcome::truncated, Outcome::timeout, Outcome::too_large, Outcome::unreachable}) {
    EXPECT_GE(react(outcome, api_gateway).status, 400) << name_of(outcome);
    EXPECT_EQ(react(outcome, api_gateway).way, Way::replace);
    EXPECT_NE(react(outcome, api_gateway).body, "");
  }
}

// What goes wrong elsewhere.

TEST(KgatewayDefect, ThrottleBecame200WithAnEmptyBody) {
  const Reaction reaction = to(throttle(R"({"Reason":"ConcurrentInvocationLimitExceeded"})"));
  EXPECT_EQ(reaction.status, 500);
  EXPECT_NE(reaction.body, "");
}

TEST(KgatewayDefect, FunctionErrorBecame200) {
  EXPECT_EQ(to({.status = 200, .function_error = "Unhandled"}).status, 502);
}

TEST(KgatewayDefect, ErrorsOfLambdaBecame200) {
  for (const int status : {403, 404, 413, 500, 503}) EXPECT_EQ(to({.status = status}).status, 500) << status;
}

TEST(KgatewayDefect, MalformedOutputWas500AsPlainText) {
  EXPECT_THAT(react(Outcome::malformed, api_gateway).headers, Contains(Field{"content-type", "application/json"}));
}

TEST(EnvoyDefect, FunctionErrorsReachTheClientAs200) {
  EXPECT_EQ(to({.status = 200, .function_error = "Handled"}).status, 502);
}

}  // namespace
}  // namespace weir::lambda
