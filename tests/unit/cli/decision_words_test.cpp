#include "cli/decision_words.hpp"

#include <boost/json/parse.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string_view>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr UnixMilliseconds now{1'000'000ms};

std::string decided(std::string_view json) { return decision_words(boost::json::parse(json), now); }
std::string left(std::string_view json) { return remaining_words(boost::json::parse(json), now); }
std::string rate(std::string_view json) { return rate_words(boost::json::parse(json)); }

TEST(ADecisionInWords, SaysWhatIsLeftAndWhenAllOfItIsBack) {
  EXPECT_EQ(decided(R"({"allowed":true,"limit":10,"remaining":9,"reset_ms":1042000,"retry_after_ms":0,"reason":"ok"})"),
            "allowed, 9 of 10 left, full again in 42 s");
}

TEST(ADecisionInWords, SaysWhenToTryAgain) {
  EXPECT_EQ(
      decided(
          R"({"allowed":false,"limit":1000,"remaining":0,"reset_ms":1060000,"retry_after_ms":12300,"reason":"limited"})"),
      "limited, 0 of 1,000 left, full again in 1 min, try again in 13 s");
}

TEST(ADecisionInWords, SaysWhenNoWaitingHelps) {
  EXPECT_EQ(
      decided(
          R"({"allowed":false,"limit":10,"remaining":10,"reset_ms":0,"retry_after_ms":null,"reason":"cost_above_limit"})"),
      "refused: the cost is above the limit, 10 of 10 left");
  EXPECT_EQ(
      decided(R"({"allowed":false,"limit":null,"remaining":0,"reset_ms":0,"retry_after_ms":null,"reason":"denied"})"),
      "denied");
}

TEST(ADecisionInWords, SaysWhatIsSpecialAboutIt) {
  EXPECT_EQ(decided(R"({"allowed":true,"limit":null,"remaining":0,"reset_ms":0,"reason":"ok"})"), "allowed, unlimited");
  EXPECT_EQ(decided(R"({"allowed":true,"limit":1,"remaining":0,"reset_ms":0,"reason":"shadow"})"),
            "allowed in shadow (it would be refused), 0 of 1 left");
  EXPECT_EQ(decided(R"({"allowed":true,"limit":5,"remaining":4,"reset_ms":0,"reason":"store_down","degraded":true})"),
            "allowed, 4 of 5 left (the store did not answer; its `on_error` decided)");
  EXPECT_EQ(left(R"({"limit":5,"remaining":0,"debt":3,"reset_ms":0})"), "0 of 5 left, 3 owed");
}

TEST(ADecisionInWords, IsMadeOfAnyJson) {
  for (const char* odd : {"null", "[]", "{}", "5", R"({"limit":1e300,"remaining":"x","reset_ms":-5})"}) {
    EXPECT_FALSE(decided(odd).empty()) << odd;
  }
}

TEST(ARateInWords, SaysWhereItComesFrom) {
  EXPECT_EQ(rate(R"({"rate":"100/1m","source":"config"})"), "100/1m (of the config)");
  EXPECT_EQ(rate(R"({"rate":"100/1m","burst":2000,"source":"runtime"})"), "100/1m, burst 2,000 (set at run time)");
  EXPECT_EQ(rate(R"({"rate":"5/month","anchor":"2026-01-15","source":"config"})"),
            "5/month, from 2026-01-15 (of the config)");
}

TEST(ALengthOfTime, IsSpelledInAtMostTwoUnitsAndRoundedUp) {
  EXPECT_EQ(spelled(0ms), "0 ms");
  EXPECT_EQ(spelled(999ms), "999 ms");
  EXPECT_EQ(spelled(1s), "1 s");
  EXPECT_EQ(spelled(1001ms), "2 s");
  EXPECT_EQ(spelled(59'001ms), "1 min");
  EXPECT_EQ(spelled(130s), "2 min 10 s");
  EXPECT_EQ(spelled(3h), "3 h");
  EXPECT_EQ(spelled(3h + 1s), "3 h 1 min");
  EXPECT_EQ(spelled(12 * 24h + 3h + 30min), "12 d 4 h");
  EXPECT_EQ(spelled(23h + 59min + 59s), "1 d");
}

}  // namespace
}  // namespace weir::cli
