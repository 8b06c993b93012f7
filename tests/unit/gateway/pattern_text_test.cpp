// What weir.yaml says of a key and what the limiter makes of it are one.
#include "gateway/pattern_text.hpp"

#include "config/pattern.hpp"
#include "limiter/key_set.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace weir::gateway {
namespace {

// Whether a pattern, as the file has it, picks a key.
bool picks(std::string_view written, std::string_view key) {
  const auto pattern = config::parse_pattern(written);
  EXPECT_TRUE(pattern.has_value()) << written;
  limiter::KeySet set;
  const auto added = set.add(pattern_text(pattern.value()));
  EXPECT_TRUE(added.has_value()) << written;
  return set.find(key, Instant{}).has_value();
}

TEST(PatternText, AValueIsItself) {
  for (const char* key : {"gold", R"(DOMAIN\me)", R"(a\)", "a/b", "1.2.3.4", "sk-~1"}) {
    EXPECT_TRUE(picks(key, key)) << key;
    EXPECT_FALSE(picks(key, std::string(key) + "x")) << key;
  }
}

TEST(PatternText, ABackslashMakesSpecialCharactersPlain) {
  EXPECT_TRUE(picks(R"(\~user)", "~user"));
  EXPECT_TRUE(picks(R"(a\*b)", "a*b"));
  EXPECT_FALSE(picks(R"(a\*b)", "axb"));
  EXPECT_TRUE(picks(R"(a\\b)", R"(a\b)"));
  EXPECT_TRUE(picks(R"(a\**)", "a*xyz"));
  EXPECT_FALSE(picks(R"(a\**)", "axyz"));
  EXPECT_TRUE(picks(R"(\~*)", "~anybody"));
}

TEST(PatternText, NetworksGlobsAndRegularExpressionsPickKeys) {
  EXPECT_TRUE(picks("10.0.0.0/8", "10.9.8.7"));
  EXPECT_TRUE(picks("team-?", "team-a"));
  EXPECT_TRUE(picks(R"(~^sk-\d+$)", "sk-42"));
  EXPECT_FALSE(picks(R"(~^sk-\d+$)", "sk-a"));
}

TEST(PatternText, WhatTheFileMayHoldTheLimiterTakes) {
  std::string nested;
  for (int i = 0; i < 900; ++i) nested += "a{2}";
  for (const std::string& regex :
       {std::string("~"), std::string("~\\pL{15}"), "~" + nested, "~" + std::string(8191, 'x'),
        std::string("~[^\\x00-\\x{10FFFF}]"), std::string("~a{1000}")}) {
    limiter::KeySet set;
    EXPECT_EQ(config::parse_pattern(regex).has_value(), set.add(regex).has_value()) << regex;
  }
}

}  // namespace
}  // namespace weir::gateway
