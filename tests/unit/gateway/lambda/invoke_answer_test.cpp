// What Lambda answers to an invoke, and what of it goes on when.
#include "gateway/lambda/invoke_answer.hpp"

#include "event_stream/frames.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace weir::gateway {
namespace {

using lambda::Field;
using lambda::Outcome;
using testing::Contains;
using testing::Not;

std::string frame(std::string_view type, std::string_view payload) {
  const std::vector<event_stream::Header> headers = {{":message-type", "event"}, {":event-type", type}};
  std::string bytes;
  EXPECT_TRUE(event_stream::append_frame(bytes, headers, payload));
  return bytes;
}
std::string head_and(std::string_view body) {
  return frame("PayloadChunk", R"({"statusCode":201})" + std::string(8, '\0') + std::string(body));
}
std::string done() { return frame("InvokeComplete", "{}"); }

struct AnInvokeAnswer : testing::Test {
  config::Lambda lambda;

  // The whole answer, its body in one piece.
  InvokeAnswer to(const lambda::Reply& reply, std::string_view body, std::string_view method = "GET") {
    InvokeAnswer answer(lambda, method);
    answer.begin(reply, "application/json");
    answer.take(body);
    answer.finish();
    return answer;
  }
  InvokeAnswer streamed() {
    lambda.invoke = lambda::Invocation::stream;
    InvokeAnswer answer(lambda, "GET");
    answer.begin({.status = 200}, lambda::http_integration_type);
    return answer;
  }
};

TEST_F(AnInvokeAnswer, OfAFunctionIsHeldUntilAllOfItsOutputIsHere) {
  InvokeAnswer answer(lambda, "GET");
  answer.begin({.status = 200}, "application/json");
  answer.take(R"({"statusCode":201,"bo)");
  EXPECT_FALSE(answer.take_head());
  answer.take(R"(dy":"hello"})");
  answer.finish();
  const auto head = answer.take_head();
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 201);
  EXPECT_EQ(head->size, 5U);
  EXPECT_TRUE(head->replaces) << "nothing of Lambda's own headers reaches the client";
  EXPECT_EQ(answer.take_body(), "hello");
  EXPECT_EQ(answer.ending()->meaning.outcome, Outcome::ok);
}

TEST_F(AnInvokeAnswer, ThatIsNoneIsABadGateway) {
  InvokeAnswer answer = to({.status = 200}, "<html>");
  EXPECT_EQ(answer.take_head()->status, 502);
  EXPECT_EQ(answer.take_body(), R"({"message":"Internal server error"})");
  EXPECT_EQ(answer.ending()->meaning.outcome, Outcome::malformed);
  EXPECT_EQ(answer.ending()->detail, "the function's answer is no JSON");
}

TEST_F(AnInvokeAnswer, LargerThanLambdaLetsOneBeIsABadGatewayAndNotKept) {
  InvokeAnswer answer(lambda, "GET");
  answer.begin({.status = 200}, "application/json");
  const std::string piece(1U << 20, 'x');
  for (int i = 0; i < 8; ++i) answer.take(piece);
  EXPECT_EQ(answer.take_head()->status, 502) << "before its end";
  EXPECT_LT(answer.take_body().size(), 100U);
}

TEST_F(AnInvokeAnswer, OfAThrottleWaitsForItsReason) {
  InvokeAnswer answer(lambda, "GET");
  answer.begin({.status = 429, .retry_after = "3"}, "application/json");
  EXPECT_FALSE(answer.take_head());
  answer.take(R"({"Reason":"CallerRateLimitExceeded"})");
  answer.finish();
  const auto head = answer.take_head();
  EXPECT_EQ(head->status, 500);
  EXPECT_THAT(head->fields, Contains(Field{"x-envoy-lambda-statuscode", "429"}));
  EXPECT_THAT(head->fields, Contains(Field{"x-weir-lambda-reason", "CallerRateLimitExceeded"}));
  EXPECT_EQ(answer.ending()->meaning.reason, lambda::ThrottleReason::caller_rate);
  EXPECT_EQ(answer.retry_after(), "3");
}

TEST_F(AnInvokeAnswer, OfAThrottleThatPassesIsLambdasWithTheReasonOnTop) {
  lambda.errors.throttled = lambda::ErrorPolicy::passthrough;
  InvokeAnswer answer = to({.status = 429}, R"({"Reason":"CallerRateLimitExceeded"})");
  const auto head = answer.take_head();
  EXPECT_EQ(head->status, 429);
  EXPECT_FALSE(head->replaces);
  EXPECT_THAT(head->fields, Contains(Field{"x-weir-lambda-reason", "CallerRateLimitExceeded"}));
  EXPECT_EQ(answer.take_body(), R"({"Reason":"CallerRateLimitExceeded"})") << "byte by byte";
}

TEST_F(AnInvokeAnswer, OfALongErrorThatPassesIsHeldNoFurtherThanItsReason) {
  lambda.errors.unwrap = false;
  InvokeAnswer answer(lambda, "GET");
  answer.begin({.status = 429}, "application/json");
  const std::string piece(InvokeAnswer::max_error, ' ');
  answer.take(piece);
  answer.take("more of the same read");
  ASSERT_TRUE(answer.take_head());
  EXPECT_EQ(answer.take_body(), piece + "more of the same read");
  EXPECT_TRUE(answer.as_is()) << "the rest goes on untouched";
}

