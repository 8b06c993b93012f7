#include "a_service.hpp"

#include "api/target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::api {
namespace {

bool is_denied(const AService& service, std::string_view limit, std::string_view key_json) {
  const std::string body = R"({"cost":0,"limit":")" + std::string(limit) + R"(","key":)" + std::string(key_json) + "}";
  return ask(service, "POST", "/api/v1/limit", body)["reason"] == "denied";
}

std::string deny_path(std::string_view value) { return "/api/v1/deny/" + percent_encoded(value); }

TEST(DenyCall, ALimitsOwnEntryHoldsForThatLimit) {
  AService service;
  service.add("a", fixed_window(3, 1min));
  service.add("b", fixed_window(3, 1min));
  EXPECT_EQ(ask(service, "PUT", "/api/v1/deny/bob", R"({"limit":"a"})").status, 204);
  EXPECT_TRUE(is_denied(service, "a", "\"bob\""));
  EXPECT_FALSE(is_denied(service, "b", "\"bob\""));
  EXPECT_EQ(ask(service, "GET", "/api/v1/deny").body,
            "{\"deny\":[{\"value\":\"bob\",\"expires_ms\":null,\"limit\":\"a\"}]}\n");
  EXPECT_EQ(ask(service, "DELETE", "/api/v1/deny/bob").status, 204);  // of no limit: there is none
  EXPECT_TRUE(is_denied(service, "a", "\"bob\""));
  EXPECT_EQ(ask(service, "DELETE", "/api/v1/deny/bob", R"({"limit":"a"})").status, 204);
  EXPECT_FALSE(is_denied(service, "a", "\"bob\""));
  EXPECT_EQ(ask(service, "GET", "/api/v1/deny").body, "{\"deny\":[]}\n");
}

TEST(DenyCall, AnEntryWithoutALimitHoldsForWhoeverComes) {
  AService service;
  service.add("user", fixed_window(3, 1min));
  service.add("where", fixed_window(3, 1min), {AService::path()});
  service.add("pair", fixed_window(3, 1min), {AService::ip(), AService::path()});
  service.add("quiet", fixed_window(3, 1min), {AService::user()}, {.shadow = true});
  EXPECT_EQ(ask(service, "PUT", "/api/v1/deny/bob").status, 204);
  EXPECT_EQ(ask(service, "PUT", "/api/v1/deny/10.0.0.0%2F8").status, 204);
  EXPECT_TRUE(is_denied(service, "user", "\"bob\""));
  EXPECT_FALSE(is_denied(service, "where", "\"bob\""));  // a path is nobody
  EXPECT_TRUE(is_denied(service, "pair", R"(["10.1.2.3","/"])"));
  EXPECT_FALSE(is_denied(service, "pair", R"(["11.1.2.3","bob"])"));
  EXPECT_FALSE(is_denied(service, "quiet", "\"bob\""));
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/user/keys/bob")["reason"], "denied");
}

TEST(DenyCall, ADeniedCallChargesNothing) {
  AService service;
  service.add("a", fixed_window(3, 1min));
  service.add("b", fixed_window(3, 1min));
  ask(service, "PUT", "/api/v1/deny/bob");
  const Answered answered =
      ask(service, "POST", "/api/v1/limit", R"({"checks":[{"limit":"a","key":"eve"},{"limit":"b","key":"bob"}]})");
  EXPECT_EQ(answered["allowed"], false);
  EXPECT_EQ(answered["retry_after_ms"], nullptr);
  EXPECT_EQ(answered["checks"].at(0).at("remaining"), 3);
  EXPECT_EQ(answered["checks"].at(1).at("reason"), "denied");
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/a/keys/eve")["remaining"], 3);
  EXPECT_EQ(service.metrics().limit("b").count_of(Outcome::denied), 1);
  EXPECT_EQ(service.metrics().limit("a").count_of(Outcome::allowed), 0);
}

TEST(DenyCall, EntriesEndByThemselves) {
  AService service;
  service.add("a", fixed_window(3, 1min));
  EXPECT_EQ(ask(service, "PUT", "/api/v1/deny/bob", R"({"ttl":"90s"})").status, 204);
  EXPECT_EQ(ask(service, "PUT", "/api/v1/deny/eve", R"({"ttl":"1h","limit":"a"})").status, 204);
  EXPECT_EQ(ask(service, "GET", "/api/v1/deny").body,
            R"({"deny":[{"value":"bob","expires_ms":1740000090000},{"value":"eve","expires_ms":1740003600000,)"
            "\"limit\":\"a\"}]}\n");
  service.clock.advance(90s);
  EXPECT_FALSE(is_denied(service, "a", "\"bob\""));
  EXPECT_TRUE(is_denied(service, "a", "\"eve\""));
  service.clock.advance(1h);
  EXPECT_EQ(ask(service, "GET", "/api/v1/deny").body, "{\"deny\":[]}\n");
}

TEST(DenyCall, TheSameValueAgainReplacesItsEntry) {
  AService service;
  ask(service, "PUT", "/api/v1/deny/bob", R"({"ttl":"90s"})");
  ask(service, "PUT", "/api/v1/deny/bob");
  EXPECT_EQ(ask(service, "GET", "/api/v1/deny").body, "{\"deny\":[{\"value\":\"bob\",\"expires_ms\":null}]}\n");
}

TEST(DenyCall, ValuesAreAnyBytes) {
  AService service;
  service.add("a", fixed_window(3, 1min));
  const std::string odd("\0/\xff..", 5);
  EXPECT_EQ(ask(service, "PUT", deny_path(odd)).status, 204);
  const auto entry = ask(service, "GET", "/api/v1/deny")["deny"].at(0);
  EXPECT_EQ(entry.at("value_encoded"), "%00%2F%FF..");
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/a/keys/" + percent_encoded(odd))["reason"], "denied");
  EXPECT_EQ(ask(service, "DELETE", deny_path(odd)).status, 204);
  EXPECT_EQ(ask(service, "GET", "/api/v1/deny").body, "{\"deny\":[]}\n");
}

TEST(DenyCall, AListStandsForOneKeyOfSeveralParts) {
  AService service;
  service.add("pair", fixed_window(3, 1min), {AService::ip(), AService::path()});
  for (const char* value : {R"(["10.0.0.1", "/\u0061"])", R"(["10.0.0.1","/*?\\"])"}) {
    EXPECT_EQ(ask(service, "PUT", deny_path(value), R"({"limit":"pair"})").status, 204) << value;
  }
  EXPECT_TRUE(is_denied(service, "pair", R"(["10.0.0.1","/a"])"));
  EXPECT_TRUE(is_denied(service, "pair", R"(["10.0.0.1","/*?\\"])"));
  EXPECT_FALSE(is_denied(service, "pair", R"(["10.0.0.1","/xyz\\"])"));
  const auto entries = ask(service, "GET", "/api/v1/deny")["deny"];
  EXPECT_THAT(boost::json::serialize(entries.at(0).at("value")), R"(["10.0.0.1","/*?\\"])");
  EXPECT_THAT(boost::json::serialize(entries.at(1).at("value")), R"(["10.0.0.1","/a"])");
  EXPECT_EQ(ask(service, "PUT", deny_path(R"(["10.0.0.1"])"), R"({"limit":"pair"})").status, 422);
  for (const char* value : {R"(["10.0.0.1","/a"])", R"(["10.0.0.1","/*?\\"])"}) {
    EXPECT_EQ(ask(service, "DELETE", deny_path(value) + "?limit=pair").status, 204) << value;
  }
  EXPECT_EQ(ask(service, "GET", "/api/v1/deny").body, "{\"deny\":[]}\n");
}

TEST(DenyCall, WhatTheConfigurationDeniesStaysDenied) {
  AService service;
  service.add("a", fixed_window(3, 1min), {AService::user()}, {.deny = {"bad"}}).deny = {
      {.kind = config::Pattern::Kind::exact, .text = "bad"}};
  EXPECT_EQ(ask(service, "GET", "/api/v1/deny").body,
            "{\"deny\":[{\"value\":\"bad\",\"expires_ms\":null,\"limit\":\"a\",\"source\":\"config\"}]}\n");
  EXPECT_EQ(ask(service, "DELETE", "/api/v1/deny/bad?limit=a").status, 409);
  EXPECT_EQ(ask(service, "PUT", "/api/v1/deny/bad", R"({"limit":"a","ttl":"1s"})").status, 204);
  service.clock.advance(2s);
  EXPECT_TRUE(is_denied(service, "a", "\"bad\""));
}

TEST(DenyCall, RefusesWhatItCannotRead) {
  AService service;
  service.add("a", fixed_window(3, 1min));
  struct Case {
    const char* method;
    const char* target;
    const char* body;
    int status;
  };
  const Case cases[] = {
      {"PUT", "/api/v1/deny/", "", 422},
      {"PUT", "/api/v1/deny/%zz", "", 400},
      {"PUT", "/api/v1/deny/10.0.0.0%2F99", "", 422},
      {"PUT", "/api/v1/deny/bob", R"({"limit":"b"})", 404},
      {"PUT", "/api/v1/deny/bob?limit=b", "", 404},
      {"PUT", "/api/v1/deny/bob?limit=a", R"({"limit":"a"})", 422},
      {"PUT", "/api/v1/deny/bob", R"({"limit":5})", 400},
      {"PUT", "/api/v1/deny/bob", R"({"ttl":3600})", 400},
      {"PUT", "/api/v1/deny/bob", R"({"ttl":"soon"})", 400},
      {"PUT", "/api/v1/deny/bob", R"({"ttl":"0s"})", 422},
      {"PUT", "/api/v1/deny/bob", R"({"tll":"1h"})", 400},
      {"PUT", "/api/v1/deny/bob", "[]", 400},
      {"DELETE", "/api/v1/deny/bob", R"({"ttl":"1h"})", 400},
      {"GET", "/api/v1/deny/bob", "", 405},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(ask(service, each.method, each.target, each.body).status, each.status) << each.target << each.body;
  }
  EXPECT_EQ(ask(service, "PUT", "/api/v1/deny/" + std::string(8193, 'x')).status, 422);
  EXPECT_EQ(ask(service, "GET", "/api/v1/deny").body, "{\"deny\":[]}\n");
}

}  // namespace
}  // namespace weir::api
