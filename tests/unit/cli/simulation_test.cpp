#include "cli/simulation.hpp"

#include "cli/simulation_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::FieldsAre;
using testing::HasSubstr;

using Source = config::KeySource;

config::Limit limit(std::string name, const Rule& rule, std::size_t parts = 1) {
  config::Limit limit;
  limit.name = std::move(name);
  limit.key.assign(parts, Source{.kind = Source::Kind::header, .name = "x"});
  limit.rule = rule;
  return limit;
}

trace::Call call(std::chrono::nanoseconds time, std::string_view key, std::string_view limit = {}) {
  return {.time = Instant(time), .key = key, .parts = 0, .cost = {}, .limit = limit};
}

class ASimulation : public testing::Test {
 protected:
  void of(std::vector<config::Limit> limits) {
    config_.limits = std::move(limits);
    auto made = Simulation::make(config_);
    ASSERT_TRUE(made.has_value()) << made.error();
    simulation_ = std::move(*made);
  }
  bool allows(const trace::Call& call) {
    const auto outcome = simulation_->decide(call);
    EXPECT_TRUE(outcome.has_value()) << outcome.error();
    return outcome.has_value() && outcome->decision.allowed;
  }
  std::string refusal(const trace::Call& call) {
    const auto outcome = simulation_->decide(call);
    return outcome ? "" : outcome.error();
  }
  const Tally& tally(std::size_t index = 0) { return *simulation_->tallies()[index].tally; }

  config::Config config_;
  std::unique_ptr<Simulation> simulation_;
};

TEST_F(ASimulation, DecidesAtTheTimeOfEachCall) {
  of({limit("a", fixed_window(1, 1min))});
  EXPECT_TRUE(allows(call(0s, "u")));
  EXPECT_FALSE(allows(call(59s, "u")));
  EXPECT_TRUE(allows(call(60s, "u")));
  EXPECT_THAT(tally(), FieldsAre(2, 1, 0, 0, 2));
}

TEST_F(ASimulation, StartsAtTheEpochWithEveryAlgorithm) {
  of({limit("window", sliding_window(1, 1min)), limit("log", sliding_log(1, 1min)),
      limit("bucket", token_bucket(1, 1min)), limit("gcra", gcra(1, 1min))});
  for (const char* name : {"window", "log", "bucket", "gcra"}) {
    EXPECT_TRUE(allows(call(0s, "u", name))) << name;
    EXPECT_FALSE(allows(call(1s, "u", name))) << name;
    EXPECT_TRUE(allows(call(120s, "u", name))) << name;
  }
}

TEST_F(ASimulation, CountsCostsAndRefunds) {
  of({limit("a", fixed_window(10, 1min))});
  trace::Call dear = call(0s, "u");
  dear.cost = 8;
  EXPECT_TRUE(allows(dear));
  EXPECT_FALSE(allows(dear));
  dear.cost = -8;
  EXPECT_TRUE(allows(dear));
  dear.cost = 10;
  EXPECT_TRUE(allows(dear));
  EXPECT_EQ(tally().cost, 10);
}

TEST_F(ASimulation, TakesTheLimitsOwnCostWhenACallNamesNone) {
  config::Limit five = limit("a", fixed_window(10, 1min));
  five.cost = 5;
  of({five});
  EXPECT_TRUE(allows(call(0s, "u")));
  EXPECT_TRUE(allows(call(0s, "u")));
  EXPECT_FALSE(allows(call(0s, "u")));
}

TEST_F(ASimulation, KnowsTheConfigsLists) {
  using enum config::Pattern::Kind;
  config::Limit listed = limit("a", fixed_window(1, 1min));
  listed.overrides = {{{exact, "vip"}, fixed_window(2, 1min)}};
  listed.allow = {{glob, "friend-*"}};
  listed.deny = {{cidr, "10.0.0.0/8"}};
  of({listed});
  EXPECT_TRUE(allows(call(0s, "vip")));
  EXPECT_TRUE(allows(call(0s, "vip")));
  EXPECT_FALSE(allows(call(0s, "vip")));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(allows(call(0s, "friend-1")));
  EXPECT_FALSE(allows(call(0s, "10.1.2.3")));
  EXPECT_THAT(tally(), FieldsAre(7, 1, 1, 0, 7));
}

TEST_F(ASimulation, LetsPassWhatALimitIsNotFor) {
  config::Limit some = limit("a", fixed_window(1, 1min));
  some.only = {{config::Pattern::Kind::glob, "team-*"}};
  of({some});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(allows(call(0s, "other")));
  EXPECT_TRUE(allows(call(0s, "team-1")));
  EXPECT_FALSE(allows(call(0s, "team-1")));
  EXPECT_THAT(tally(), FieldsAre(4, 1, 0, 0, 1));
}