TEST_F(AnInvokeAnswer, OfAFunctionThatFailedIsABadGatewayWithoutItsWords) {
  InvokeAnswer answer = to({.status = 200, .function_error = "Unhandled"}, R"({"errorMessage":"secret"})");
  EXPECT_EQ(answer.take_head()->status, 502);
  EXPECT_EQ(answer.take_body(), R"({"message":"Internal server error"})");
  EXPECT_EQ(answer.ending()->meaning.outcome, Outcome::function_error);
}

TEST_F(AnInvokeAnswer, ToHeadHasNoBodyWhateverItSays) {
  InvokeAnswer answer = to({.status = 404}, "not found", "HEAD");
  EXPECT_EQ(answer.take_head()->status, 500);
  EXPECT_EQ(answer.take_body(), "");
}

TEST_F(AnInvokeAnswer, ThatPassesToHeadIsItsHeadersAlone) {
  lambda.errors.unwrap = false;
  InvokeAnswer answer = to({.status = 200}, R"({"statusCode":200})", "HEAD");
  EXPECT_EQ(answer.take_head()->status, 200);
  EXPECT_FALSE(answer.as_is()) << "Lambda was asked by POST, and has a body";
  EXPECT_EQ(answer.take_body(), "");
  EXPECT_EQ(answer.ending()->meaning.outcome, Outcome::ok);
}

TEST_F(AnInvokeAnswer, OfAThrottleThatPassesToHeadIsItsHeadersAlone) {
  lambda.errors.throttled = lambda::ErrorPolicy::passthrough;
  InvokeAnswer answer = to({.status = 429}, R"({"Reason":"CallerRateLimitExceeded"})", "HEAD");
  EXPECT_THAT(answer.take_head()->fields, Contains(Field{"x-weir-lambda-reason", "CallerRateLimitExceeded"}));
  EXPECT_FALSE(answer.as_is());
  EXPECT_EQ(answer.take_body(), "");
}

TEST_F(AnInvokeAnswer, ThatPassesIsNotTouched) {
  lambda.errors.unwrap = false;
  InvokeAnswer answer(lambda, "GET");
  answer.begin({.status = 200}, "application/json");
  EXPECT_FALSE(answer.take_head()->replaces);
  EXPECT_TRUE(answer.as_is());
  EXPECT_FALSE(answer.ending()) << "it may still be cut";
  answer.finish();
  EXPECT_EQ(answer.ending()->meaning.outcome, Outcome::ok);
}

TEST_F(AnInvokeAnswer, ThatIsNoneIsGivenUpBeforeItsEnd) {
  InvokeAnswer answer = streamed();
  const std::string none = frame("PayloadChunk", std::string(lambda::StreamedAnswer::max_prelude, 'x'));
  answer.take(std::string_view(none).substr(0, 1000));
  EXPECT_FALSE(answer.given_up());
  answer.take(std::string_view(none).substr(1000));
  EXPECT_TRUE(answer.given_up()) << "nothing that still comes is of any use";
  EXPECT_EQ(answer.take_head()->status, 502);
  EXPECT_EQ(answer.take_body(), R"({"message":"Internal server error"})");
}

TEST_F(AnInvokeAnswer, ThatEndsAsNoneIsNotGivenUp) {
  EXPECT_FALSE(to({.status = 200}, "<html>").given_up());
  EXPECT_FALSE(to({.status = 404}, "no").given_up()) << "the rest of an error of Lambda's is short";
}

TEST_F(AnInvokeAnswer, StreamedGoesOnAsItComes) {
  InvokeAnswer answer = streamed();
  const std::string first = head_and("hel");
  answer.take(std::string_view(first).substr(0, 30));
  EXPECT_FALSE(answer.take_head());
  answer.take(std::string_view(first).substr(30));
  EXPECT_EQ(answer.take_head()->status, 201);
  EXPECT_EQ(answer.take_body(), "hel");
  answer.take(frame("PayloadChunk", "lo"));
  EXPECT_EQ(answer.take_body(), "lo");
  EXPECT_FALSE(answer.ending());
  answer.take(done());
  answer.finish();
  EXPECT_FALSE(answer.broken());
  EXPECT_EQ(answer.ending()->meaning.outcome, Outcome::ok);
}

TEST_F(AnInvokeAnswer, StreamedAndCutBeforeItsHeadHasGoneIsABadGateway) {
  InvokeAnswer answer = streamed();
  answer.take(head_and("hello"));  // read, but not passed on
  answer.finish();
  EXPECT_FALSE(answer.broken());
  EXPECT_EQ(answer.take_head()->status, 502);
  EXPECT_THAT(answer.take_body(), Not(testing::HasSubstr("hello")));
  EXPECT_EQ(answer.ending()->meaning.outcome, Outcome::truncated);
}

TEST_F(AnInvokeAnswer, StreamedAndCutAfterItsHeadIsBroken) {
  InvokeAnswer answer = streamed();
  answer.take(head_and("hello"));
  ASSERT_TRUE(answer.take_head());
  answer.finish();
  EXPECT_TRUE(answer.broken());
  EXPECT_EQ(answer.ending()->meaning.outcome, Outcome::truncated);
}

TEST_F(AnInvokeAnswer, StreamedThatEndsWithAnErrorIsBroken) {
  InvokeAnswer answer = streamed();
  answer.take(head_and("hello"));
  ASSERT_TRUE(answer.take_head());
  answer.take(frame("InvokeComplete", R"({"ErrorCode":"Unhandled"})"));
  EXPECT_TRUE(answer.broken());
  EXPECT_EQ(answer.ending()->meaning.outcome, Outcome::function_error);
}

}  // namespace
}  // namespace weir::gateway
