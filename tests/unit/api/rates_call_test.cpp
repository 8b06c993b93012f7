#include "a_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::api {
namespace {

using testing::HasSubstr;

TEST(LimitsCall, TellsWhatIsConfigured) {
  AService service;
  service.add("a", sliding_window(100, 1min));
  service.add("pair", token_bucket(5, 90s, 20), {AService::ip(), {.ipv4_prefix = 24}, AService::path()});
  service.add("slots", concurrency(7));
  service.add("plan", Rule{.algorithm = Algorithm::fixed_window,
                           .count = 1000,
                           .period = Period::month(),
                           .anchor = std::chrono::year(2026) / 1 / 15});
  service.add("free", unlimited());
  EXPECT_EQ(
      ask(service, "GET", "/api/v1/limits").body,
      R"({"limits":[{"name":"a","rate":"100/1m","algorithm":"sliding_window","key":"header:x-user-id","unit":"requests"},)"
      R"({"name":"pair","rate":"5/90s","burst":20,"algorithm":"token_bucket","key":["ip","ip/24","path"],"unit":"requests"},)"
      R"({"name":"slots","rate":"7","algorithm":"concurrency","key":"header:x-user-id","unit":"requests"},)"
      R"({"name":"plan","rate":"1000/month","anchor":"2026-01-15","algorithm":"fixed_window","key":"header:x-user-id","unit":"requests"},)"
      R"({"name":"free","rate":"unlimited","algorithm":"unlimited","key":"header:x-user-id","unit":"requests"}]})"
      "\n");
}

TEST(RateCall, ChangesARateForAll) {
  AService service;
  service.add("a", fixed_window(2, 1min));
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/a/rate").body, "{\"rate\":\"2/1m\",\"source\":\"config\"}\n");
  EXPECT_EQ(ask(service, "PUT", "/api/v1/limits/a/rate", R"({"rate":"9/1m"})").status, 204);
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/a/rate").body, "{\"rate\":\"9/1m\",\"source\":\"runtime\"}\n");
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits")["limits"].at(0).at("rate"), "9/1m");
  EXPECT_EQ(ask(service, "POST", "/api/v1/limit", R"({"limit":"a","key":"u"})")["remaining"], 8);
  EXPECT_EQ(ask(service, "DELETE", "/api/v1/limits/a/rate").status, 204);
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/a/rate")["source"], "config");
  EXPECT_EQ(ask(service, "DELETE", "/api/v1/limits/a/rate").status, 204);
}

TEST(RateCall, ChangesARateForOneKey) {
  AService service;
  service.add("a", fixed_window(2, 1min), {AService::user()}, {.overrides = {{"vip", fixed_window(5, 1min)}}});
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/a/keys/vip/rate").body, "{\"rate\":\"5/1m\",\"source\":\"config\"}\n");
  EXPECT_EQ(ask(service, "PUT", "/api/v1/limits/a/keys/vip/rate", R"({"rate":"50/1m"})").status, 204);
  EXPECT_EQ(ask(service, "PUT", "/api/v1/limits/a/rate", R"({"rate":"3/1m"})").status, 204);
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/a/keys/vip/rate")["rate"], "50/1m");
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/a/keys/other/rate").body,
            "{\"rate\":\"3/1m\",\"source\":\"runtime\"}\n");
  EXPECT_EQ(ask(service, "DELETE", "/api/v1/limits/a/keys/vip/rate").status, 204);
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/a/keys/vip/rate")["rate"], "5/1m");
}

TEST(RateCall, KeysAreAnyBytesAndLists) {
  AService service;
  service.add("a", fixed_window(2, 1min));
  service.add("pair", fixed_window(2, 1min), {AService::ip(), AService::path()});
  EXPECT_EQ(ask(service, "PUT", "/api/v1/limits/a/keys/%00%2F/rate", R"({"rate":"9/1m"})").status, 204);
  EXPECT_EQ(service.find("a")->limiter->rate(std::string("\0/", 2)).rule.count, 9);
  EXPECT_EQ(ask(service, "PUT", "/api/v1/limits/pair/keys/%5B%22i%22,%20%22p%22%5D/rate", R"({"rate":"9/1m"})").status,
            204);
  EXPECT_EQ(ask(service, "POST", "/api/v1/limit", R"({"limit":"pair","key":["i","p"]})")["limit"], 9);
}

TEST(RateCall, BurstAndAnchorStayUnlessTheyAreNamed) {
  AService service;
  service.add("bucket", token_bucket(5, 1min, 20));
  ask(service, "PUT", "/api/v1/limits/bucket/rate", R"({"rate":"7/1m","burst":9})");
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/bucket/rate").body,
            "{\"rate\":\"7/1m\",\"burst\":9,\"source\":\"runtime\"}\n");
  ask(service, "PUT", "/api/v1/limits/bucket/rate", R"({"rate":"7/1m"})");
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/bucket/rate")["burst"], 20);
  service.add("plan", fixed_window(10, Period::month()));
  ask(service, "PUT", "/api/v1/limits/plan/rate", R"({"rate":"20/month","anchor":"2026-01-31"})");
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits/plan/rate").body,
            "{\"rate\":\"20/month\",\"anchor\":\"2026-01-31\",\"source\":\"runtime\"}\n");
}

