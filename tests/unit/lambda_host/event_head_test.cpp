// What the Runtime API hands out, as an invocation.
#include "lambda_host/event_head.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>

namespace weir::lambda_host {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Time = std::chrono::system_clock::time_point;

const Time now{1'700'000'000s};

NextAnswer answer_with(std::string id, std::string deadline = "1700000003000") {
  NextAnswer answer(boost::beast::http::status::ok, 11);
  if (!id.empty()) answer.set("Lambda-Runtime-Aws-Request-Id", id);
  answer.set("Lambda-Runtime-Deadline-Ms", deadline);
  return answer;
}

TEST(EventHead, BecomesAnInvocation) {
  NextAnswer answer = answer_with("8476a536-e9f4-11e8-9739-2dfe598c3fcd");
  answer.set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:orders");
  answer.set("Lambda-Runtime-Trace-Id", "Root=1-2-3");
  answer.set("Lambda-Runtime-Client-Context", "{}");
  answer.set("Lambda-Runtime-Cognito-Identity", "{\"id\":1}");
  answer.body() = "{\"user\":\"ann\"}";
  const auto event = event_of(answer, now);
  ASSERT_TRUE(event) << event.error();
  EXPECT_EQ(event->request_id, "8476a536-e9f4-11e8-9739-2dfe598c3fcd");
  EXPECT_EQ(event->function_arn, "arn:aws:lambda:us-east-1:123456789012:function:orders");
  EXPECT_EQ(event->trace_id, "Root=1-2-3");
  EXPECT_EQ(event->client_context, "{}");
  EXPECT_EQ(event->identity, "{\"id\":1}");
  EXPECT_EQ(event->body, "{\"user\":\"ann\"}");
  EXPECT_EQ(event->deadline, now + 3s);
}

TEST(EventHead, WithoutADeadlineHasTheLongest) {
  for (const char* none : {"", "soon", "-1", "0", "1700000003000x", "99999999999999999999", "9000000000001"}) {
    const auto event = event_of(answer_with("id", none), now);
    ASSERT_TRUE(event);
    EXPECT_EQ(event->deadline, now + longest_invocation) << none;
  }
}

TEST(EventHead, WithoutAnIdThatFitsAPathIsNone) {
  for (const char* id : {"", "a/b", "..", ".", "a b", "a?b", "a%2f", "\xff"}) {
    EXPECT_FALSE(event_of(answer_with(id), now)) << id;
  }
  EXPECT_FALSE(event_of(answer_with(std::string(257, 'a')), now));
}

TEST(EventHead, WithAnotherStatusSaysWhich) {
  NextAnswer answer = answer_with("id");
  answer.result(403);
  const auto event = event_of(answer, now);
  ASSERT_FALSE(event);
  EXPECT_THAT(event.error(), HasSubstr("403"));
}

}  // namespace
}  // namespace weir::lambda_host
