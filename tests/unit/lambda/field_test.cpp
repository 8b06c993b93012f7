#include "lambda/field.hpp"

#include <gtest/gtest.h>

namespace weir::lambda {
namespace {

TEST(Fields, OfOneConnectionStayOnIt) {
  for (const char* name :
       {"Connection", "keep-alive", "Proxy-Connection", "TE", "trailer", "Transfer-Encoding", "UPGRADE"}) {
    EXPECT_FALSE(enters_event(name)) << name;
    EXPECT_FALSE(leaves_answer(name)) << name;
  }
}

TEST(Fields, OfAClientEnterTheEvent) {
  for (const char* name :
       {"authorization", "x-amz-date", "cookie", "x-forwarded-for", "content-length", "x-weir-own"}) {
    EXPECT_TRUE(enters_event(name)) << name;
  }
}

TEST(Fields, OfEnvoyDoNotEnterTheEvent) {
  EXPECT_FALSE(enters_event("X-Envoy-Expected-Rq-Timeout-Ms"));
  EXPECT_FALSE(enters_event(":path"));
}

TEST(Fields, ByWhichAFunctionWouldGiveOrdersDoNotLeaveItsAnswer) {
  for (const char* name :
       {"x-envoy-lambda-statuscode", "X-Envoy-Immediate-Health-Check-Fail", "x-weir-lambda-reason", "Content-Length"}) {
    EXPECT_FALSE(leaves_answer(name)) << name;
  }
  EXPECT_TRUE(leaves_answer("x-amzn-requestid"));
  EXPECT_TRUE(leaves_answer("set-cookie"));
}

TEST(Fields, HaveTokensAsNames) {
  EXPECT_TRUE(is_field_name("x-Header_1.~!#$%&'*+^`|"));
  for (const char* name : {"", " a", "a b", "a:", ":status", "a\r\nb", "\xC3\xA9", "a\"", "(a)"}) {
    EXPECT_FALSE(is_field_name(name)) << name;
  }
}

TEST(Fields, HaveNoControlCharactersInTheirValues) {
  EXPECT_TRUE(is_field_value(""));
  EXPECT_TRUE(is_field_value("a\tb \xC3\xA9"));
  for (const std::string_view value : {"a\r", "a\nb", "a\r\nset-cookie: b", "\x7F", "\x01"})
    EXPECT_FALSE(is_field_value(value));
  EXPECT_FALSE(is_field_value(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace weir::lambda