TEST(RateCall, AnyLimitMayBecomeUnlimitedAndBack) {
  AService service;
  service.add("a", fixed_window(1, 1min));
  service.add("free", unlimited());
  ask(service, "PUT", "/api/v1/limits/a/rate", R"({"rate":"unlimited"})");
  EXPECT_EQ(ask(service, "POST", "/api/v1/limit", R"({"limit":"a","key":"u","cost":5})")["limit"], nullptr);
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits")["limits"].at(0).at("algorithm"), "fixed_window");
  ask(service, "PUT", "/api/v1/limits/free/rate", R"({"rate":"5/1m"})");
  EXPECT_EQ(ask(service, "POST", "/api/v1/limit", R"({"limit":"free","key":"u"})")["remaining"], 4);
}

TEST(RateCall, RefusesWhatCannotBeCounted) {
  AService service;
  service.add("window", fixed_window(2, 1min));
  service.add("sliding", sliding_window(2, 1min));
  service.add("bucket", token_bucket(2, 1min));
  service.add("log", sliding_log(2, 1min));
  service.add("slots", concurrency(2));
  struct Case {
    const char* limit;
    const char* body;
    int status;
    const char* says;
  };
  const Case cases[] = {
      {"window", R"({})", 400, "'rate' is missing"},
      {"window", R"({"rate":5})", 400, "'rate' must be a string"},
      {"window", R"({"rate":"lots"})", 400, "a rate like"},
      {"window", R"({"rate":"1.5/1m"})", 400, "a rate like"},
      {"window", R"({"rate":"5/1 m"})", 400, "a rate like"},
      {"window", R"({"rate":"5/minute"})", 400, "a rate like"},
      {"window", R"({"rate":""})", 400, "a rate like"},
      {"window", R"({"rate":"0/1m"})", 422, "from 1 to 2^53"},
      {"window", R"({"rate":"-5/1m"})", 422, "from 1 to 2^53"},
      {"window", R"({"rate":"99999999999999999999/1m"})", 422, "'rate'"},
      {"window", R"({"rate":"5/0s"})", 422, "'rate'"},
      {"window", R"({"rate":"5/9999w"})", 422, "'rate'"},
      {"window", R"({"rate":"5"})", 422, "concurrency"},
      {"slots", R"({"rate":"5/1m"})", 422, "bare number"},
      {"bucket", R"({"rate":"5/month"})", 422, "token_bucket"},
      {"log", R"({"rate":"10001/1m"})", 422, "10000"},
      {"window", R"({"rate":"5/1m","burst":7})", 422, "'burst' has no effect"},
      {"bucket", R"({"rate":"5/1m","burst":0})", 422, "'burst'"},
      {"bucket", R"({"rate":"5/1m","burst":"7"})", 400, "'burst'"},
      {"bucket", R"({"rate":"5/1d","anchor":"2026-01-01"})", 422, "'anchor'"},
      {"window", R"({"rate":"5/1m","anchor":"2026-01-01"})", 422, "'anchor'"},
      {"window", R"({"rate":"5/1d","anchor":"2026-02-30"})", 422, "'anchor'"},
      {"window", R"({"rate":"5/1d","anchor":"soon"})", 400, "'anchor'"},
      {"window", R"({"rate":"5/1m","algorithm":"gcra"})", 400, "'algorithm'"},
      {"nobody", R"({"rate":"5/1m"})", 404, "nobody"},
  };
  for (const Case& each : cases) {
    for (const char* of : {"/rate", "/keys/u/rate"}) {
      const Answered answered = ask(service, "PUT", "/api/v1/limits/" + std::string(each.limit) + of, each.body);
      EXPECT_EQ(answered.status, each.status) << each.body;
      EXPECT_THAT(answered.body, HasSubstr(each.says)) << each.body;
    }
  }
  for (const NamedLimit& limit : service.limits()) EXPECT_FALSE(limit.limiter->rate().runtime);
}

TEST(RateCall, ARateByMonthIsCountedInFixedWindows) {
  AService service;
  service.add("sliding", sliding_window(2, 1min));
  EXPECT_EQ(ask(service, "PUT", "/api/v1/limits/sliding/rate", R"({"rate":"5/month"})").status, 204);
  EXPECT_EQ(ask(service, "GET", "/api/v1/limits")["limits"].at(0).at("algorithm"), "fixed_window");
}

}  // namespace
}  // namespace weir::api
