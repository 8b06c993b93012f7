#include "gateway/rate_limit_headers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;
using config::Responses;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr Instant now = std::chrono::sys_days(std::chrono::year(2026) / 2 / 10) + 12h;

Decision allowed(std::int64_t limit, std::int64_t remaining, std::chrono::nanoseconds reset_in) {
  return {.limit = limit, .remaining = remaining, .reset = now + reset_in};
}
Decision limited(std::int64_t limit, std::chrono::nanoseconds retry_after) {
  return {.allowed = false,
          .reason = Reason::limited,
          .limit = limit,
          .reset = now + retry_after,
          .retry_after = retry_after};
}

std::map<std::string, std::string> fields(const AnswerHeaders& headers) {
  std::map<std::string, std::string> map;
  for (std::size_t i = 0; i < headers.size(); ++i) map.emplace(headers[i].name, headers[i].value);
  return map;
}

TEST(RateLimitHeaders, EachLimitIsAPolicyAndAState) {
  const Rule a_minute = fixed_window(100, 1min);
  const Rule a_bucket = token_bucket(10, 1s, 50);
  const Decision user = allowed(100, 99, 59'001ms);
  const Decision burst = allowed(50, 49, 100ms);
  const LimitState limits[] = {{"per-user", *user.limit, &user, &a_minute}, {"burst", *burst.limit, &burst, &a_bucket}};
  AnswerHeaders headers;
  add_rate_limit_headers(headers, {}, limits, now);
  EXPECT_THAT(fields(headers), ElementsAre(Pair("ratelimit", R"("per-user";r=99;t=60,"burst";r=49;t=1)"),
                                           Pair("ratelimit-policy", R"("per-user";q=100;w=60,"burst";q=50)")));
}

TEST(RateLimitHeaders, AKnownPolicyIsTakenAsItIs) {
  const Rule rule = fixed_window(100, 1min);
  const Decision decision = allowed(100, 99, 60s);
  const LimitState limits[] = {{"per-user", *decision.limit, &decision, &rule}};
  AnswerHeaders headers;
  add_rate_limit_headers(headers, {}, limits, now, "\"per-user\";q=100;w=60");
  EXPECT_EQ(fields(headers)["ratelimit-policy"], "\"per-user\";q=100;w=60");
}

TEST(RateLimitHeaders, TheOlderTripleSpeaksOfTheLimitWithTheLeastLeft) {
  const Rule rule = fixed_window(100, 1min);
  const Decision roomy = allowed(100, 99, 60s);
  const Decision tight = allowed(10, 2, 30s);
  const LimitState limits[] = {{"roomy", *roomy.limit, &roomy, &rule}, {"tight", *tight.limit, &tight, &rule}};
  AnswerHeaders headers;
  add_rate_limit_headers(headers, {.headers = Responses::Headers::x}, limits, now);
  EXPECT_THAT(fields(headers), ElementsAre(Pair("x-ratelimit-limit", "10"), Pair("x-ratelimit-remaining", "2"),
                                           Pair("x-ratelimit-reset", "30")));
}

TEST(RateLimitHeaders, OnARefusalTheOlderResetEqualsRetryAfter) {
  const Rule rule = fixed_window(10, 1min);
  const Decision refused = limited(10, 12s);
  const LimitState limits[] = {{"per-user", *refused.limit, &refused, &rule}};
  AnswerHeaders delta;
  add_rate_limit_headers(delta, {.headers = Responses::Headers::x}, limits, now, {}, 17);
  EXPECT_EQ(fields(delta)["x-ratelimit-reset"], "17");
  AnswerHeaders epoch;
  add_rate_limit_headers(epoch, {.headers = Responses::Headers::x, .reset = Responses::Reset::epoch}, limits, now, {},
                         17);
  EXPECT_EQ(fields(epoch)["x-ratelimit-reset"], "1770724817");  // 2026-02-10T12:00:17Z
}

TEST(RateLimitHeaders, BothAndNone) {
  const Rule rule = fixed_window(10, 1min);
  const Decision decision = allowed(10, 9, 60s);
  const LimitState limits[] = {{"per-user", *decision.limit, &decision, &rule}};
  AnswerHeaders both;
  add_rate_limit_headers(both, {.headers = Responses::Headers::both}, limits, now);
  EXPECT_EQ(both.size(), 5U);
  AnswerHeaders none;
  add_rate_limit_headers(none, {.headers = Responses::Headers::none}, limits, now);
  EXPECT_THAT(fields(none), IsEmpty());
}

TEST(RateLimitHeaders, AWindowHasItsLengthInSeconds) {
  EXPECT_EQ(window_seconds(sliding_window(1, 1h), now), 3600);
  EXPECT_EQ(window_seconds(fixed_window(1, 250ms), now), 1);
  EXPECT_EQ(window_seconds(fixed_window(1, Period::month()), now), 28 * 86400);
  EXPECT_EQ(window_seconds(fixed_window(1, Period::year()), now), 365 * 86400);
  EXPECT_EQ(window_seconds(gcra(1, 1s), now), std::nullopt);
  EXPECT_EQ(window_seconds(concurrency(4), now), std::nullopt);
}

TEST(RateLimitHeaders, ManyLimitsOutgrowTheInlineBuffer) {
  const std::string name(64, 'n');
  const Rule rule = fixed_window(max_count, 1min);
  const Decision decision = allowed(max_count, max_count - 1, 60s);
  const std::vector<LimitState> limits(64, LimitState{name, max_count, &decision, &rule});
  AnswerHeaders headers;
  add_rate_limit_headers(headers, {}, limits, now);
  EXPECT_EQ(fields(headers)["ratelimit"].size(), 64 * ("\"" + name + "\";r=9007199254740991;t=60,").size() - 1);
}

}  // namespace
}  // namespace weir::gateway
