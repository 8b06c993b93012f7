#include "a_service.hpp"

#include "api/target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::api {
namespace {

std::string key_path(std::string_view limit, std::string_view key) {
  return "/api/v1/limits/" + std::string(limit) + "/keys/" + percent_encoded(key);
}

TEST(KeyCall, TellsWhatIsLeftWithoutCharging) {
  AService service;
  service.add("a", fixed_window(3, 1min));
  ask(service, "POST", "/api/v1/limit", R"({"limit":"a","key":"u"})");
  for (int look = 0; look < 2; ++look) {
    const Answered left = ask(service, "GET", "/api/v1/limits/a/keys/u");
    EXPECT_EQ(left.status, 200);
    EXPECT_EQ(left["remaining"], 2);
    EXPECT_EQ(left["allowed"], true);
  }
}

TEST(KeyCall, AnyBytesAreAKey) {
  AService service;
  service.add("a", fixed_window(3, 1min));
  Limiter& limiter = *service.find("a")->limiter;
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const std::string& key : {std::string("a/b"), std::string("\0", 1), std::string("."), std::string(".."), all,
                                 std::string("[\"a\",\"b\"]"), std::string("{key}"), std::string(10'000, 'k')}) {
    limiter.limit(key);
    EXPECT_EQ(ask(service, "GET", key_path("a", key))["remaining"], 2);
    EXPECT_EQ(ask(service, "GET", "/api/v1/limits/a/keys?key=" + percent_encoded(key))["remaining"], 2);
  }
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/a/keys/.")["remaining"], 2);
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/a/keys/..")["remaining"], 2);
}

TEST(KeyCall, SeveralPartsAreTheirJsonListHoweverItIsWritten) {
  AService service;
  service.add("pair", fixed_window(3, 1min), {AService::ip(), AService::path()});
  ask(service, "POST", "/api/v1/limit", R"({"limit":"pair","key":["10.0.0.1","/a"]})");
  EXPECT_EQ(ask(service, "GET", key_path("pair", R"(["10.0.0.1","/a"])"))["remaining"], 2);
  EXPECT_EQ(ask(service, "GET", key_path("pair", R"([ "10.0.0.1" , "\/\u0061" ])"))["remaining"], 2);
  EXPECT_EQ(ask(service, "GET", key_path("pair", "[\"\xff\",\"/a\"]"))["remaining"], 3);
  for (const char* wrong :
       {"10.0.0.1", "[\"10.0.0.1\"]", "[\"10.0.0.1\",\"\"]", "[\"10.0.0.1\",5]", "[\"a\",\"b\",\"c\"]"}) {
    EXPECT_EQ(ask(service, "GET", key_path("pair", wrong)).status, 422) << wrong;
  }
}

TEST(KeyCall, StartsAKeyAfresh) {
  AService service;
  service.add("a", fixed_window(3, 1min));
  ask(service, "POST", "/api/v1/limit", R"({"limit":"a","key":"u"})");
  ask(service, "POST", "/api/v1/limit", R"({"limit":"a","key":"v"})");
  const Answered reset = ask(service, "DELETE", "/api/v1/limits/a/keys/u");
  EXPECT_EQ(reset.status, 204);
  EXPECT_EQ(reset.body, "");
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/a/keys/u")["remaining"], 3);
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/a/keys/v")["remaining"], 2);
  EXPECT_EQ(ask(service, "DELETE", "/api/v1/limits/a/keys?key=v").status, 204);
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/a/keys/v")["remaining"], 3);
}

TEST(KeyCall, StartsAllKeysOfALimitAfresh) {
  AService service;
  service.add("a", fixed_window(3, 1min));
  service.add("b", fixed_window(3, 1min));
  for (const char* key : {"u", "v"}) {
    service.find("a")->limiter->limit(key);
    service.find("b")->limiter->limit(key);
  }
  EXPECT_EQ(ask(service, "POST", "/api/v1/limits/a/reset").status, 204);
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/a/keys/u")["remaining"], 3);
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/a/keys/v")["remaining"], 3);
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/b/keys/u")["remaining"], 2);
}

TEST(KeyCall, RefusesWhatItCannotRead) {
  AService service;
  service.add("a", fixed_window(3, 1min));
  for (const char* method : {"GET", "DELETE"}) {
    EXPECT_EQ(ask(service, method, "/api/v1/limits/b/keys/u").status, 404);
    EXPECT_EQ(ask(service, method, "/api/v1/limits/a/keys/").status, 422);
    EXPECT_EQ(ask(service, method, "/api/v1/limits/a/keys?key=").status, 422);
    EXPECT_EQ(ask(service, method, "/api/v1/limits/a/keys").status, 400);
    EXPECT_EQ(ask(service, method, "/api/v1/limits/a/keys?key=u&key=v").status, 400);
    EXPECT_EQ(ask(service, method, "/api/v1/limits/a/keys/%zz").status, 400);
    EXPECT_EQ(ask(service, method, "/api/v1/limits/a/keys?key=%zz").status, 400);
    EXPECT_EQ(ask(service, method, "/api/v1/limits/a/keys/u/v").status, 404);
  }
  EXPECT_EQ(ask(service, "POST", "/api/v1/limits/b/reset").status, 404);
}

TEST(KeyCall, SaysWhatIsOwed) {
  AService service;
  service.add("a", fixed_window(3, 1min));
  auto held = service.find("a")->limiter->reserve("u", 3);
  ASSERT_TRUE(held);
  ASSERT_TRUE(held->settle(5));
  const Answered left = ask(service, "GET", "/api/v1/limits/a/keys/u");
  EXPECT_EQ(left["remaining"], 0);
  EXPECT_EQ(left["debt"], 2);
}

TEST(KeyCall, TellsThePlacesOfAConcurrencyLimit) {
  AService service;
  service.add("slots", concurrency(2));
  auto held = service.find("slots")->limiter->reserve("u", 2);
  const Answered left = ask(service, "GET", "/api/v1/limits/slots/keys/u");
  EXPECT_EQ(left["remaining"], 0);
  EXPECT_EQ(left["reset_ms"], 0);
  EXPECT_EQ(left["retry_after_ms"], nullptr);
}

}  // namespace
}  // namespace weir::api
