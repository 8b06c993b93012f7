#include "store/redis/upstash/keys.hpp"

#include "store/redis/upstash/terms.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>

namespace weir::store::redis::upstash {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(UpstashKeys, AreThePackages) {
  EXPECT_EQ(key_of("@upstash/ratelimit", "user:42"), "@upstash/ratelimit:user:42");
  EXPECT_EQ(window_key("p:u", 176'380), "p:u:176380");
  EXPECT_EQ(bucket_key("p", "u"), "p:u");
  EXPECT_EQ(dynamic_limit_key("p"), "p:dynamic:global");
  EXPECT_EQ(deny_list_key("p"), "p:denyList:all");
  EXPECT_EQ(ip_deny_list_key("p"), "p:denyList:ipDenyList");
  EXPECT_EQ(ip_deny_list_status_key("p"), "p:ipDenyListStatus");
}

TEST(UpstashKeys, AreOfAnyByteAndLength) {
  const std::string odd = std::string("a\0{b}\n", 6) + std::string(1000, 'x');
  EXPECT_EQ(key_of("p", odd), "p:" + odd);
}

TEST(UpstashKeys, ANumberIsItsText) { EXPECT_EQ(identifier_of(42), "42"); }

TEST(UpstashKeys, ABucketNeverTakesTheKeyOfASetting) {
  for (const std::string name : {"dynamic:global", "denyList:all", "denyList:ipDenyList", "ipDenyListStatus"}) {
    EXPECT_EQ(bucket_key("p", name), "p:%" + name);
    EXPECT_FALSE(is_counter("p", "p:" + name));
  }
}

TEST(UpstashKeys, ADynamicLimitIsAPlainDecimalNumber) {
  EXPECT_EQ(dynamic_limit_text(120), "120");
  EXPECT_EQ(read_dynamic_limit("120"), 120);
  EXPECT_EQ(read_dynamic_limit(" 10.9 "), 10);
  EXPECT_EQ(read_dynamic_limit("0"), 0);
  EXPECT_EQ(read_dynamic_limit("-5"), 0);
  EXPECT_EQ(read_dynamic_limit("1e300"), max_count);
  for (const char* text : {"abc", "", "12x", "nan"}) EXPECT_EQ(read_dynamic_limit(text), std::nullopt) << text;
}

TEST(UpstashKeys, ThePatternOfAPrefixMatchesItAlone) {
  EXPECT_EQ(all_keys_pattern("a*[b]"), "a\\*\\[b\\]:*");
  EXPECT_TRUE(is_counter("p", "p:u:17"));
  EXPECT_FALSE(is_counter("p", "pq:u"));
}

TEST(UpstashTerms, SayARuleInThePackagesWords) {
  const Terms fixed = terms_of(fixed_window(100, 1min));
  EXPECT_EQ(fixed.kind, Kind::fixed_window);
  EXPECT_EQ(fixed.limit, 100);
  EXPECT_EQ(fixed.window, 60'000);
  EXPECT_EQ(counter_ttl(fixed), 60'000);
  EXPECT_EQ(counter_ttl(terms_of(sliding_window(100, 1min))), 121'000);
}

TEST(UpstashTerms, ATokenBucketRefillsInWholeIntervals) {
  for (const Rule& rule : {token_bucket(5, 10s, 20), interval_bucket(5, 10s, 20)}) {
    const Terms bucket = terms_of(rule);
    EXPECT_EQ(bucket.kind, Kind::token_bucket);
    EXPECT_EQ(bucket.limit, 20);
    EXPECT_EQ(bucket.refill, 5);
    EXPECT_EQ(bucket.window, 10'000);
  }
  EXPECT_EQ(terms_of(token_bucket(5, 10s)).limit, 5);
}

std::string refusal_of(const Rule& rule) {
  try {
    (void)terms_of(rule);
  } catch (const std::invalid_argument& refused) {
    return refused.what();
  }
  return "it was accepted";
}

TEST(UpstashTerms, WhatThePackageLacksIsRefusedWithASentence) {
  EXPECT_THAT(refusal_of(gcra(5, 10s)), HasSubstr("has no gcra, use token_bucket"));
  EXPECT_THAT(refusal_of(sliding_log(5, 10s)), HasSubstr("has no sliding_log, use sliding_window"));
  EXPECT_THAT(refusal_of(concurrency(5)), HasSubstr("has no concurrency"));
  EXPECT_THAT(refusal_of(fixed_window(5, Period::month())), HasSubstr("has no months and years"));
  EXPECT_THAT(refusal_of(fixed_window(5, 1500us)), HasSubstr("counts in milliseconds"));
  Rule anchored = fixed_window(5, std::chrono::days(7));
  anchored.anchor = std::chrono::year(2026) / 1 / 15;
  EXPECT_THAT(refusal_of(anchored), HasSubstr("has no anchor"));
}

}  // namespace
}  // namespace weir::store::redis::upstash
