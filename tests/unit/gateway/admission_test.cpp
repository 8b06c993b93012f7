#include "gateway/admission.hpp"

#include "gateway/a_limit.hpp"
#include "gateway/written_request.hpp"
#include "limiter/fake_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;
using config::KeySource;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

// A gateway with these limits, all of them on its one route.
class Gateway {
 public:
  explicit Gateway(std::vector<config::Limit> limits)
      : runtime_({.store = {}, .limits = limits, .responses = {}}, &clock) {
    RouteSettings route{.name = "/*", .limits = {}};
    for (const config::Limit& limit : limits) route.limits.push_back({limit.name});
    route_ = runtime_.limits_of(route);
  }
  Admission admit(const WrittenRequest& request, const Patience& patience = {.may_wait = false}, Told* told = nullptr) {
    return gateway::admit(request, route_, runtime_, patience, told);
  }
  void answered(Admission& admission, int status) {
    gateway::answered(*admission.hold, status, admission.headers, runtime_);
  }
  [[nodiscard]] std::vector<std::uint64_t> counted(std::string_view limit) const {
    std::vector<std::uint64_t> counts;
    for (std::size_t outcome = 0; outcome < api::outcomes; ++outcome) {
      counts.push_back(runtime_.find(limit)->metrics->count_of(static_cast<api::Outcome>(outcome)));
    }
    return counts;
  }
  Limiter& limiter(std::string_view limit) { return *runtime_.find(limit)->limiter; }
  Admission admit_user(const std::string& user) { return admit(WrittenRequest().with("x-user", user)); }

  limiter::FakeClock clock{std::chrono::sys_days(std::chrono::year(2026) / 1 / 15)};

 private:
  Runtime runtime_;
  RouteLimits route_;
};

std::map<std::string, std::string> fields(const AnswerHeaders& headers) {
  std::map<std::string, std::string> map;
  for (std::size_t i = 0; i < headers.size(); ++i) map.emplace(headers[i].name, headers[i].value);
  return map;
}

TEST(Admission, AnAdmittedRequestsAnswerSaysWhatIsLeft) {
  Gateway gateway({per_user("per-user", fixed_window(100, 1min))});
  const Admission admission = gateway.admit_user("ann");
  EXPECT_EQ(admission.refusal, nullptr);
  EXPECT_THAT(fields(admission.headers), ElementsAre(Pair("ratelimit", R"("per-user";r=99;t=60)"),
                                                     Pair("ratelimit-policy", R"("per-user";q=100;w=60)")));
}

