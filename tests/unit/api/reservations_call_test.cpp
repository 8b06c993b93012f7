#include "a_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::api {
namespace {

constexpr std::string_view path = "/api/v1/reservations";

boost::json::value left(const AService& service, std::string_view limit, std::string_view key = "u") {
  return ask(service, "GET", "/api/v1/limits/" + std::string(limit) + "/keys/" + std::string(key))["remaining"];
}

TEST(ReservationCall, HoldsUntilItIsSettled) {
  AService service;
  service.add("a", fixed_window(10, 1h));
  const Answered held = ask(service, "POST", path, R"({"limit":"a","key":"u","amount":6,"id":"job/1"})");
  EXPECT_EQ(held.status, 201);
  EXPECT_EQ(held["id"], "job/1");
  EXPECT_EQ(held["allowed"], true);
  EXPECT_EQ(held["remaining"], 4);
  EXPECT_EQ(held.header("location"), "/api/v1/reservations/job%2F1");
  EXPECT_EQ(left(service, "a"), 4);
  const Answered settled = ask(service, "POST", "/api/v1/reservations/job%2F1/settle", R"({"amount":2})");
  EXPECT_EQ(settled.status, 200);
  EXPECT_EQ(left(service, "a"), 8);
}

TEST(ReservationCall, MakesAnIdWhenNoneIsGiven) {
  AService service;
  service.add("a", fixed_window(10, 1h));
  const std::string id(ask(service, "POST", path, R"({"limit":"a","key":"u"})")["id"].as_string());
  EXPECT_EQ(id.size(), 32);
  EXPECT_EQ(ask(service, "DELETE", "/api/v1/reservations/" + id).status, 204);
  EXPECT_EQ(left(service, "a"), 10);
}

TEST(ReservationCall, TheSameIdGetsTheSameAnswer) {
  AService service;
  service.add("a", fixed_window(10, 1h));
  const std::string_view granted = R"({"limit":"a","key":"u","amount":6,"id":"x"})";
  const std::string_view refused = R"({"limit":"a","key":"u","amount":7,"id":"y"})";
  const Answered first = ask(service, "POST", path, granted);
  const Answered second = ask(service, "POST", path, refused);
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second["allowed"], false);
  EXPECT_EQ(second["id"], "y");
  EXPECT_EQ(ask(service, "POST", path, granted).status, 201);
  EXPECT_EQ(ask(service, "POST", path, granted).body, first.body);
  ask(service, "DELETE", "/api/v1/reservations/x");
  EXPECT_EQ(ask(service, "POST", path, refused).body, second.body);
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"a","key":"u","amount":1,"id":"x"})").status, 409);
}

TEST(ReservationCall, SettlingAppliesOnce) {
  AService service;
  service.add("a", fixed_window(10, 1h));
  ask(service, "POST", path, R"({"limit":"a","key":"u","amount":6,"id":"x"})");
  const auto settle = [&](const char* body) {
    return ask(service, "POST", "/api/v1/reservations/x/settle", body).status;
  };
  EXPECT_EQ(settle(R"({"amount":2})"), 200);
  EXPECT_EQ(settle(R"({"amount":2})"), 200);
  EXPECT_EQ(settle(R"({"amount":3})"), 409);
  EXPECT_EQ(ask(service, "DELETE", "/api/v1/reservations/x").status, 409);
  EXPECT_EQ(left(service, "a"), 8);
}

TEST(ReservationCall, ReleasingTwiceIsFine) {
  AService service;
  service.add("a", fixed_window(10, 1h));
  ask(service, "POST", path, R"({"limit":"a","key":"u","amount":6,"id":"x"})");
  EXPECT_EQ(ask(service, "DELETE", "/api/v1/reservations/x").status, 204);
  EXPECT_EQ(ask(service, "DELETE", "/api/v1/reservations/x").status, 204);
}

TEST(ReservationCall, SettlingWorksAfterTheLeaseAndNotWhenItIsForgotten) {
  AService service;
  service.add("a", fixed_window(10, 1h));
  service.add("slots", concurrency(3));
  ask(service, "POST", path, R"({"limit":"a","key":"u","amount":6,"id":"x","lease":"30s"})");
  ask(service, "POST", path, R"({"limit":"slots","key":"u","id":"y","lease":"30s"})");
  EXPECT_EQ(left(service, "slots"), 2);
  service.clock.advance(31s);
  EXPECT_EQ(left(service, "slots"), 3);
  EXPECT_EQ(left(service, "a"), 4);  // a rate keeps what was held as spent
  EXPECT_EQ(ask(service, "POST", "/api/v1/reservations/x/settle", R"({"amount":1})").status, 200);
  EXPECT_EQ(left(service, "a"), 9);
  service.clock.advance(10min);
  EXPECT_EQ(ask(service, "DELETE", "/api/v1/reservations/y").status, 404);
}

TEST(ReservationCall, WhatWasUsedBeyondIsOwed) {
  AService service;
  service.add("a", fixed_window(10, 1h));
  ask(service, "POST", path, R"({"limit":"a","key":"u","amount":6,"id":"x"})");
  ask(service, "POST", "/api/v1/reservations/x/settle", R"({"amount":15})");
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/a/keys/u")["debt"], 5);
}

