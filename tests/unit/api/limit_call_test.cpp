#include "a_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::api {
namespace {

using testing::HasSubstr;

constexpr std::string_view path = "/api/v1/limit";

TEST(LimitCall, DecidesAndCharges) {
  AService service;
  service.add("per-user", fixed_window(3, 1min));
  const Answered first = ask(service, "POST", path, R"({"limit":"per-user","key":"u","cost":2})");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.body,
            R"({"allowed":true,"limit":3,"remaining":1,"reset_ms":1740000060000,"retry_after_ms":0,"reason":"ok",)"
            "\"degraded\":false}\n");
  const Answered second = ask(service, "POST", path, R"({"limit":"per-user","key":"u","cost":2})");
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.body, R"({"allowed":false,"limit":3,"remaining":1,"reset_ms":1740000060000,"retry_after_ms":60000,)"
                         "\"reason\":\"limited\",\"degraded\":false}\n");
}

TEST(LimitCall, TheWaitIsRoundedUpSoThatItIsLongEnough) {
  AService service;
  service.add("bucket", gcra(3, 1s, 1));
  ask(service, "POST", path, R"({"limit":"bucket","key":"u"})");
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"bucket","key":"u"})")["retry_after_ms"], 334);
  service.clock.advance(334ms);
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"bucket","key":"u"})")["allowed"], true);
}

TEST(LimitCall, CostIsTheLimitsOwnUnlessItIsNamed) {
  AService service;
  service.add("per-user", fixed_window(10, 1min)).cost = 4;
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"per-user","key":"u"})")["remaining"], 6);
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"per-user","key":"u","cost":1})")["remaining"], 5);
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"per-user","key":"u","cost":0})")["remaining"], 5);
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"per-user","key":"u","cost":-3})")["remaining"], 8);
}

TEST(LimitCall, ACostAboveTheLimitNeverPasses) {
  AService service;
  service.add("per-user", fixed_window(3, 1min));
  const Answered answered = ask(service, "POST", path, R"({"limit":"per-user","key":"u","cost":4})");
  EXPECT_EQ(answered["reason"], "cost_above_limit");
  EXPECT_EQ(answered["retry_after_ms"], nullptr);
  EXPECT_EQ(answered["remaining"], 3);
}

TEST(LimitCall, UnlimitedHasNoCapacity) {
  AService service;
  service.add("free", unlimited());
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"free","key":"u"})")["limit"], nullptr);
}

TEST(LimitCall, SeveralChecksAreAllOrNothing) {
  AService service;
  service.add("a", fixed_window(5, 1min));
  service.add("b", fixed_window(1, 1h));
  const std::string_view both = R"({"checks":[{"limit":"a","key":"u"},{"limit":"b","key":"v","cost":1}]})";
  const Answered first = ask(service, "POST", path, both);
  EXPECT_EQ(first["allowed"], true);
  EXPECT_EQ(first["retry_after_ms"], 0);
  EXPECT_EQ(first["checks"].as_array().size(), 2);
  EXPECT_EQ(first["checks"].at(0).at("remaining"), 4);
  const Answered second = ask(service, "POST", path, both);
  EXPECT_EQ(second["allowed"], false);
  EXPECT_EQ(second["retry_after_ms"], second["checks"].at(1).at("retry_after_ms"));
  EXPECT_EQ(second["checks"].at(0).at("allowed"), true);
  EXPECT_EQ(second["checks"].at(0).at("remaining"), 4);
  EXPECT_EQ(second["checks"].at(1).at("reason"), "limited");
}

TEST(LimitCall, AListOfOneIsAnsweredAsAList) {
  AService service;
  service.add("a", fixed_window(5, 1min));
  EXPECT_EQ(ask(service, "POST", path, R"({"checks":[{"limit":"a","key":"u"}]})")["checks"].as_array().size(), 1);
}