TEST(Admission, BeyondTheLimitItIsRefusedUntilItWouldPass) {
  Gateway gateway({per_user("per-user", fixed_window(1, 1min))});
  gateway.clock.advance(30'500ms);
  (void)gateway.admit_user("ann");
  const Admission second = gateway.admit_user("ann");
  ASSERT_NE(second.refusal, nullptr);
  EXPECT_EQ(second.refusal->cause, Refusal::Cause::limited);
  EXPECT_EQ(second.refusal->status, 429);
  EXPECT_EQ(second.refusal->retry_after, 30);
  EXPECT_THAT(second.refusal->violated, ElementsAre("per-user"));
  EXPECT_THAT(fields(second.refusal->headers), Contains(Pair("ratelimit", R"("per-user";r=0;t=30)")));
  gateway.clock.advance(30s);
  EXPECT_EQ(gateway.admit_user("ann").refusal, nullptr);
}

TEST(Admission, OthersAreNotConcerned) {
  Gateway gateway({per_user("per-user", fixed_window(1, 1min))});
  (void)gateway.admit_user("ann");
  EXPECT_EQ(gateway.admit_user("bob").refusal, nullptr);
}

TEST(Admission, ARequestWithoutTheKeyIsNotLimited) {
  Gateway gateway({per_user("per-user", fixed_window(1, 1min))});
  (void)gateway.admit(WrittenRequest());
  const Admission second = gateway.admit(WrittenRequest());
  EXPECT_EQ(second.refusal, nullptr);
  EXPECT_TRUE(second.headers.empty());
}

TEST(Admission, ARequestWithoutTheKeyIsMalformedWhereTheLimitSaysSo) {
  config::Limit limit = per_user("per-user", fixed_window(1, 1min));
  limit.missing = config::Missing::reject;
  const Admission admission = Gateway({limit}).admit(WrittenRequest());
  ASSERT_NE(admission.refusal, nullptr);
  EXPECT_EQ(admission.refusal->status, 400);
  EXPECT_THAT(admission.refusal->detail, testing::HasSubstr("header x-user"));
}

TEST(Admission, WhenOneOfTwoLimitsRefusesNeitherIsCharged) {
  Gateway gateway({per_user("roomy", fixed_window(100, 1min)), per_user("tight", fixed_window(1, 1h))});
  (void)gateway.admit_user("ann");
  const Admission second = gateway.admit_user("ann");
  ASSERT_NE(second.refusal, nullptr);
  EXPECT_THAT(second.refusal->violated, ElementsAre("tight"));
  EXPECT_THAT(fields(second.refusal->headers), Contains(Pair("ratelimit", R"("roomy";r=99;t=60,"tight";r=0;t=3600)")));
}

TEST(Admission, TheFirstLimitThatRefusesBringsStatusAndMessage) {
  config::Limit limit = per_user("per-user", fixed_window(1, 1min));
  limit.reject_status = 503;
  limit.reject_message = "Come back later";
  Gateway gateway({limit});
  (void)gateway.admit_user("ann");
  const Admission second = gateway.admit_user("ann");
  ASSERT_NE(second.refusal, nullptr);
  EXPECT_EQ(second.refusal->status, 503);
  EXPECT_EQ(second.refusal->detail, "Come back later");
}

TEST(Admission, AShadowLimitIsNeverSeen) {
  config::Limit shadow = per_user("shadow", fixed_window(1, 1min));
  shadow.shadow = true;
  shadow.missing = config::Missing::reject;
  Gateway gateway({shadow});
  (void)gateway.admit_user("ann");
  const Admission second = gateway.admit_user("ann");
  EXPECT_EQ(second.refusal, nullptr);
  EXPECT_TRUE(second.headers.empty());
  EXPECT_EQ(gateway.admit(WrittenRequest()).refusal, nullptr);
}

TEST(Admission, WhoIsDeniedGets403AndChargesNothing) {
  config::Limit limit = per_user("per-user", fixed_window(10, 1min));
  limit.deny = {{config::Pattern::Kind::exact, "mal*ory"}};
  Gateway gateway({limit});
  const Admission denied = gateway.admit_user("mal*ory");
  ASSERT_NE(denied.refusal, nullptr);
  EXPECT_EQ(denied.refusal->status, 403);
  EXPECT_EQ(denied.refusal->retry_after, std::nullopt);
  EXPECT_EQ(gateway.admit_user("mallory").refusal, nullptr);
}

TEST(Admission, WhoIsAllowedIsNeverLimited) {
  config::Limit limit = per_user("per-user", fixed_window(1, 1min));
  limit.allow = {{config::Pattern::Kind::glob, "team-*"}};
  Gateway gateway({limit});
  (void)gateway.admit_user("team-a");
  EXPECT_EQ(gateway.admit_user("team-a").refusal, nullptr);
}

TEST(Admission, AnOverriddenKeyShowsItsOwnPolicy) {
  config::Limit limit = per_user("per-user", fixed_window(10, 1min));
  limit.overrides = {{{config::Pattern::Kind::exact, "vip"}, fixed_window(1000, 1h)},
                     {{config::Pattern::Kind::exact, "free"}, unlimited()}};
  Gateway gateway({limit});
  EXPECT_THAT(fields(gateway.admit_user("vip").headers),
              Contains(Pair("ratelimit-policy", R"("per-user";q=1000;w=3600)")));
  EXPECT_THAT(fields(gateway.admit_user("ann").headers), Contains(Pair("ratelimit-policy", R"("per-user";q=10;w=60)")));
  EXPECT_THAT(fields(gateway.admit_user("free").headers), IsEmpty());
}

TEST(Admission, ACallThatCanNeverPassHasNoRetryAfter) {
  config::Limit limit = per_user("per-user", fixed_window(10, 1min));
  limit.cost_header = "x-cost";
  Gateway gateway({limit});
  const Admission admission = gateway.admit(WrittenRequest().with("x-user", "ann").with("x-cost", "11"));
  ASSERT_NE(admission.refusal, nullptr);
  EXPECT_EQ(admission.refusal->status, 429);
  EXPECT_EQ(admission.refusal->retry_after, std::nullopt);
}

TEST(Admission, TheRequestNamesItsCost) {
  config::Limit limit = per_user("per-user", fixed_window(10, 1min));
  limit.cost_header = "x-cost";
  Gateway gateway({limit});
  EXPECT_THAT(fields(gateway.admit(WrittenRequest().with("x-user", "ann").with("x-cost", "4")).headers),
              Contains(Pair("ratelimit", R"("per-user";r=6;t=60)")));
  EXPECT_EQ(gateway.admit(WrittenRequest().with("x-user", "ann").with("x-cost", "four")).refusal->status, 400);
  EXPECT_EQ(gateway.admit(WrittenRequest().with("x-user", "ann").with("x-cost", "-4")).refusal->status, 422);
}

TEST(Admission, APlaceOfAConcurrencyLimitIsHeldUntilTheStreamEnds) {
  Gateway gateway({per_user("slots", concurrency(1)), per_user("rate", fixed_window(10, 1min))});
  Admission first = gateway.admit_user("ann");
  EXPECT_EQ(first.refusal, nullptr);
  const Admission second = gateway.admit_user("ann");
  ASSERT_NE(second.refusal, nullptr);
  EXPECT_EQ(second.refusal->retry_after, 1);
  EXPECT_THAT(second.refusal->violated, ElementsAre("slots"));
  first.hold.reset();
  const Admission third = gateway.admit_user("ann");
  EXPECT_EQ(third.refusal, nullptr);
  EXPECT_THAT(fields(third.headers)["ratelimit"], testing::HasSubstr(R"("rate";r=8;)"));
}

TEST(Admission, AnUnknownLimitIsRefusedWhenTheRouteIsRead) {
  const Runtime runtime({.store = {}, .limits = {per_user("a", fixed_window(1, 1min))}, .responses = {}});
  EXPECT_THROW((void)runtime.limits_of({.name = "/*", .limits = {{"b"}}}), std::runtime_error);
}

TEST(Admission, ARateSetAtRunTimeShowsInThePolicy) {
  Gateway gateway({per_user("per-user", fixed_window(10, 1min))});
  ASSERT_TRUE(gateway.limiter("per-user").set_rate(fixed_window(10, 1h)));
  EXPECT_THAT(fields(gateway.admit_user("ann").headers),
              Contains(Pair("ratelimit-policy", R"("per-user";q=10;w=3600)")));
}

config::Limit login_failures() {
  config::Limit limit = per_user("failures", fixed_window(2, 1min));
  limit.charge = {{401, 401}, {500, 599}};
  return limit;
}

TEST(Admission, ACostIsGivenBackWhenTheAnswerHasNoneOfItsStatuses) {
  Gateway gateway({login_failures(), per_user("all", fixed_window(10, 1min))});
  Admission success = gateway.admit_user("ann");
  gateway.answered(success, 200);
  EXPECT_THAT(fields(success.headers)["ratelimit"], R"("failures";r=2;t=0,"all";r=9;t=60)");
  EXPECT_EQ(gateway.limiter("failures").remaining("ann").remaining, 2);
  EXPECT_EQ(gateway.limiter("all").remaining("ann").remaining, 9);
}

TEST(Admission, ACostStaysWhenTheAnswerHasOneOfItsStatuses) {
  Gateway gateway({login_failures()});
  for (const int status : {401, 503}) {
    Admission failure = gateway.admit_user("ann");
    ASSERT_EQ(failure.refusal, nullptr);
    gateway.answered(failure, status);
  }
  EXPECT_NE(gateway.admit_user("ann").refusal, nullptr);
}

TEST(Admission, ACostIsGivenBackWhenThereIsNoAnswerAtAll) {
  Gateway gateway({login_failures()});
  {
    const Admission left = gateway.admit_user("ann");
  }
  EXPECT_EQ(gateway.limiter("failures").remaining("ann").remaining, 2);
}

TEST(Admission, WhatIsHeldIsForgottenOnceItIsSettled) {
  Gateway gateway({login_failures(), per_user("slots", concurrency(1))});
  Admission first = gateway.admit_user("ann");
  EXPECT_NE(gateway.admit_user("ann").refusal, nullptr);
  EXPECT_EQ(gateway.limiter("slots").store()->statistics().ids, 1);
  gateway.answered(first, 200);
  first.hold.reset();
  EXPECT_EQ(gateway.limiter("slots").store()->statistics().ids, 0);
}

TEST(Admission, ARequestWaitsWhenItPassesSoonEnough) {
  config::Limit limit = per_user("per-user", fixed_window(1, 1min));
  limit.wait = 45s;
  Gateway gateway({limit});
  gateway.clock.advance(20s);
  (void)gateway.admit_user("ann");
  const WrittenRequest request = WrittenRequest().with("x-user", "ann");
  const Admission waits = gateway.admit(request, {.waited = 5s});
  EXPECT_EQ(waits.wait, 40s);
  EXPECT_EQ(waits.refusal, nullptr);
  EXPECT_EQ(gateway.counted("per-user")[1], 0);
  EXPECT_NE(gateway.admit(request, {.waited = 6s}).refusal, nullptr);
  EXPECT_NE(gateway.admit(request, {.may_wait = false}).refusal, nullptr);
  gateway.clock.advance(40s);
  EXPECT_EQ(gateway.admit(request, {.waited = 45s}).refusal, nullptr);
}

TEST(Admission, WhoHasWaitedLongSleepsLongerButNotBeyondItsTime) {
  config::Limit limit = per_user("per-user", gcra(1, 1s));
  limit.wait = 1min;
  Gateway gateway({limit});
  (void)gateway.admit_user("ann");
  const WrittenRequest request = WrittenRequest().with("x-user", "ann");
  EXPECT_EQ(gateway.admit(request, {.waited = 0s}).wait, 1s);
  EXPECT_EQ(gateway.admit(request, {.waited = 40s}).wait, 10s);
  EXPECT_EQ(gateway.admit(request, {.waited = 58s}).wait, 2s);
}

TEST(Admission, EveryLimitThatRefusesMustLetARequestWait) {
  config::Limit patient = per_user("patient", fixed_window(1, 1min));
  patient.wait = 1h;
  Gateway gateway({patient, per_user("hasty", fixed_window(1, 1min))});
  (void)gateway.admit_user("ann");
  EXPECT_NE(gateway.admit(WrittenRequest().with("x-user", "ann"), {}).refusal, nullptr);
}

TEST(Admission, EachLimitThatRefusedIsCountedAndTheOthersAreNot) {
  config::Limit shadow = per_user("shadow", fixed_window(1, 1min));
  shadow.shadow = true;
  config::Limit denying = per_user("roomy", fixed_window(100, 1min));
  denying.deny = {{config::Pattern::Kind::exact, "mallory"}};
  Gateway gateway({denying, per_user("tight", fixed_window(1, 1min)), shadow});
  (void)gateway.admit_user("ann");
  (void)gateway.admit_user("ann");
  (void)gateway.admit_user("mallory");
  EXPECT_THAT(gateway.counted("roomy"), ElementsAre(1, 0, 1, 0, 0));
  EXPECT_THAT(gateway.counted("tight"), ElementsAre(1, 1, 0, 0, 0));
  EXPECT_THAT(gateway.counted("shadow"), ElementsAre(1, 0, 0, 0, 1));
}

TEST(Admission, TheLogSpeaksOfTheLimitThatMattered) {
  config::Limit shadow = per_user("shadow", fixed_window(1, 1min));
  shadow.shadow = true;
  Gateway gateway({per_user("roomy", fixed_window(100, 1min)), per_user("tight", fixed_window(2, 1min)), shadow});
  const WrittenRequest request = WrittenRequest().with("x-user", "ann");
  Told told;
  (void)gateway.admit(request, {}, &told);
  EXPECT_EQ(told.decision, "allowed");
  EXPECT_EQ(told.limit, "tight");
  EXPECT_EQ(told.remaining, 1);
  EXPECT_EQ(told.key, "ann");
  (void)gateway.admit(request, {}, &told);
  EXPECT_EQ(told.decision, "shadow");
  (void)gateway.admit(request, {}, &told);
  EXPECT_EQ(told.decision, "limited");
  EXPECT_EQ(told.limit, "tight");
  EXPECT_EQ(told.remaining, 0);
}

}  // namespace
}  // namespace weir::gateway
