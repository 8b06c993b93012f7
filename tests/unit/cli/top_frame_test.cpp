#include "cli/top_frame.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <string>

namespace weir::cli {
namespace {

using boost::json::parse;
using testing::HasSubstr;
using testing::Not;

TopAnswers answers() {
  TopAnswers answers;
  answers.usage = parse(R"({"series":[{"limit":"per-user","points":[
      {"t":0,"allowed":1000,"limited":1,"denied":0,"shadowed":0,"cost":1000},
      {"t":1,"allowed":500,"limited":2,"denied":3,"shadowed":4,"cost":-5}]}]})");
  answers.busiest = parse(R"({"by":"allowed","top":[{"limit":"per-user","key":"ann","count":900,"error":20},
      {"limit":"pair","key":["eu","bob"],"count":600,"error":0}]})");
  answers.tokens = parse(R"({"rows":[{"name":"gpt-4o","input":12,"output":3,"cost":0.25},
      {"name":"llama","input":1,"output":1,"cost":null}]})");
  answers.lambda =
      parse(R"({"rows":[{"function":"orders","outcome":"throttled","reason":"CallerRateLimitExceeded","count":7}]})");
  return answers;
}

TEST(TopFrame, SumsUpTheTimeOfEachLimit) {
  EXPECT_THAT(top_frame(answers(), "head", {}), HasSubstr("head\n\n"
                                                          "limit     allowed  limited  denied  shadowed  cost\n"
                                                          "per-user    1,500        3       3         4   995\n"));
}

TEST(TopFrame, ShowsRankingsTokensAndThrottles) {
  const std::string frame = top_frame(answers(), "head", {});
  EXPECT_THAT(frame, HasSubstr("per-user  ann               900     20\n"));
  EXPECT_THAT(frame, HasSubstr(R"(pair      ["eu","bob"])"));
  EXPECT_THAT(frame, HasSubstr("gpt-4o        12       3  0.2500\n"));
  EXPECT_THAT(frame, HasSubstr("llama          1       1       -\n"));
  EXPECT_THAT(frame, HasSubstr("CallerRateLimitExceeded"));
}

TEST(TopFrame, LeavesOutWhatHasNoRows) {
  EXPECT_THAT(top_frame(answers(), "head", {}), Not(HasSubstr("most limited")));
  EXPECT_EQ(top_frame({}, "head", {}), "head\n\nlimit  allowed  limited  denied  shadowed  cost\n");
}

TEST(TopFrame, StaysWithinTheTerminal) {
  const std::string frame = top_frame(answers(), "ünicode head", {.columns = 4, .rows = 3});
  EXPECT_EQ(frame, "ünic\n\nlimi\n");
}

TEST(TopFrame, KeysCannotSteerTheTerminal) {
  TopAnswers hostile;
  hostile.limited =
      parse("{\"by\":\"limited\",\"top\":[{\"limit\":\"a\",\"key\":\"\\u001b[2J\\u0007\",\"count\":1,\"error\":0}]}");
  EXPECT_THAT(top_frame(hostile, "head", {}), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace weir::cli