TEST(LimitCall, AnIdMakesARetrySafe) {
  AService service;
  service.add("a", fixed_window(5, 1min));
  const std::string_view body = R"({"limit":"a","key":"u","cost":2,"id":"once"})";
  EXPECT_EQ(ask(service, "POST", path, body).body, ask(service, "POST", path, body).body);
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"a","key":"u","cost":0})")["remaining"], 3);
  service.clock.advance(9min);
  EXPECT_EQ(ask(service, "POST", path, body).status, 200);
  const Answered other = ask(service, "POST", path, R"({"limit":"a","key":"u","cost":3,"id":"once"})");
  EXPECT_EQ(other.status, 409);
}

TEST(LimitCall, AKeyOfSeveralPartsIsAList) {
  AService service;
  service.add("pair", fixed_window(5, 1min), {AService::ip(), AService::path()});
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"pair","key":["a","b"]})")["remaining"], 4);
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"pair","key":[ "\u0061", "b" ]})")["remaining"], 3);
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"pair","key":["a,b",""]})").status, 422);
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"pair","key":["a"]})").status, 422);
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"pair","key":"a"})").status, 422);
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"pair","key":["a",2]})").status, 400);
}

TEST(LimitCall, OnePartIsItsPlainText) {
  AService service;
  service.add("a", fixed_window(5, 1min));
  ask(service, "POST", path, R"({"limit":"a","key":"u"})");
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"a","key":["u"]})")["remaining"], 3);
}

TEST(LimitCall, RefusesWhatItCannotRead) {
  AService service;
  service.add("a", fixed_window(5, 1min));
  service.add("slots", concurrency(5));
  struct Case {
    const char* body;
    int status;
    const char* says;
  };
  const Case cases[] = {
      {R"({"key":"u"})", 400, "'limit' is missing"},
      {R"({"limit":"a"})", 400, "'key' is missing"},
      {R"({"limit":5,"key":"u"})", 400, "'limit' must be a string"},
      {R"({"limit":"b","key":"u"})", 404, "No limit is named 'b'"},
      {R"({"limit":"a","key":5})", 400, "'key' must be"},
      {R"({"limit":"a","key":null})", 400, "'key' must be"},
      {R"({"limit":"a","key":""})", 422, "empty"},
      {R"({"limit":"a","key":[]})", 422, "1 to 16"},
      {R"({"limit":"a","key":"u","cost":"1"})", 400, "'cost' must be a number"},
      {R"({"limit":"a","key":"u","cost":1.5})", 422, "'cost' must be a whole number"},
      {R"({"limit":"a","key":"u","cost":9007199254740992})", 422, "'cost'"},
      {R"({"limit":"a","key":"u","cost":-9007199254740992})", 422, "'cost'"},
      {R"({"limit":"a","key":"u","cost":1e999999999999})", 422, "out of range"},
      {R"({"limit":"a","key":"u","amount":1})", 400, "'amount'"},
      {R"({"limit":"a","key":"u","id":""})", 422, "'id'"},
      {R"({"limit":"a","key":"u","id":7})", 400, "'id'"},
      {R"({"checks":[]})", 422, "1 to 64"},
      {R"({"checks":{}})", 400, "'checks'"},
      {R"({"checks":[5]})", 400, "'checks'"},
      {R"({"checks":[{"limit":"a","key":"u","id":"x"}]})", 400, "'id'"},
      {R"({"checks":[{"limit":"a","key":"u"}],"key":"u"})", 400, "do not go together"},
      {R"({"limit":"slots","key":"u"})", 422, "reservation"},
      {R"({"checks":[{"limit":"a","key":"u"},{"limit":"slots","key":"u"}]})", 422, "reservation"},
      {"[]", 400, "object"},
      {"", 400, "empty"},
  };
  for (const Case& each : cases) {
    const Answered answered = ask(service, "POST", path, each.body);
    EXPECT_EQ(answered.status, each.status) << each.body;
    EXPECT_EQ(answered["status"], each.status) << each.body;
    EXPECT_THAT(answered.body, HasSubstr(each.says)) << each.body;
  }
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"a","key":"u","cost":0})")["remaining"], 5);
}