TEST_F(ASimulation, TellsWhatAShadowWouldHaveRefused) {
  config::Limit shadow = limit("a", fixed_window(1, 1min));
  shadow.shadow = true;
  of({shadow});
  EXPECT_TRUE(allows(call(0s, "u")));
  EXPECT_TRUE(allows(call(0s, "u")));
  EXPECT_THAT(tally(), FieldsAre(2, 0, 0, 1, 1));
}

TEST_F(ASimulation, ReadsAKeyOfSeveralPartsAsAList) {
  of({limit("a", fixed_window(1, 1min), 2)});
  EXPECT_TRUE(allows(call(0s, R"(["eu", "u"])")));
  EXPECT_FALSE(allows(call(0s, R"(["eu","\u0075"])")));
  EXPECT_THAT(refusal(call(0s, "plain")), HasSubstr("counts by 2 parts, so its key is a JSON list"));
  EXPECT_THAT(refusal(call(0s, R"(["a"])")), HasSubstr("the key has 1"));
  EXPECT_THAT(refusal(call(0s, R"(["a","b"]x)")), HasSubstr("something follows the list"));
}

TEST_F(ASimulation, TakesAnyTextForAKeyOfOnePart) {
  of({limit("a", fixed_window(1, 1min))});
  EXPECT_TRUE(allows(call(0s, R"(["a","b"])")));
  trace::Call list = call(0s, R"(["a","b"])");
  list.parts = 2;
  EXPECT_THAT(refusal(list), HasSubstr("counts by 1 part, the key has 2"));
}

TEST_F(ASimulation, SaysWhenACallFitsNoLimit) {
  of({limit("per-user", fixed_window(1, 1min)), limit("slots", concurrency(5)), limit("b", fixed_window(1, 1min))});
  EXPECT_THAT(refusal(call(0s, "u")), HasSubstr("no limit is named, and the config has 2"));
  EXPECT_THAT(refusal(call(0s, "u", "per-usr")), HasSubstr("did you mean 'per-user'?"));
  EXPECT_THAT(refusal(call(0s, "u", "slots")), HasSubstr("concurrency"));
}

TEST_F(ASimulation, NeedsALimitThatItCanSimulate) {
  EXPECT_THAT(Simulation::make(config_).error(), HasSubstr("no limits"));
  config_.limits = {limit("slots", concurrency(5))};
  EXPECT_THAT(Simulation::make(config_).error(), HasSubstr("concurrency"));
}

TEST_F(ASimulation, NamesTheKeysThatWereLimitedMost) {
  of({limit("a", fixed_window(1, 1min))});
  for (const char* key : {"x", "y", "y", "y", "z", "z", "w", "w"}) allows(call(0s, key));
  EXPECT_THAT(simulation_->top(2), ElementsAre(FieldsAre("a", "y", 2), FieldsAre("a", "w", 1)));
}

TEST_F(ASimulation, NoticesTimesThatGoBackwards) {
  of({limit("a", fixed_window(1, 1min))});
  for (const auto time : {5s, 5s, 7s}) allows(call(time, "u"));
  EXPECT_FALSE(simulation_->went_backwards());
  allows(call(6s, "u"));
  EXPECT_TRUE(simulation_->went_backwards());
  EXPECT_EQ(simulation_->first(), Instant(5s));
  EXPECT_EQ(simulation_->last(), Instant(7s));
}

TEST_F(ASimulation, ReportsEachLimitAsJson) {
  of({limit("a", fixed_window(1, 1min)), limit("b", fixed_window(1, 1min))});
  for (int i = 0; i < 3; ++i) allows(call(0s, "u", "a"));
  EXPECT_EQ(json(*simulation_), R"({"limits":{"a":{"allowed":1,"limited":2},"b":{"allowed":0,"limited":0}}})"
                                "\n");
}

TEST_F(ASimulation, ReportsADecisionAsAJsonLine) {
  of({limit("a", fixed_window(1, 1min))});
  allows(call(0s, "u"));
  std::string line;
  append_decision(line, 3, Instant(1500ms), *simulation_->decide(call(1500ms, "u")));
  EXPECT_EQ(line, R"({"line":3,"time":1.5,"limit":"a","key":"u","cost":1,"allowed":false,"remaining":0,)"
                  R"("reset_ms":60000,"retry_after_ms":58500,"reason":"limited"})"
                  "\n");
}

TEST_F(ASimulation, WritesKeysOfAnyBytesAsValidJson) {
  of({limit("a", fixed_window(1, 1min))});
  std::string line;
  append_decision(line, 1, Instant(0s), *simulation_->decide(call(0s, "\x01\"\\\xff é")));
  EXPECT_THAT(line, HasSubstr(R"("key":"\u0001\"\\)"
                              "\xef\xbf\xbd é\""));
}

}  // namespace
}  // namespace weir::cli
