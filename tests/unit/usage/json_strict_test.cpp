#include "usage/json/strict.hpp"

#include "json/half_a_pair.hpp"
#include "random/seed.hpp"
#include "usage/json_random.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <vector>

namespace weir::usage {
namespace {

// What was told, written down; and each value cut out of the text by the offsets that came with it.
struct Told {
  std::string_view all;
  std::string said;
  std::string string;
  json::Offset string_at = 0;

  void opened(bool object, json::Offset at) {
    EXPECT_EQ(all[at], object ? '{' : '[');
    said += all[at];
  }
  void closed(bool object, json::Offset end) {
    EXPECT_EQ(all[end - 1], object ? '}' : ']');
    said += all[end - 1];
  }
  void key(std::string_view name, bool cut) {
    said += cut ? "cut " : "key ";
    said += name;
    said += ' ';
  }
  void string_opened(json::Offset at) {
    EXPECT_EQ(all[at], '"');
    string_at = at;
    string.clear();
  }
  void string_part(std::string_view text) { string += text; }
  void string_closed(json::Offset end) {
    EXPECT_EQ(all[end - 1], '"');
    boost::system::error_code wrong;  // half a surrogate pair, which Boost takes for no JSON
    const auto expected = boost::json::parse(all.substr(string_at, end - string_at), wrong, {}, lenient());
    EXPECT_TRUE(wrong || expected.as_string() == string);
    said += "'" + string + "'";
  }
  void number(std::string_view digits, bool cut, json::Offset at, json::Offset end) {
    EXPECT_TRUE(cut || all.substr(at, end - at) == digits);
    said += std::string(digits) + " ";
  }
  void literal(char first, json::Offset at, json::Offset end) {
    EXPECT_EQ(all.substr(at, end - at), first == 't' ? "true" : first == 'f' ? "false" : "null");
    said += first;
  }

  static boost::json::parse_options lenient() {
    boost::json::parse_options options;
    options.max_depth = 256;
    options.allow_invalid_utf8 = true;
    return options;
  }
};

struct Read {
  json::Flaw flaw;
  json::Offset offset;
  std::string said;
};

Read read(std::string_view all, const std::vector<std::string>& pieces) {
  Told told{.all = all, .said = {}, .string = {}};
  json::Strict strict(told);
  for (const std::string& piece : pieces) {
    if (!strict.feed(piece)) break;
  }
  const json::Flaw flaw = strict.finish();
  return {flaw, strict.offset(), told.said};
}

Read read(std::string_view all) { return read(all, {std::string(all)}); }

TEST(StrictJson, TellsEveryValueInOrder) {
  EXPECT_EQ(read(R"( {"a" : [1, -2.5e3,true,null], "b":{"c":"d\n"}} )").said,
            "{key a [1 -2.5e3 tn]key b {key c 'd\n'}}");
}

TEST(StrictJson, DecodesEscapesInKeysAndStrings) {
  EXPECT_EQ(read(R"({"\u006dodel":"\ud83d\ude00\u00e9\t\/"})").said, "{key model '\xF0\x9F\x98\x80\xC3\xA9\t/'}");
}

TEST(StrictJson, HalfASurrogatePairIsNoCharacter) {
  Told told{.all = R"("\ud83dx\ude00\ud83d")", .said = {}, .string = {}};
  const auto whole = [](std::string_view text) {
    struct Text {
      std::string all;
      void opened(bool, json::Offset) {}
      void closed(bool, json::Offset) {}
      void key(std::string_view, bool) {}
      void string_opened(json::Offset) {}
      void string_part(std::string_view text) { all += text; }
      void string_closed(json::Offset) {}
      void number(std::string_view, bool, json::Offset, json::Offset) {}
      void literal(char, json::Offset, json::Offset) {}
    } text_only;
    json::Strict strict(text_only);
    strict.feed(text);
    return text_only.all;
  };
  EXPECT_EQ(whole(told.all), "\xEF\xBF\xBDx\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(StrictJson, SaysWhereItIsWrong) {
  for (const auto& [text, offset] : std::vector<std::pair<std::string, json::Offset>>{{"{\"a\" 1}", 5},
                                                                                      {"[1,]", 3},
                                                                                      {"{,}", 1},
                                                                                      {"[01]", 2},
                                                                                      {"tru3", 3},
                                                                                      {"{} x", 3},
                                                                                      {"[1}", 2},
                                                                                      {"\"\x01\"", 1},
                                                                                      {"[1.]", 3},
                                                                                      {"\"\\x\"", 2}}) {
    EXPECT_EQ(read(text).flaw, json::Flaw::syntax) << text;
    EXPECT_EQ(read(text).offset, offset) << text;
  }
}

TEST(StrictJson, SaysThatTheEndIsMissing) {
  for (const std::string text : {"", " ", "{", "[1,", "\"a", "tr", "{\"a\":", "-"}) {
    EXPECT_NE(read(text).flaw, json::Flaw::none) << text;
  }
  EXPECT_EQ(read("{\"a\":1").flaw, json::Flaw::unfinished);
}

TEST(StrictJson, GoesNoDeeperThanItCanRemember) {
  const std::string most = std::string(256, '[') + std::string(256, ']');
  EXPECT_EQ(read(most).flaw, json::Flaw::none);
  EXPECT_EQ(read("[" + most + "]").flaw, json::Flaw::too_deep);
}

TEST(StrictJson, ALongKeyIsCut) {
  EXPECT_EQ(read("{\"" + std::string(65, 'k') + "\":1}").said, "{cut " + std::string(64, 'k') + " 1 }");
}

TEST(StrictJson, IsWhatBoostSaysWhateverTheSplit) {
  SCOPED_TRACE(repeat_with());
  RandomJson random(seed());
  int fine = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = random.blank() + random.value() + random.blank();
    if (random.one_in(2)) text = random.damaged(text);
    boost::system::error_code wrong;
    std::ignore = boost::json::parse(text, wrong, {}, Told::lenient());
    const Read whole = read(text);
    ASSERT_TRUE(wrong == boost::json::error::exponent_overflow || has_half_a_pair(text) ||
                (whole.flaw == json::Flaw::none) == !wrong)
        << text << ": " << wrong.message();
    const Read split = read(text, random.pieces(text));
    ASSERT_EQ(split.flaw, whole.flaw) << text;
    ASSERT_EQ(split.offset, whole.offset) << text;
    ASSERT_EQ(split.said, whole.said) << text;
    fine += wrong ? 0 : 1;
  }
  EXPECT_GT(fine, 5000);
}

}  // namespace
}  // namespace weir::usage