TEST(LimitCall, TakesAtMost64Checks) {
  AService service;
  service.add("a", fixed_window(100, 1min));
  const auto body = [](int checks) {
    std::string text = R"({"checks":[)";
    for (int at = 0; at < checks; ++at) text += std::string(at == 0 ? "" : ",") + R"({"limit":"a","key":"u"})";
    return text + "]}";
  };
  EXPECT_EQ(ask(service, "POST", path, body(65)).status, 422);
  EXPECT_EQ(ask(service, "POST", path, body(64))["checks"].at(63).at("remaining"), 36);
}

TEST(LimitCall, ALimitThatDoesNotApplyToAKeyNeverRefusesIt) {
  AService service;
  service.add("gold", fixed_window(1, 1min));
  ASSERT_TRUE(service.only("gold").add("gold-*"));
  for (int call = 0; call < 3; ++call) {
    EXPECT_EQ(ask(service, "POST", path, R"({"limit":"gold","key":"tin-1"})")["allowed"], true);
  }
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"gold","key":"gold-1"})")["remaining"], 0);
  const Answered mixed =
      ask(service, "POST", path, R"({"checks":[{"limit":"gold","key":"tin"},{"limit":"gold","key":"gold-1"}]})");
  EXPECT_EQ(mixed["checks"].at(0).at("limit"), nullptr);
  EXPECT_EQ(mixed["checks"].at(1).at("allowed"), false);
}

TEST(LimitCall, DecisionsAreCounted) {
  AService service;
  service.add("a", fixed_window(1, 1min));
  service.add("b", fixed_window(9, 1min));
  service.add("quiet", fixed_window(1, 1min), {AService::user()}, {.shadow = true});
  const std::string_view all =
      R"({"checks":[{"limit":"a","key":"u"},{"limit":"b","key":"u"},{"limit":"quiet","key":"u"}]})";
  ask(service, "POST", path, all);
  ask(service, "POST", path, all);  // `a` refuses: `b` would have passed, which counts as nothing
  ask(service, "POST", path, R"({"limit":"quiet","key":"u"})");
  ask(service, "GET", "/api/v1/limits/b/keys/u");  // looking is no decision
  const auto count = [&](const char* limit, Outcome outcome) {
    return service.metrics().limit(limit).count_of(outcome);
  };
  EXPECT_EQ(count("a", Outcome::allowed), 1);
  EXPECT_EQ(count("a", Outcome::limited), 1);
  EXPECT_EQ(count("b", Outcome::allowed), 1);
  EXPECT_EQ(count("b", Outcome::limited), 0);
  EXPECT_EQ(count("quiet", Outcome::allowed), 1);
  EXPECT_EQ(count("quiet", Outcome::shadow), 2);
  EXPECT_THAT(service.metrics().text({}), HasSubstr("weir_decision_seconds_count{store=\"memory\"} 3\n"));
}

TEST(LimitCall, AllowOverridesAndShadowHold) {
  AService service;
  service.add("a", fixed_window(1, 1min), {AService::user()},
              {.overrides = {{"vip", fixed_window(5, 1min)}}, .allow = {"root"}, .deny = {"bad"}});
  service.add("quiet", fixed_window(1, 1min), {AService::user()}, {.shadow = true});
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"a","key":"vip"})")["limit"], 5);
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"a","key":"root"})")["limit"], nullptr);
  EXPECT_EQ(ask(service, "POST", path, R"({"limit":"a","key":"bad"})")["reason"], "denied");
  ask(service, "POST", path, R"({"limit":"quiet","key":"u"})");
  const Answered shadowed = ask(service, "POST", path, R"({"limit":"quiet","key":"u"})");
  EXPECT_EQ(shadowed["allowed"], true);
  EXPECT_EQ(shadowed["reason"], "shadow");
}

}  // namespace
}  // namespace weir::api
