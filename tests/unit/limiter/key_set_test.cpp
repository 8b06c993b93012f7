#include "limiter/key_set.hpp"
#include "limiter/glob.hpp"

#include <gmock/gmock.h>

#include <string>

namespace weir::limiter {
namespace {

using namespace std::chrono_literals;
using testing::Eq;
using testing::HasSubstr;
using testing::Optional;

constexpr Instant t0{1h};

TEST(Glob, AStarIsAnyBytesAndAQuestionMarkIsOne) {
  EXPECT_TRUE(glob_matches("team-*", "team-"));
  EXPECT_TRUE(glob_matches("team-*", "team-a/b"));
  EXPECT_TRUE(glob_matches("*", ""));
  EXPECT_TRUE(glob_matches("a*b*c", "a-b-b-c"));
  EXPECT_TRUE(glob_matches("a?c", std::string("a\0c", 3)));
  EXPECT_FALSE(glob_matches("team-*", "my-team-a"));
  EXPECT_FALSE(glob_matches("a?c", "ac"));
  EXPECT_FALSE(glob_matches("a*b", "a-b-c"));
  EXPECT_FALSE(glob_matches("", "a"));
}

TEST(Glob, ABackslashMakesTheNextCharacterPlain) {
  EXPECT_TRUE(glob_matches(R"(a\*c)", "a*c"));
  EXPECT_FALSE(glob_matches(R"(a\*c)", "abc"));
  EXPECT_TRUE(glob_matches(R"(\?*)", "?x"));
  EXPECT_FALSE(glob_matches(R"(\?*)", "xx"));
  EXPECT_TRUE(glob_matches(R"(a\)", R"(a\)"));
}

TEST(Glob, ManyStarsDoNotTakeExponentialTime) {
  std::string pattern;
  for (int i = 0; i < 1000; ++i) pattern += "a*";
  EXPECT_FALSE(glob_matches(pattern + "b", std::string(5000, 'a')));
}

TEST(KeySet, TheExactValueWinsThenTheLongestNetworkThenTheFirstGlob) {
  KeySet set;
  ASSERT_TRUE(set.add("10.*", 1));
  ASSERT_TRUE(set.add("*", 2));
  ASSERT_TRUE(set.add("10.0.0.0/8", 3));
  ASSERT_TRUE(set.add("10.1.0.0/16", 4));
  ASSERT_TRUE(set.add("10.1.0.1", 5));
  ASSERT_TRUE(set.add("vip", 6));
  EXPECT_THAT(set.find("10.1.0.1", t0), Optional(5U));
  EXPECT_THAT(set.find("10.1.0.2", t0), Optional(4U));
  EXPECT_THAT(set.find("10.2.0.2", t0), Optional(3U));
  EXPECT_THAT(set.find("10.x", t0), Optional(1U));
  EXPECT_THAT(set.find("vip", t0), Optional(6U));
  EXPECT_THAT(set.find("anybody", t0), Optional(2U));
}

TEST(KeySet, AnAddressIsFoundHoweverItIsWritten) {
  KeySet set;
  ASSERT_TRUE(set.add("2001:db8::1", 1));
  ASSERT_TRUE(set.add("::ffff:1.2.3.0/120", 2));
  EXPECT_THAT(set.find("2001:DB8:0::1", t0), Optional(1U));
  EXPECT_THAT(set.find("1.2.3.4", t0), Optional(2U));
  EXPECT_THAT(set.find("::ffff:1.2.3.4", t0), Optional(2U));
  EXPECT_THAT(set.find("1.2.4.4", t0), Eq(std::nullopt));
}

TEST(KeySet, AnEntryEndsByItself) {
  KeySet set;
  ASSERT_TRUE(set.add("10.1.1.1", 1, t0 + 1s));
  ASSERT_TRUE(set.add("10.0.0.0/8", 2));
  EXPECT_THAT(set.find("10.1.1.1", t0), Optional(1U));
  EXPECT_THAT(set.find("10.1.1.1", t0 + 1s), Optional(2U)) << "what has ended hides nothing";
  EXPECT_EQ(set.remove_ended(t0 + 1s), 1U);
  EXPECT_EQ(set.size(), 1U);
}

TEST(KeySet, AnEntryCanBeReplacedAndRemoved) {
  KeySet set;
  for (const char* pattern : {"value", "10.0.0.0/8", "glob*"}) {
    ASSERT_TRUE(set.add(pattern, 1));
    ASSERT_TRUE(set.add(pattern, 2));
  }
  EXPECT_EQ(set.size(), 3U);
  EXPECT_THAT(set.find("value", t0), Optional(2U));
  EXPECT_THAT(set.find("10.1.1.1", t0), Optional(2U));
  EXPECT_THAT(set.find("globe", t0), Optional(2U));
  for (const char* pattern : {"value", "10.0.0.0/8", "glob*"}) {
    EXPECT_TRUE(set.remove(pattern));
    EXPECT_FALSE(set.remove(pattern));
  }
  EXPECT_TRUE(set.empty());
  EXPECT_THAT(set.find("10.1.1.1", t0), Eq(std::nullopt));
}

TEST(KeySet, SaysWhatIsWrongWithAPattern) {
  KeySet set;
  EXPECT_THAT(set.add("").error(), HasSubstr("empty"));
  EXPECT_THAT(set.add("~^sk-(").error(), HasSubstr("pattern '~^sk-(' is no regular expression: missing )"));
  EXPECT_THAT(set.add("~(?i)\\p{L}{1000}").error(), HasSubstr("more than 1 MiB of memory"));
  EXPECT_THAT(set.add("10.0.0.0/33").error(), HasSubstr("prefix length"));
  EXPECT_THAT(set.add(std::string(9000, 'x')).error(), HasSubstr("8192"));
  EXPECT_TRUE(set.empty());
}

TEST(KeySet, ARegularExpressionIsFoundAnywhereUnlessItIsAnchored) {
  KeySet set;
  ASSERT_TRUE(set.add("~^sk-[a-z]+$", 1));
  ASSERT_TRUE(set.add("~(?i)bot", 2));
  EXPECT_THAT(set.find("sk-abc", t0), Optional(1U));
  EXPECT_THAT(set.find("sk-abc1", t0), Eq(std::nullopt));
  EXPECT_THAT(set.find("my-sk-abc", t0), Eq(std::nullopt));
  EXPECT_THAT(set.find("GoogleBot/2.1", t0), Optional(2U));
  EXPECT_THAT(set.find(std::string("\0\xff\nbot", 6), t0), Optional(2U)) << "a key is any bytes";
}

TEST(KeySet, GlobsAndRegularExpressionsWinInTheOrderTheyWereGiven) {
  KeySet set;
  ASSERT_TRUE(set.add("~^a", 1));
  ASSERT_TRUE(set.add("ab*", 2));
  ASSERT_TRUE(set.add("b*", 3));
  ASSERT_TRUE(set.add("~^b", 4));
  ASSERT_TRUE(set.add("10.0.0.0/8", 5));
  ASSERT_TRUE(set.add("~^10", 6));
  ASSERT_TRUE(set.add("abc", 7));
  EXPECT_THAT(set.find("abd", t0), Optional(1U));
  EXPECT_THAT(set.find("bb", t0), Optional(3U));
  EXPECT_THAT(set.find("10.1.1.1", t0), Optional(5U));
  EXPECT_THAT(set.find("abc", t0), Optional(7U));
}

TEST(KeySet, ARegularExpressionCanBeReplacedAndRemoved) {
  KeySet set;
  ASSERT_TRUE(set.add("~^a", 1));
  ASSERT_TRUE(set.add("~^a", 2));
  EXPECT_EQ(set.size(), 1U);
  EXPECT_THAT(set.find("a", t0), Optional(2U));
  EXPECT_EQ(set.entries().front().pattern, "~^a");
  EXPECT_TRUE(set.remove("~^a"));
  EXPECT_TRUE(set.empty());
}

TEST(KeySet, RegularExpressionsAreBoundedInNumber) {
  KeySet set;
  for (std::size_t i = 0; i < KeySet::max_regexes; ++i) ASSERT_TRUE(set.add("~^" + std::to_string(i) + "$", 1, t0));
  EXPECT_THAT(set.add("~more").error(), HasSubstr("at most 1000 regular expressions"));
  EXPECT_TRUE(set.add("~^0$")) << "it is there already";
  EXPECT_EQ(set.remove_ended(t0), KeySet::max_regexes - 1);
  EXPECT_TRUE(set.add("~more"));
}

TEST(KeySet, ARegularExpressionThatWouldBacktrackTakesLinearTime) {
  KeySet set;
  ASSERT_TRUE(set.add("~^(a+)+$"));
  EXPECT_THAT(set.find(std::string(100'000, 'a') + "!", t0), Eq(std::nullopt));
}

TEST(KeySet, ABackslashMakesASpecialCharacterPlain) {
  KeySet set;
  ASSERT_TRUE(set.add(R"(\~user)", 1));
  ASSERT_TRUE(set.add(R"(a\*)", 2));
  ASSERT_TRUE(set.add(R"(DOMAIN\\me)", 3));
  ASSERT_TRUE(set.add(R"(DOMAIN\you)", 4));
  EXPECT_THAT(set.find("~user", t0), Optional(1U));
  EXPECT_THAT(set.find("a*", t0), Optional(2U));
  EXPECT_THAT(set.find("ab", t0), Eq(std::nullopt));
  EXPECT_THAT(set.find(R"(DOMAIN\me)", t0), Optional(3U));
  EXPECT_THAT(set.find(R"(DOMAIN\you)", t0), Optional(4U));
  EXPECT_TRUE(set.remove(R"(\~user)"));
  EXPECT_THAT(set.find("~user", t0), Eq(std::nullopt));
}

TEST(KeySet, ASlashAloneDoesNotMakeANetwork) {
  KeySet set;
  ASSERT_TRUE(set.add("/v1/users", 1));
  EXPECT_THAT(set.find("/v1/users", t0), Optional(1U));
}

}  // namespace
}  // namespace weir::limiter
