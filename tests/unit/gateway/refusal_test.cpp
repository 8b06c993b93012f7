#include "gateway/refusal.hpp"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace weir::gateway {
namespace {

using Form = config::Responses::Body;

Refusal by_two_limits() {
  Refusal refusal;
  refusal.detail = "Slow \"down\"";
  refusal.violated = {"per-user", "per-ip"};
  refusal.retry_after = 42;
  return refusal;
}

TEST(Refusal, IsAProblemByDefault) {
  const Body body = refusal_body(by_two_limits(), {});
  EXPECT_EQ(body.content_type, "application/problem+json");
  EXPECT_EQ(boost::json::parse(body.text),
            boost::json::parse(R"({"type":"https://iana.org/assignments/http-problem-types#quota-exceeded",
              "title":"Quota exceeded","status":429,"detail":"Slow \"down\"",
              "violated-policies":["per-user","per-ip"]})"));
}

TEST(Refusal, AsPlainJson) {
  const Body body = refusal_body(by_two_limits(), {.body = Form::json});
  EXPECT_EQ(body.content_type, "application/json");
  EXPECT_EQ(boost::json::parse(body.text), boost::json::parse(R"({"error":"quota_exceeded","message":"Slow \"down\"",
              "limits":["per-user","per-ip"],"retry_after":42})"));
}

TEST(Refusal, AsText) {
  const Body body = refusal_body(by_two_limits(), {.body = Form::text});
  EXPECT_EQ(body.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(body.text, "Slow \"down\"\n");
}

TEST(Refusal, AFileSpeaksForLimitedCallsOnly) {
  const config::Responses responses{.body = Form::file, .file_body = "<p>wait", .file_type = "text/html"};
  EXPECT_EQ(refusal_body(by_two_limits(), responses).text, "<p>wait");
  EXPECT_EQ(refusal_body(by_two_limits(), responses).content_type, "text/html");
  Refusal denied;
  denied.cause = Refusal::Cause::denied;
  denied.status = 403;
  EXPECT_EQ(refusal_body(denied, responses).content_type, "application/problem+json");
}

TEST(Refusal, AStoreThatIsDownIsReducedCapacity) {
  Refusal down;
  down.cause = Refusal::Cause::store_down;
  down.status = 503;
  EXPECT_EQ(boost::json::parse(refusal_body(down, {}).text).at("type"),
            "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity");
}

TEST(Refusal, ItsSentenceNamesTheLimits) {
  const std::string_view one[] = {"per-user"};
  const std::string_view three[] = {"a", "b", "c"};
  EXPECT_EQ(limited_detail(one, 1), "The limit per-user does not allow this request now; retry in 1 second.");
  EXPECT_EQ(limited_detail(three, 60), "The limits a, b and c do not allow this request now; retry in 60 seconds.");
  EXPECT_EQ(limited_detail(one, std::nullopt), "The limit per-user does not allow this request.");
}

}  // namespace
}  // namespace weir::gateway
