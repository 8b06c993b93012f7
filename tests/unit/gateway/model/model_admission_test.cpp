// Limits of tokens, as a call of a model meets them.
#include "gateway/a_limit.hpp"
#include "gateway/admission.hpp"
#include "gateway/model/model_facts.hpp"
#include "gateway/model/standings.hpp"
#include "gateway/model/stream_budget.hpp"
#include "gateway/written_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;
using config::OnExceeded;
using testing::Contains;
using testing::Pair;

class ModelGateway {
 public:
  explicit ModelGateway(std::vector<config::Limit> limits)
      : runtime_({.store = {}, .limits = limits, .responses = {}}) {
    RouteSettings route{.name = "/*", .limits = {}, .model = ModelRoute{}};
    for (const config::Limit& limit : limits) route.limits.push_back({limit.name});
    route_ = runtime_.limits_of(route);
  }
  Admission ask(const ModelFacts& facts) {
    return gateway::admit(WrittenRequest().with("x-user", "ann").asking(facts), route_, runtime_);
  }
  Admission ask_nothing() { return gateway::admit(WrittenRequest().with("x-user", "ann"), route_, runtime_); }
  void answered(Admission& admission, int status) {
    gateway::answered(*admission.hold, status, admission.headers, runtime_);
  }
  std::int64_t left(std::string_view limit) { return runtime_.find(limit)->limiter->remaining("ann").remaining; }

 private:
  Runtime runtime_;
  RouteLimits route_;
};

ModelFacts facts(std::uint64_t input, std::uint64_t max_output) {
  return {.model = "gpt-4o", .asked = {.input = input, .max_output = max_output}, .protocol = usage::Protocol::openai};
}

TEST(ModelAdmission, PromptAndLargestOutputAreHeldAndWhatWasTakenIsCharged) {
  ModelGateway gateway({tokens_per_user("t", fixed_window(1000, 24h))});
  const ModelFacts asked = facts(100, 300);
  Admission admission = gateway.ask(asked);
  ASSERT_EQ(admission.refusal, nullptr);
  EXPECT_EQ(gateway.left("t"), 600);
  EXPECT_EQ(admission.hold->tokens(), 400);
  gateway.answered(admission, 200);
  EXPECT_EQ(gateway.left("t"), 600);  // the head tells nothing of tokens
  admission.hold->took({.input = 90, .output = 30}, "gpt-4o");
  admission.hold.reset();
  EXPECT_EQ(gateway.left("t"), 880);
}

TEST(ModelAdmission, NothingIsChargedWithoutAnAnswerOfSuccess) {
  ModelGateway gateway({tokens_per_user("t", fixed_window(1000, 24h))});
  const ModelFacts asked = facts(100, 300);
  Admission failed = gateway.ask(asked);
  gateway.answered(failed, 500);
  EXPECT_EQ(gateway.left("t"), 1000);
  gateway.ask(asked).hold.reset();  // no answer at all
  EXPECT_EQ(gateway.left("t"), 1000);
}

TEST(ModelAdmission, WhatNobodyToldCostsWhatItHeld) {
  ModelGateway gateway({tokens_per_user("t", fixed_window(1000, 24h))});
  const ModelFacts asked = facts(100, 300);
  Admission admission = gateway.ask(asked);
  gateway.answered(admission, 200);
  admission.hold.reset();
  EXPECT_EQ(gateway.left("t"), 600);
}

TEST(ModelAdmission, MoreThanIsLeftIsRefusedInTheProvidersTerms) {
  ModelGateway gateway({tokens_per_user("t", fixed_window(1000, 24h))});
  const ModelFacts first = facts(100, 800);
  const Admission held = gateway.ask(first);
  const ModelFacts second = facts(100, 300);
  const Admission refused = gateway.ask(second);
  ASSERT_NE(refused.refusal, nullptr);
  EXPECT_EQ(refused.refusal->status, 429);
  ASSERT_NE(refused.refusal->model, nullptr);
  EXPECT_EQ(refused.refusal->model->limit, "t");
  EXPECT_EQ(refused.refusal->model->refused.requested, 400);
  EXPECT_EQ(refused.refusal->model->refused.standing.remaining, 100);
  EXPECT_FALSE(refused.refusal->model->refused.impossible);
}

