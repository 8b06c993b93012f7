#include "usage/refusal/refusal.hpp"

#include "usage/json/quoted.hpp"
#include "usage/refusal/rate_headers.hpp"
#include "usage/refusal/time_text.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <array>

namespace weir::usage {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

constexpr WallClock noon{std::chrono::sys_days{std::chrono::year(2026) / 1 / 15} + 12h};
constexpr std::array tokens_and_requests{Standing{Unit::tokens, 1000, 250, 6min},
                                         Standing{Unit::requests, 10, 9, 120ms}};

TEST(TimeText, DurationsAreGos) {
  EXPECT_EQ(go_duration(12ms), "12ms");
  EXPECT_EQ(go_duration(1s), "1s");
  EXPECT_EQ(go_duration(6min), "6m0s");
  EXPECT_EQ(go_duration(90s + 500ms), "1m30.5s");
  EXPECT_EQ(go_duration(25h + 250ms), "25h0m0.25s");
  EXPECT_EQ(go_duration(8640ms), "8.64s");
  EXPECT_EQ(go_duration(0s), "0s");
  EXPECT_EQ(go_duration(-5s), "0s");
}

TEST(TimeText, NobodyIsToldToComeTooEarly) {
  EXPECT_EQ(go_duration(1ns), "1ms");
  EXPECT_EQ(rfc3339(noon + 1ns), "2026-01-15T12:00:01Z");
  EXPECT_EQ(delta_seconds(1001ms), "2");
  EXPECT_EQ(delta_seconds(0s), "1");
}

TEST(TimeText, MomentsAreInUtc) { EXPECT_EQ(rfc3339(noon + 12h), "2026-01-16T00:00:00Z"); }

TEST(RateHeaders, OfOpenAi) {
  EXPECT_THAT(rate_headers(Protocol::openai, tokens_and_requests, noon),
              ElementsAre(Pair("x-ratelimit-limit-requests", "10"), Pair("x-ratelimit-remaining-requests", "9"),
                          Pair("x-ratelimit-reset-requests", "120ms"), Pair("x-ratelimit-limit-tokens", "1000"),
                          Pair("x-ratelimit-remaining-tokens", "250"), Pair("x-ratelimit-reset-tokens", "6m0s")));
}

TEST(RateHeaders, OfAnthropic) {
  const std::array standings{Standing{Unit::input_tokens, 50, 40, 30s}, Standing{Unit::output_tokens, 8, 0, 1min}};
  EXPECT_THAT(rate_headers(Protocol::anthropic, standings, noon),
              ElementsAre(Pair("anthropic-ratelimit-input-tokens-limit", "50"),
                          Pair("anthropic-ratelimit-input-tokens-remaining", "40"),
                          Pair("anthropic-ratelimit-input-tokens-reset", "2026-01-15T12:00:30Z"),
                          Pair("anthropic-ratelimit-output-tokens-limit", "8"),
                          Pair("anthropic-ratelimit-output-tokens-remaining", "0"),
                          Pair("anthropic-ratelimit-output-tokens-reset", "2026-01-15T12:01:00Z")));
}

TEST(RateHeaders, TellOfTheLimitWithTheLeastLeft) {
  const std::array standings{Standing{Unit::tokens, 1000, 500, 1s}, Standing{Unit::output_tokens, 100, 20, 2s},
                             Standing{Unit::tokens, 9000, 400, 3s}};
  EXPECT_THAT(rate_headers(Protocol::openai, standings, noon), Contains(Pair("x-ratelimit-remaining-tokens", "20")));
  EXPECT_THAT(rate_headers(Protocol::anthropic, standings, noon),
              Contains(Pair("anthropic-ratelimit-tokens-remaining", "400")));
}

TEST(RateHeaders, DebtIsNothingLeft) {
  const std::array standings{Standing{Unit::tokens, 1000, -500, 1s}};
  EXPECT_THAT(rate_headers(Protocol::openai, standings, noon), Contains(Pair("x-ratelimit-remaining-tokens", "0")));
}

TEST(RateHeaders, HaveNoWordsForMoneyAndForOthers) {
  const std::array money{Standing{Unit::cost, 1000, 500, 1s}};
  EXPECT_THAT(rate_headers(Protocol::openai, money, noon), IsEmpty());
  EXPECT_THAT(rate_headers(Protocol::gemini, tokens_and_requests, noon), IsEmpty());
}

const Refused too_fast{.limit = "per-user",
                       .standing = tokens_and_requests[0],
                       .requested = 300,
                       .retry_after = 1500ms,
                       .model = "gpt-4o"};

TEST(Refusal, OfOpenAi) {
  const auto answer = refusal(Protocol::openai, too_fast, tokens_and_requests, noon);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 429);
  EXPECT_EQ(answer->content_type, "application/json");
  EXPECT_EQ(
      answer->body,
      R"({"error":{"message":"Rate limit reached for gpt-4o on tokens (per-user): Limit 1000, Remaining 250, Requested 300. Please try again in 1.5s.","type":"tokens","param":null,"code":"rate_limit_exceeded"}})");
  EXPECT_THAT(answer->headers, Contains(Pair("retry-after", "2")));
  EXPECT_THAT(answer->headers, Contains(Pair("x-ratelimit-remaining-tokens", "250")));
  EXPECT_THAT(answer->headers, Not(Contains(Pair("x-should-retry", testing::_))));
}

