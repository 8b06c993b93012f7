#include "api/json_body.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::api {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""s;
using testing::HasSubstr;

int status_of(std::string_view text) {
  const auto json = read_json(text);
  return json ? 200 : json.error().status;
}

Request with_body(std::string_view body, std::string_view type = "application/json") {
  return {.method = "POST", .target = "/", .host = "localhost", .content_type = type, .body = body};
}

TEST(JsonBody, HoldsWhatWasSent) {
  const auto json = read_json(R"({"a":[1,"x\u0000y",true,null],"b":{"c":-5}})");
  ASSERT_TRUE(json);
  const Json* list = member(*json, "a");
  ASSERT_NE(list, nullptr);
  EXPECT_EQ(list->items[0].whole, 1);
  EXPECT_EQ(list->items[1].text, std::string("x\0y", 3));
  EXPECT_EQ(list->items[2].kind, Json::Kind::boolean);
  EXPECT_EQ(list->items[3].kind, Json::Kind::null);
  EXPECT_EQ(member(*member(*json, "b"), "c")->whole, -5);
  EXPECT_EQ(member(*json, "c"), nullptr);
}

TEST(JsonBody, AMemberThatComesTwiceIsNamed) {
  const auto json = read_json(R"({"cost":1,"key":"u","cost":5})");
  ASSERT_FALSE(json);
  EXPECT_EQ(json.error().status, 400);
  EXPECT_THAT(json.error().body, HasSubstr("'cost' is there twice"));
}

TEST(JsonBody, IsRefusedWhenItIsNone) {
  for (const char* wrong : {"{", "{}x", "{} {}", "{'a':1}", "{\"a\":01}", "{\"a\":NaN}", "[1,]", "\"\xff\"",
                            "\"\\ud800\"", "nul", "// c\n{}", "\"a", "{\"a\"}", "\x01"}) {
    EXPECT_EQ(status_of(wrong), 400) << wrong;
  }
}

TEST(JsonBody, IsBounded) {
  EXPECT_EQ(status_of(std::string(100'000, '[')), 400);
  EXPECT_EQ(status_of("[[[[[[]]]]]]"), 200);
  EXPECT_EQ(status_of("[[[[[[[]]]]]]]"), 400);
  std::string many = "[1";
  for (int at = 0; at < 500'000; ++at) many += ",1";
  EXPECT_EQ(status_of(many + "]"), 400);
  std::string wide = "{\"a\":1";
  for (int at = 0; at < 100; ++at) wide += ",\"a" + std::to_string(at) + "\":1";
  EXPECT_EQ(status_of(wide + "}"), 400);
}

TEST(JsonBody, NumbersAreWholeOrNot) {
  const auto whole = [](const char* text) { return read_json(text)->whole; };
  EXPECT_EQ(whole("1.0"), 1);
  EXPECT_EQ(whole("1e3"), 1000);
  EXPECT_EQ(whole("-0.0"), 0);
  EXPECT_EQ(whole("9007199254740991"), 9007199254740991);
  EXPECT_EQ(whole("1.5"), std::nullopt);
  EXPECT_EQ(whole("1e300"), std::nullopt);
  EXPECT_EQ(whole("18446744073709551615"), std::nullopt);
  EXPECT_EQ(whole("99999999999999999999999999"), std::nullopt);
  EXPECT_EQ(whole("1e-400"), 0);
  EXPECT_NE(status_of("1e999999999999"), 400);
}

TEST(JsonBody, NumbersOutOfRangeAre422AndOtherThings400) {
  const auto status = [](const char* text) {
    const auto read = whole_of(*read_json(text), "cost", 0, 10);
    return read ? 200 : read.error().status;
  };
  EXPECT_EQ(status("10"), 200);
  EXPECT_EQ(status("11"), 422);
  EXPECT_EQ(status("-1"), 422);
  EXPECT_EQ(status("1.5"), 422);
  EXPECT_EQ(status("1e300"), 422);
  EXPECT_EQ(status("\"5\""), 400);
  EXPECT_EQ(status("null"), 400);
  EXPECT_EQ(status("true"), 400);
  EXPECT_EQ(status("[5]"), 400);
}

TEST(JsonBody, DurationsOutOfRangeAre422AndOtherThings400) {
  const auto status = [](const char* text) {
    const auto read = duration_of(*read_json(text), "ttl", 1h);
    return read ? 200 : read.error().status;
  };
  EXPECT_EQ(duration_of(*read_json("\"90s\""), "ttl", 1h), 90s);
  EXPECT_EQ(status("\"61m\""), 422);
  EXPECT_EQ(status("\"0s\""), 422);
  EXPECT_EQ(status("\"99999999999999999999w\""), 422);
  EXPECT_EQ(status("\"1y\""), 400);
  EXPECT_EQ(status("\"\""), 400);
  EXPECT_EQ(status("\"-1s\""), 400);
  EXPECT_EQ(status("60"), 400);
}

TEST(JsonBody, ObjectsMustBeCalledJson) {
  const auto status = [](const Request& request) {
    const auto read = read_object(request);
    return read ? 200 : read.error().status;
  };
  EXPECT_EQ(status(with_body("{}", "application/json")), 200);
  EXPECT_EQ(status(with_body("{}", "Application/JSON ; charset=utf-8")), 200);
  EXPECT_EQ(status(with_body("{}", "")), 200);
  EXPECT_EQ(status(with_body("{}", "application/x-www-form-urlencoded")), 200);  // curl -d
  for (const char* other :
       {"text/plain", "multipart/form-data", "application/jsonx", "text/json", "x;application/json"}) {
    EXPECT_EQ(status(with_body("{}", other)), 415) << other;
  }
  EXPECT_EQ(status(with_body("")), 400);
  EXPECT_EQ(status(with_body("[]")), 400);
  EXPECT_EQ(status(with_body(std::string(max_body + 1, ' '))), 413);
}

// What a page can send without asking first: forms and fetch with these types, or with none.
TEST(JsonBody, ABrowserMustCallItJson) {
  for (const char* simple : {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"}) {
    Request request = with_body("{}", simple);
    request.origin = "http://localhost";
    EXPECT_EQ(read_object(request).error().status, 415) << simple;
    request.origin = "";
    request.fetch_site = "same-origin";
    EXPECT_EQ(read_object(request).error().status, 415) << simple;
  }
}

TEST(JsonBody, UnknownMembersAreNamed) {
  const auto json = read_json(R"({"limit":"a","cots":1})");
  EXPECT_TRUE(only_members(*json, {"limit", "cots"}));
  const auto refused = only_members(*json, {"limit", "cost"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 400);
  EXPECT_THAT(refused.error().body, HasSubstr("'cots'"));
}

}  // namespace
}  // namespace weir::api