TEST(ReservationCall, OfSeveralLimitsIsAllOrNothing) {
  AService service;
  service.add("a", fixed_window(10, 1h));
  service.add("slots", concurrency(1));
  const auto body = [](const char* id) {
    return std::string(R"({"checks":[{"limit":"a","key":"u","amount":4},{"limit":"slots","key":"u"}],"id":")") + id +
           "\"}";
  };
  const Answered first = ask(service, "POST", path, body("x"));
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(first["checks"].as_array().size(), 2);
  const Answered second = ask(service, "POST", path, body("y"));
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second["allowed"], false);
  EXPECT_EQ(second["retry_after_ms"], nullptr);
  EXPECT_EQ(left(service, "a"), 6);
  EXPECT_EQ(ask(service, "POST", "/api/v1/reservations/x/settle", R"({"amounts":[1,0]})").status, 200);
  EXPECT_EQ(left(service, "a"), 9);
  EXPECT_EQ(left(service, "slots"), 1);
}

TEST(ReservationCall, WhatHoldsNothingIsSettledAllTheSame) {
  AService service;
  service.add("a", fixed_window(10, 1h), {AService::user()}, {.allow = {"root"}});
  service.add("free", unlimited());
  const auto settle = [&](const char* id, const char* body) {
    return ask(service, "POST", "/api/v1/reservations/" + std::string(id) + "/settle", body).status;
  };
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"free","key":"u","amount":5,"id":"x"})").status, 201);
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"free","key":"u","amount":5,"id":"x"})").status, 201);
  EXPECT_EQ(settle("x", R"({"amount":3})"), 200);
  EXPECT_EQ(settle("x", R"({"amount":3})"), 200);
  EXPECT_EQ(settle("x", R"({"amount":4})"), 409);
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"a","key":"root","id":"y"})").status, 201);
  EXPECT_EQ(ask(service, "DELETE", "/api/v1/reservations/y").status, 204);
  ask(service, "POST", path, R"({"limit":"a","key":"u","id":"z"})");
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"free","key":"u","id":"z"})").status, 409);
}

TEST(ReservationCall, TheIdOfADecisionCannotBeSettled) {
  AService service;
  service.add("a", fixed_window(10, 1h));
  ask(service, "POST", "/api/v1/limit", R"({"limit":"a","key":"u","cost":3,"id":"x"})");
  EXPECT_EQ(ask(service, "DELETE", "/api/v1/reservations/x").status, 404);
  EXPECT_EQ(left(service, "a"), 7);
}

TEST(ReservationCall, OfADeniedKeyIsRefused) {
  AService service;
  service.add("a", fixed_window(10, 1h));
  ask(service, "PUT", "/api/v1/deny/u");
  const Answered denied = ask(service, "POST", path, R"({"limit":"a","key":"u"})");
  EXPECT_EQ(denied.status, 200);
  EXPECT_EQ(denied["reason"], "denied");
}

TEST(ReservationCall, RefusesWhatItCannotRead) {
  AService service;
  service.add("a", fixed_window(10, 1h));
  struct Case {
    const char* target;
    const char* body;
    int status;
  };
  const Case cases[] = {
      {"/api/v1/reservations", R"({"limit":"a","key":"u","cost":1})", 400},
      {"/api/v1/reservations", R"({"limit":"a","key":"u","amount":-1})", 422},
      {"/api/v1/reservations", R"({"limit":"a","key":"u","amount":"1"})", 400},
      {"/api/v1/reservations", R"({"limit":"a","key":"u","lease":60})", 400},
      {"/api/v1/reservations", R"({"limit":"a","key":"u","lease":"0s"})", 422},
      {"/api/v1/reservations", R"({"limit":"a","key":"u","lease":"8d"})", 422},
      {"/api/v1/reservations", R"({"limit":"nobody","key":"u"})", 404},
      {"/api/v1/reservations/nobody/settle", R"({"amount":1})", 404},
      {"/api/v1/reservations/x/settle", R"({})", 400},
      {"/api/v1/reservations/x/settle", R"({"amount":1,"amounts":[1]})", 400},
      {"/api/v1/reservations/x/settle", R"({"amount":-1})", 422},
      {"/api/v1/reservations/x/settle", R"({"amount":1.5})", 422},
      {"/api/v1/reservations/x/settle", R"({"amount":"1"})", 400},
      {"/api/v1/reservations/x/settle", R"({"amounts":[]})", 422},
      {"/api/v1/reservations/x/settle", R"({"amounts":[1,"2"]})", 400},
      {"/api/v1/reservations/x/settle", R"({"amounts":[1,2]})", 409},
  };
  ask(service, "POST", path, R"({"limit":"a","key":"u","amount":2,"id":"x"})");
  for (const Case& each : cases) {
    EXPECT_EQ(ask(service, "POST", each.target, each.body).status, each.status) << each.target << each.body;
  }
  EXPECT_EQ(ask(service, "DELETE", "/api/v1/reservations/nobody").status, 404);
  EXPECT_EQ(left(service, "a"), 8);
}

}  // namespace
}  // namespace weir::api