TEST(Refusal, OfAnthropic) {
  const auto answer = refusal(Protocol::anthropic, too_fast, tokens_and_requests, noon);
  ASSERT_TRUE(answer);
  const boost::json::value body = boost::json::parse(answer->body);
  EXPECT_EQ(body.at("type"), "error");
  EXPECT_EQ(body.at("error").at("type"), "rate_limit_error");
  EXPECT_THAT(answer->headers, Contains(Pair("retry-after", "2")));
  EXPECT_THAT(answer->headers, Contains(Pair("anthropic-ratelimit-requests-remaining", "9")));
}

TEST(Refusal, OfWhatNoLimitCouldGrantIsNotToBeTriedAgain) {
  Refused huge = too_fast;
  huge.impossible = true;
  huge.requested = 5000;
  for (const Protocol protocol : {Protocol::openai, Protocol::anthropic}) {
    const auto answer = refusal(protocol, huge, tokens_and_requests, noon);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 429);
    EXPECT_THAT(answer->headers, Contains(Pair("x-should-retry", "false")));
    EXPECT_THAT(answer->headers, Not(Contains(Pair("retry-after", testing::_))));
    EXPECT_THAT(answer->body,
                testing::HasSubstr("Request too large for gpt-4o on tokens (per-user): Limit 1000, Requested 5000."));
  }
}

TEST(Refusal, OfABudgetSpeaksOfMoney) {
  const Refused spent{
      .limit = "budget", .standing = {Unit::cost, 5'000'000'000, 250'000, 1h}, .requested = 1'000'000'000};
  const auto answer = refusal(Protocol::openai, spent, {}, noon);
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->body, testing::HasSubstr("on cost (budget): Limit 5.00, Remaining 0.00025, Requested 1.00."));
  EXPECT_THAT(answer->body, testing::HasSubstr(R"("type":"cost")"));
}

TEST(Refusal, SaysWhatTheConfigurationSays) {
  Refused own = too_fast;
  own.message = "Slow \"down\"\n\xFF";
  const auto answer = refusal(Protocol::openai, own, {}, noon);
  ASSERT_TRUE(answer);
  EXPECT_EQ(boost::json::parse(answer->body).at("error").at("message"), "Slow \"down\"\n\xEF\xBF\xBD");
}

TEST(Refusal, OfTheOthersIsLikeEverybodys) {
  for (const Protocol other : {Protocol::automatic, Protocol::gemini, Protocol::bedrock, Protocol::dashscope,
                               Protocol::ollama, Protocol::cohere}) {
    EXPECT_FALSE(refusal(other, too_fast, {}, noon));
  }
}

TEST(QuotedJson, IsAnyTextInAscii) {
  EXPECT_EQ(json::quoted("a\"\\\n\t\x7F"), R"("a\"\\\n\u0009\u007f")");
  EXPECT_EQ(json::quoted("\xC3\xA9\xE4\xBD\xA0\xF0\x9F\x98\x80"), R"("\u00e9\u4f60\ud83d\ude00")");
  EXPECT_EQ(json::quoted("\xC0\x80\xED\xA0\x80\xF5x\xE4\xBD"),
            R"("\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdx\ufffd\ufffd")");
}

}  // namespace
}  // namespace weir::usage
