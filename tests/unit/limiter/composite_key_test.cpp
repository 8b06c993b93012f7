#include "limiter/composite_key.hpp"

#include <gmock/gmock.h>

#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace weir::limiter {
namespace {

using namespace std::string_view_literals;

std::string key_of(std::initializer_list<std::string_view> parts) {
  return composite_key(std::span(parts.begin(), parts.size()));
}

TEST(CompositeKey, OnePartIsItsPlainText) { EXPECT_EQ(key_of({"user:\"42\""}), "user:\"42\""); }

TEST(CompositeKey, SeveralPartsAreAJsonList) {
  EXPECT_EQ(key_of({"eu", "user:42"}), R"(["eu","user:42"])");
  EXPECT_EQ(key_of({"", ""}), R"(["",""])");
}

TEST(CompositeKey, QuotesBackslashesAndControlBytesAreEscaped) {
  EXPECT_EQ(key_of({"a\"b\\c", "\b\f\n\r\t\x01\x1f\0"sv}), R"(["a\"b\\c","\b\f\n\r\t\u0001\u001f\u0000"])");
}

TEST(CompositeKey, OtherBytesStayAsTheyAre) {
  EXPECT_EQ(key_of({"h\xc3\xa9", "\xff\x7f"}), "[\"h\xc3\xa9\",\"\xff\x7f\"]");
}

TEST(CompositeKey, AppendsToWhatIsThere) {
  std::string out = "x:";
  const std::vector<std::string_view> parts{"a", "b"};
  append_composite_key(out, parts);
  EXPECT_EQ(out, R"(x:["a","b"])");
}

TEST(CompositeKey, DifferentListsNeverGiveTheSameText) {
  std::mt19937 random(20240731);
  constexpr std::string_view bytes = "\",\\[]u0a\0\n"sv;
  std::set<std::vector<std::string>> lists;
  std::set<std::string> texts;
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::string> parts(2 + random() % 2);
    for (std::string& part : parts) {
      for (std::size_t n = random() % 4; n > 0; --n) part += bytes[random() % bytes.size()];
    }
    const std::vector<std::string_view> views(parts.begin(), parts.end());
    if (lists.insert(parts).second) {
      EXPECT_TRUE(texts.insert(composite_key(views)).second);
    }
  }
  EXPECT_EQ(lists.size(), texts.size());
}

}  // namespace
}  // namespace weir::limiter