TEST(ModelAdmission, WhatNoLimitEverGrantsIsRefusedForGood) {
  ModelGateway gateway({tokens_per_user("t", fixed_window(1000, 24h))});
  const ModelFacts asked = facts(100, 3000);
  const Admission refused = gateway.ask(asked);
  ASSERT_NE(refused.refusal, nullptr);
  EXPECT_EQ(refused.refusal->retry_after, std::nullopt);
  ASSERT_NE(refused.refusal->model, nullptr);
  EXPECT_TRUE(refused.refusal->model->refused.impossible);
  EXPECT_EQ(gateway.left("t"), 1000);
}

TEST(ModelAdmission, AShadowLimitRefusesNothing) {
  config::Limit shadow = tokens_per_user("t", fixed_window(1000, 24h));
  shadow.shadow = true;
  ModelGateway gateway({shadow});
  const ModelFacts asked = facts(100, 3000);
  EXPECT_EQ(gateway.ask(asked).refusal, nullptr);
}

TEST(ModelAdmission, WhatAsksNoModelIsNotCountedInTokens) {
  ModelGateway gateway({tokens_per_user("t", fixed_window(1000, 24h)), per_user("r", fixed_window(10, 24h))});
  EXPECT_EQ(gateway.ask_nothing().refusal, nullptr);
  EXPECT_EQ(gateway.left("t"), 1000);
  EXPECT_EQ(gateway.left("r"), 9);
}

TEST(ModelAdmission, AKeyMayBeTheModel) {
  config::Limit limit = per_user("m", fixed_window(1, 24h));
  limit.key.push_back({.kind = config::KeySource::Kind::model});
  ModelGateway gateway({limit});
  const ModelFacts one = facts(1, 1);
  ModelFacts other = one;
  other.model = "other";
  EXPECT_EQ(gateway.ask(one).refusal, nullptr);
  EXPECT_EQ(gateway.ask(other).refusal, nullptr);
  EXPECT_NE(gateway.ask(one).refusal, nullptr);
}

TEST(ModelAdmission, WhatIsLeftIsToldInTheProvidersHeaders) {
  ModelGateway gateway({tokens_per_user("t", fixed_window(1000, 24h)), per_user("r", fixed_window(10, 24h))});
  const ModelFacts asked = facts(100, 300);
  const Admission admission = gateway.ask(asked);
  EXPECT_THAT(admission.model_headers, Contains(Pair("x-ratelimit-remaining-tokens", "600")));
  EXPECT_THAT(admission.model_headers, Contains(Pair("x-ratelimit-remaining-requests", "9")));
}

// 100 tokens are left, nothing is held.
StreamBudget budget(OnExceeded action) {
  config::Limit limit = tokens_per_user("t", token_bucket(100, 1s));
  limit.tokens.on_exceeded = action;
  limit.tokens.reserve.kind = usage::Reserve::Kind::off;
  const ModelFacts asked = facts(10, 10);
  ModelGateway gateway({limit});
  const Admission admission = gateway.ask(asked);
  return {*admission.hold, asked.model};
}

TEST(StreamBudget, OfALimitThatLetsAnswersFinishThereIsNone) {
  const StreamBudget none = budget(OnExceeded::finish);
  EXPECT_FALSE(none.truncates());
  EXPECT_FALSE(none.paces());
}

TEST(StreamBudget, ATruncatingLimitIsSpentBeyondWhatWasHeldAndLeft) {
  const StreamBudget left = budget(OnExceeded::truncate);
  EXPECT_TRUE(left.truncates());
  EXPECT_FALSE(left.is_spent({.input = 10, .output = 90}));
  EXPECT_TRUE(left.is_spent({.input = 10, .output = 91}));
  EXPECT_EQ(left.delay({.output = 500}), 0s);
}

TEST(StreamBudget, APacingLimitDelaysWhatIsBeyondByItsRate) {
  const StreamBudget left = budget(OnExceeded::pace);
  EXPECT_TRUE(left.paces());
  EXPECT_LE(left.delay({.input = 10, .output = 90}), 0s);
  EXPECT_EQ(left.delay({.input = 10, .output = 140}), 500ms);
  EXPECT_FALSE(left.is_spent({.output = 1000}));
}

}  // namespace
}  // namespace weir::gateway
