#include "a_service.hpp"

#include "analytics/recorder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace weir::api {
namespace {

namespace json = boost::json;
using analytics::LimitId;
using analytics::Outcome;
using testing::HasSubstr;

constexpr analytics::Millis minute = 60'000;
constexpr analytics::Millis noon = 1'768'478'400'000;  // 2026-01-15T12:00:00Z

class Analytics : public testing::Test {
 protected:
  Analytics() {
    service.clock.set(Instant(std::chrono::milliseconds(noon)));
    service.recorder.configure(analytics::Terms{});
    service.add("per-user", fixed_window(3, 1min));
    service.add("per-ip", fixed_window(100, 1min), {AService::ip()});
  }

  Answered decide(std::string_view key, int cost = 1) {
    return ask(service, "POST", "/api/v1/limit",
               R"({"limit":"per-user","key":")" + std::string(key) + R"(","cost":)" + std::to_string(cost) + "}");
  }
  Answered get(std::string_view target) { return ask(service, "GET", "/api/v1/analytics/" + std::string(target)); }
  static json::object point(const Answered& usage, std::size_t series, std::size_t at) {
    return usage.json().at("series").at(series).at("points").at(at).as_object();
  }

  AService service;
};

TEST_F(Analytics, UsageHasEachStepOfEachLimit) {
  decide("alice", 2);
  decide("alice", 2);
  service.clock.advance(2min);
  decide("alice");
  const Answered usage = get("usage?from=" + std::to_string(noon) + "&to=" + std::to_string(noon + 4 * minute));
  EXPECT_EQ(usage["from"], noon);
  EXPECT_EQ(usage["to"], noon + 4 * minute);
  EXPECT_EQ(usage["step_ms"], minute);
  const json::array series = usage["series"].as_array();
  ASSERT_EQ(series.size(), 2U);
  EXPECT_EQ(series[0].at("limit"), "per-user");
  ASSERT_EQ(series[0].at("points").as_array().size(), 4U);
  EXPECT_EQ(json::serialize(point(usage, 0, 0)),
            R"({"t":1768478400000,"allowed":1,"limited":1,"denied":0,"shadowed":0,"cost":2})");
  EXPECT_EQ(point(usage, 0, 1).at("allowed"), 0);
  EXPECT_EQ(point(usage, 0, 2).at("cost"), 1);
  EXPECT_EQ(point(usage, 1, 2).at("allowed"), 0);
}

TEST_F(Analytics, ARefundSubtracts) {
  decide("alice", 3);
  decide("alice", -2);
  EXPECT_EQ(point(get("usage?limit=per-user&step=1h"), 0, 1).at("cost"), 1);
}

TEST_F(Analytics, UsageIsOfTheLastHourByMinutesUnlessItIsAsked) {
  const Answered usage = get("usage?limit=per-user");
  EXPECT_EQ(usage["step_ms"], minute);
  EXPECT_EQ(usage["series"].as_array().size(), 1U);
  EXPECT_EQ(usage["series"].at(0).at("points").as_array().size(), 61U);  // the hour before, and the minute that began
  EXPECT_EQ(get("usage?from=-2d")["step_ms"], 60 * minute);
}

TEST_F(Analytics, TimesAreMillisecondsRfc3339OrRelative) {
  for (const std::string from :
       {"1768474800000", "2026-01-15T11:00:00Z", "2026-01-15T12:00:00+01:00", "2026-01-15T12:00:00%2B01:00", "-1h"}) {
    EXPECT_EQ(get("usage?to=now&from=" + from)["from"], noon - 60 * minute) << from;
  }
}

TEST_F(Analytics, TopRanksKeysByWhatBecameOfThem) {
  for (int i = 0; i < 3; ++i) decide("alice");
  decide("alice");
  decide("bob");
  const Answered top = get("top?by=allowed");
  EXPECT_EQ(top["by"], "allowed");
  EXPECT_EQ(
      json::serialize(top["top"]),
      R"([{"limit":"per-user","key":"alice","count":3,"error":0},{"limit":"per-user","key":"bob","count":1,"error":0}])");
  EXPECT_EQ(get("top?by=limited&limit=per-user")["top"].as_array().size(), 1U);
  EXPECT_EQ(get("top?by=allowed&limit=per-ip")["top"].as_array().size(), 0U);
  EXPECT_EQ(get("top?by=allowed&n=1")["top"].as_array().size(), 1U);
}

TEST_F(Analytics, AKeyOfSeveralPartsIsAList) {
  service.add("both", fixed_window(10, 1min), {AService::user(), AService::ip()});
  service.recorder.decided(service.find("both")->recorded, R"(["alice","1.2.3.4"])", Outcome::allowed, 1,
                           service.now());
  service.recorder.decided(service.find("per-user")->recorded, R"(["x","y"])", Outcome::allowed, 1, service.now());
  EXPECT_EQ(json::serialize(get("top?limit=both")["top"].at(0).at("key")), R"(["alice","1.2.3.4"])");
  EXPECT_EQ(get("top?limit=per-user")["top"].at(0).at("key"), R"(["x","y"])");
}

TEST_F(Analytics, KeysOfAnyBytesAreJsonAllTheSame) {
  service.recorder.decided(service.find("per-user")->recorded, std::string("a\0\xFF\"", 4), Outcome::denied, 0,
                           service.now());
  EXPECT_EQ(get("top?by=denied")["top"].at(0).at("key").as_string(), std::string_view("a\0\xEF\xBF\xBD\"", 6));
}

TEST_F(Analytics, TokensHaveTheirMoneyWhereTheModelHasAPrice) {
  const std::vector<analytics::CountedFor> keys{{service.find("per-user")->recorded, "alice"}};
  service.recorder.took("openai", "gpt-4o", {.of = {100, 20, 10, 0, 5, 2'500'000}, .priced = 1}, keys, service.now());
  service.recorder.took("openai", "llama", {.of = {1, 1, 0, 0, 0, 0}}, {}, service.now());
  EXPECT_EQ(
      get("tokens").body,
      R"({"rows":[{"name":"gpt-4o","input":100,"output":20,"cached_input":10,"cache_write":0,"reasoning":5,"cost":0.0025},)"
      R"({"name":"llama","input":1,"output":1,"cached_input":0,"cache_write":0,"reasoning":0,"cost":null}]})"
      "\n");
  EXPECT_EQ(get("tokens?by=upstream")["rows"].at(0).at("input"), 101);
  EXPECT_EQ(get("tokens?by=key")["rows"].at(0).at("name"), "alice");
  EXPECT_EQ(get("top?by=tokens")["top"].at(0).at("count"), 120);
}

TEST_F(Analytics, InvocationsAreCountedByFunctionOutcomeAndReason) {
  service.recorder.invoked("orders", "throttled", "CallerRateLimitExceeded", service.now());
  EXPECT_EQ(get("lambda").body,
            R"({"rows":[{"function":"orders","outcome":"throttled","reason":"CallerRateLimitExceeded","count":1}]})"
            "\n");
}

TEST_F(Analytics, AStreamTellsWhatWasDecidedSinceItsLastEvent) {
  decide("alice");
  const Response stream = answer(service, {.method = "GET", .target = "/api/v1/analytics/stream", .host = "localhost"});
  EXPECT_EQ(stream.content_type, "text/event-stream");
  ASSERT_TRUE(stream.more);
  decide("alice");
  EXPECT_EQ(
      stream.more(service),
      "event: usage\ndata: {\"t\":1768478400000,\"limits\":{\"per-user\":{\"allowed\":1,\"limited\":0,\"denied\":0},"
      "\"per-ip\":{\"allowed\":0,\"limited\":0,\"denied\":0}}}\n\n");
  EXPECT_THAT(stream.more(service), HasSubstr(R"("per-user":{"allowed":0)"));
}

TEST_F(Analytics, SaysWhatIsWrongWithAQuestion) {
  const std::pair<std::string_view, int> wrong[] = {
      {"usage?from=yesterday", 400}, {"usage?from=-1x", 400},      {"usage?from=1&to=1", 422},
      {"usage?from=2&to=1", 422},    {"usage?step=1s", 422},       {"usage?step=often", 400},
      {"usage?limit=none", 404},     {"top?by=rank", 422},         {"top?n=0", 422},
      {"top?n=many", 400},           {"top?n=1&n=2", 400},         {"tokens?by=user", 422},
      {"lambda?to=%2", 400},         {"usage?from=0&step=1m", 422}};
  for (const auto& [target, status] : wrong) EXPECT_EQ(get(target).status, status) << target;
}

TEST_F(Analytics, AreNotFoundWhileTheyAreOff) {
  service.recorder.configure(std::nullopt);
  for (const auto* target : {"usage", "top", "tokens", "lambda", "stream"})
    EXPECT_EQ(get(target).status, 404) << target;
}

TEST_F(Analytics, DroppedRecordsAreAMetric) {
  EXPECT_THAT(ask(service, "GET", "/metrics").body, HasSubstr("weir_analytics_dropped_total 0\n"));
}

}  // namespace
}  // namespace weir::api
