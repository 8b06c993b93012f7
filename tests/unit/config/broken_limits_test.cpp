// Every way that we know of to get a limit of weir.yaml wrong.
#include "config/broken_config.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir::config {
namespace {

// The options of limit `a`, in line 5; its first option stands in column 7.
Broken limit(std::string name, const std::string& options, int column, std::string message) {
  return {std::move(name), with_limit(options), 5, column, std::move(message)};
}

std::string many_times(std::string_view text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

std::string many_regexes() {
  std::string regexes = "[~0";
  for (int i = 1; i < 1001; ++i) regexes += ",~" + std::to_string(i);
  return regexes + "]";
}

std::vector<Broken> broken_limits() {
  return {
      lines("LimitsAreAList", "limits: [a]", 4, 9, "expected a mapping of names to limits for 'limits', got a list"),
      lines("LimitIsEmpty", "limits: { b: }", 4, 11,
            "expected a mapping like { key: ip, rate: 100/1m } for 'b', got nothing"),
      lines("LimitName", "limits: { \"a b\": { key: ip, rate: 1/1s } }", 4, 11, "a limit's name is 1 to 64 of A-Z"),
      lines("LimitNameTooLong", "limits: { " + std::string(65, 'x') + ": { key: ip, rate: 1/1s } }", 4, 11,
            "a limit's name"),
      lines("NoKey", "limits: { b: { rate: 1/1s } }", 4, 11, "'key' is missing in limit 'b'"),
      lines("NoRate", "limits: { b: { key: ip } }", 4, 11, "'rate' is missing in limit 'b'"),
      lines("SamePrefix", "limits: { a: {key: ip, rate: 1/1s}, b: {key: ip, rate: 1/1s, prefix: weir:a} }", 4, 70,
            "limit 'b' has the 'prefix' of limit 'a'"),
      limit("UnknownOption", "key: ip, rate: 1/1s, algoritm: gcra", 28,
            "unknown key 'algoritm' in limit 'a'; did you mean 'algorithm'?"),
      limit("KeySource", "key: heder:x, rate: 1/1s", 12, "got \"heder:x\"; did you mean header:x?"),
      limit("KeyWithoutName", "key: header, rate: 1/1s", 12, "expected header:NAME"),
      limit("KeyWithBadName", "key: \"header:a b\", rate: 1/1s", 12, "the name made of letters, digits"),
      limit("KeyPrefix", "key: ip/129, rate: 1/1s", 12, "expected ip or ip/N with N from 1 to 128"),
      limit("KeyEmptyList", "key: [], rate: 1/1s", 12, "a key source or a list of 1 to 16 of them"),
      limit("KeyJwt", "key: [ip, jwt:sub], rate: 1/1s", 17, "a claim of a JSON web token needs 'jwt'"),
      limit("KeyJwtWithoutClaim", "key: jwt, rate: 1/1s", 12, "expected jwt:CLAIM"),
      limit("KeyMetadata", "key: metadata:ab, rate: 1/1s", 12, "expected metadata:NS.KEY"),
      limit("Missing", "key: ip, missing: ignore, rate: 1/1s", 25, "expected skip or reject"),
      limit("CostOf0", "key: ip, rate: 1/1s, cost: 0", 34, "expected a number from 1 to"),
      limit("CostIsText", "key: ip, rate: 1/1s, cost: much", 34, "or header:NAME for 'cost', got \"much\""),
      limit("CostAboveLimit", "key: ip, rate: 10/1s, cost: 11", 35,
            "a call that costs 11 never fits into a limit of 10"),
      limit("CostAboveBurst", "key: ip, rate: 10/1s, cost: 3, algorithm: gcra, burst: 2", 35, "a limit of 2"),
      limit("RateUnit", "key: ip, rate: 100/minute", 22, "got \"100/minute\"; did you mean 100/1m?"),
      limit("RateWithoutNumber", "key: ip, rate: 100/s", 22, "did you mean 100/1s?"),
      limit("RateBare", "key: ip, rate: 100", 22, "a bare number is for algorithm: concurrency"),
      limit("RateOf0", "key: ip, rate: 0/1s", 22, "a rate whose count is from 1 to 2^53"),
      limit("RateTooHigh", "key: ip, rate: 9007199254740993/1s", 22, "a rate whose count is from 1 to 2^53"),
      limit("RateFraction", "key: ip, rate: 1.5/1s", 22, "its count a whole number"),
      limit("RatePeriodOf0", "key: ip, rate: 1/0s", 22, "expected a rate like 100/1m"),
      limit("RatePeriodTooLong", "key: ip, rate: 1/6000w", 22, "expected a rate like 100/1m"),
      limit("RateMisspelt", "key: ip, rate: unlimted", 22, "did you mean unlimited?"),
      limit("RateNothing", "key: ip, rate: ", 16, "expected a rate like 100/1m"),
      limit("RateIsAList", "key: ip, rate: [1/1s]", 22, "got a list"),
      limit("Algorithm", "key: ip, rate: 1/1s, algorithm: sliding_windw", 39, "did you mean sliding_window?"),
      limit("ConcurrencyByTime", "key: ip, rate: 5/1s, algorithm: concurrency", 22,
            "expected a bare number like 10 (concurrency counts what is held at once)"),
      limit("ConcurrencyOverride", "key: ip, rate: 5, algorithm: concurrency, overrides: { a: 5/1m }", 65,
            "expected a bare number like 10"),
      limit("ConcurrencyBurst", "key: ip, rate: 5, algorithm: concurrency, burst: 5", 49,
            "'burst' has no effect with concurrency"),
      limit("ConcurrencyAnchor", "key: ip, rate: 5, algorithm: concurrency, anchor: 2026-01-15", 49,
            "'anchor' has no effect with concurrency"),
      limit("ConcurrencyCharge", "key: ip, rate: 5, algorithm: concurrency, charge: [401]", 49,
            "'charge' has no effect with concurrency"),
      limit("ConcurrencyWait", "key: ip, rate: 5, algorithm: concurrency, wait: 1s", 49,
            "'wait' has no effect with concurrency"),
      limit("ConcurrencyCost", "key: ip, rate: 5, algorithm: concurrency, cost: 6", 55,
            "a call that costs 6 never fits into a limit of 5"),
      limit("MonthByGcra", "key: ip, rate: 1/month, algorithm: gcra", 22, "cannot be counted by gcra"),
      limit("MonthByTokenBucket", "key: ip, rate: 1/month, algorithm: token_bucket", 22,
            "cannot be counted by token_bucket"),
      limit("YearBySlidingWindow", "key: ip, rate: 1/year, algorithm: sliding_window", 22, "cannot be counted by"),
      limit("LongLog", "key: ip, rate: 10001/1m, algorithm: sliding_log", 22,
            "a rate of at most 10000 with sliding_log"),
      limit("BurstOfWindow", "key: ip, rate: 1/1s, burst: 5", 28, "'burst' has no effect with sliding_window"),
      limit("BurstOf0", "key: ip, rate: 1/1s, algorithm: gcra, burst: 0", 52,
            "expected a number from 1 to 2^53 for 'burst'"),
      limit("BurstOfUnlimited", "key: ip, rate: unlimited, burst: 5", 33,
            "'burst' has no effect with an unlimited rate"),
      limit("AnchorOfMinutes", "key: ip, rate: 1/1m, anchor: 2026-01-15", 28, "'anchor' needs a rate by whole days"),
      limit("AnchorOfBucket", "key: ip, rate: 1/1d, algorithm: gcra, anchor: 2026-01-15", 45,
            "'anchor' has no effect with gcra"),
      limit("AnchorIsNoDay", "key: ip, rate: 1/month, anchor: 2026-02-30", 39, "expected a day that the calendar has"),
      limit("AnchorShape", "key: ip, rate: 1/month, anchor: 15.1.2026", 39, "expected a date like 2026-01-15"),
      limit("OverridesAreAList", "key: ip, rate: 1/1s, overrides: [vip]", 39, "expected a mapping of values to rates"),
      limit("OverrideRate", "key: ip, rate: 1/1s, overrides: { vip: lots }", 46, "got \"lots\""),
      limit("OverrideCidr", "key: ip, rate: 1/1s, overrides: { 10.0.0.0/33: 1/1s }", 41,
            "a CIDR whose length is from 0 to 32"),
      limit("OverrideRegex", "key: ip, rate: 1/1s, overrides: { \"~^a(\": 1/1s }", 41,
            "expected a regular expression of RE2's after the ~ in 'overrides', got '~^a('; missing ): ^a("),
      limit("OnlyRegexTooLarge", "key: ip, rate: 1/1s, only: [\"~\\\\pL{1000}\"]", 35, "more than 1 MiB of memory"),
      limit("TooManyRegexes", "key: ip, rate: 1/1s, only: " + many_regexes(), 35 + 10 * 3 + 90 * 4 + 900 * 5,
            "more than 1000 regular expressions in one list"),
      limit("TooManyDenied", "key: ip, rate: 1/1s, deny: &a [x" + many_times(",x", 100'000) + "]", 35 + 3 + 200'000,
            "more than 100000 values in one list"),
      limit("WhenRegex", "key: ip, rate: 1/1s, when: { path: \"~[\" }", 42, "missing ]"),
      limit("OverrideMonthByGcra", "key: ip, rate: 1/1s, algorithm: gcra, overrides: { v: 1/month }", 61,
            "cannot be counted by gcra"),
      limit("AllowIsText", "key: ip, rate: 1/1s, allow: vip", 35, "expected a list of values, CIDRs, globs and"),
      limit("DenyRegex", "key: ip, rate: 1/1s, deny: [\"~(?<=x)\"]", 35, "invalid perl operator"),
      limit("DenyCidr", "key: ip, rate: 1/1s, deny: [\"::/129\"]", 35, "a CIDR whose length is from 0 to 128"),
      limit("AllowedAndDenied", "key: ip, rate: 1/1s, allow: [x], deny: [x]", 47,
            "\"x\" is both in 'allow' and in 'deny'"),
      limit("RejectStatus", "key: ip, rate: 1/1s, reject: { status: 200 }", 46, "expected a number from 400 to 599"),
      limit("RejectUnknown", "key: ip, rate: 1/1s, reject: { mesage: x }", 38, "in 'reject'; did you mean 'message'?"),
      limit("Shadow", "key: ip, rate: 1/1s, shadow: yes", 36, "expected true or false for 'shadow', got \"yes\""),
      limit("Prefix", "key: ip, rate: 1/1s, prefix: \"a{b}\"", 36, "without { and }"),
      limit("Unit", "key: ip, rate: 1/1s, unit: token", 34, "did you mean tokens?"),
      limit("WeightsOfRequests", "key: ip, rate: 1/1s, weights: { input: 2 }", 28,
            "'weights' has no effect with unit: requests"),
      limit("ReserveOfRequests", "key: ip, rate: 1/1s, reserve: off", 28,
            "'reserve' has no effect with unit: requests"),
      limit("OnExceededOfRequests", "key: ip, rate: 1/1s, on_exceeded: truncate", 28,
            "'on_exceeded' has no effect with unit: requests"),
      limit("WeightKind", "key: ip, rate: 9/1s, unit: tokens, weights: { prompt: 2 }", 53, "unknown key 'prompt'"),
      limit("WeightNegative", "key: ip, rate: 9/1s, unit: tokens, weights: { input: -2 }", 60, "a weight like 0.1"),
      limit("WeightOfModel", "key: ip, rate: 9/1s, unit: tokens, weights: { model: { a: x } }", 65,
            "a weight like 0.1"),
      limit("WeightsOfMoney", "key: ip, rate: 9/1s, unit: cost, weights: { input: 2 }", 40, "which goes by 'prices'"),
      limit("Reserve", "key: ip, rate: 9/1s, unit: tokens, reserve: all", 51, "off, max_tokens or a number of tokens"),
      limit("ReserveDefault", "key: ip, rate: 9/1s, unit: tokens, reserve: off, reserve_default: 5", 56,
            "no effect without reserve: max_tokens"),
      limit("OnExceeded", "key: ip, rate: 9/1s, unit: tokens, on_exceeded: stop", 55, "finish, truncate or pace"),
      limit("OnExceededInShadow", "key: ip, rate: 9/1s, unit: tokens, shadow: true, on_exceeded: pace", 56,
            "never touches an answer"),
      limit("TokensHeldAtOnce", "key: ip, rate: 9, algorithm: concurrency, unit: tokens", 55,
            "not tokens; remove 'unit'"),
      limit("CostOfTokens", "key: ip, rate: 9/1s, unit: tokens, cost: 2", 48, "no effect with a unit of tokens"),
      limit("ChargeOfTokens", "key: ip, rate: 9/1s, unit: tokens, charge: [200]", 42,
            "no effect with a unit of tokens"),
      limit("MoneyWithoutPrices", "key: ip, rate: 5.00/1d, unit: cost", 37, "'unit: cost' needs 'prices'"),
      limit("MoneyTooFine", "unit: cost, key: ip, rate: 0.0000000001/1d", 34, "nine digits after the point"),
      limit("MoneyOf0", "unit: cost, key: ip, rate: 0/1d", 34, "a rate of more than 0"),
      limit("MoneyTooMuch", "unit: cost, key: ip, rate: 9007200/1d", 34, "at most 9007199.254740992"),
      limit("WhenIsAList", "key: ip, rate: 1/1s, when: [a]", 34, "expected a mapping of key sources to values"),
      limit("WhenSource", "key: ip, rate: 1/1s, when: { heder:x: a }", 36,
            "in 'when', got 'heder:x'; did you mean header:x?"),
      limit("WhenConstant", "key: ip, rate: 1/1s, when: { const:a: a }", 36, "says nothing of the request"),
      limit("WhenClaim", "key: ip, rate: 1/1s, when: { jwt:plan: a }", 36, "a claim of a JSON web token needs 'jwt'"),
      limit("WhenNoValues", "key: ip, rate: 1/1s, when: { path: [] }", 42,
            "expected a value or a list of at least one"),
      limit("WhenValue", "key: ip, rate: 1/1s, when: { path: [{}] }", 43, "got a mapping"),
      limit("WhenCidr", "key: ip, rate: 1/1s, when: { ip: 10.0.0.0/33 }", 40, "a CIDR whose length is from 0 to 32"),
      limit("ChargeWord", "key: ip, rate: 1/1s, charge: never", 36,
            "expected a status from 100 to 599, or a class like 5xx"),
      limit("ChargeStatus", "key: ip, rate: 1/1s, charge: [401, 6xx]", 42, "got \"6xx\""),
      limit("ChargeNothing", "key: ip, rate: 1/1s, charge: []", 36, "expected always, or statuses and classes"),
      limit("ChargeUnlimited", "key: ip, rate: unlimited, charge: [401]", 33,
            "'charge' has no effect with an unlimited rate"),
      limit("WaitUnit", "key: ip, rate: 1/1s, wait: 5", 34, "write its unit: 5s or 5ms"),
      limit("WaitTooLong", "key: ip, rate: 1/1s, wait: 2h", 34, "expected a duration from 0s to 1h"),
      limit("WaitUnlimited", "key: ip, rate: unlimited, wait: 1s", 33, "'wait' has no effect with an unlimited rate"),
      limit("OnlyIsText", "key: ip, rate: 1/1s, only: gold", 34, "expected a list of values, CIDRs, globs and"),
      limit("OnlyEmptyValue", "key: ip, rate: 1/1s, only: [\"\"]", 35, "got \"\""),
  };
}

struct BrokenLimit : BrokenConfig {};

TEST_P(BrokenLimit, SaysWhereAndWhat) { expect_error(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Each, BrokenLimit, testing::ValuesIn(broken_limits()), name_of);

}  // namespace
}  // namespace weir::config
