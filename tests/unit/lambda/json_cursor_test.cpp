#include "lambda/text/json_cursor.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <random>
#include <string>

#include "random/seed.hpp"
#include "random_text.hpp"

namespace weir::lambda {
namespace {

using ::testing::Eq;

bool is_json(std::string_view text) {
  JsonCursor json(text);
  return json.skip() && json.at_end();
}

bool boost_reads(std::string_view text) {
  boost::system::error_code error;
  boost::json::parse_options options;
  options.max_depth = JsonCursor::max_depth;
  boost::json::parse(text, error, {}, options);
  return !error;
}

TEST(JsonCursor, ReadsWhatBoostReads) {
  for (const std::string_view text : {"",
                                      " ",
                                      "null",
                                      "nul",
                                      "nulll",
                                      "true",
                                      "false",
                                      "True",
                                      "0",
                                      "-0",
                                      "01",
                                      "-",
                                      "1.",
                                      ".5",
                                      "1.5e3",
                                      "1e",
                                      "1E+2",
                                      "+1",
                                      "\"\"",
                                      "\"",
                                      "\"a\\",
                                      "\"\\x\"",
                                      "\"\\u12g4\"",
                                      "\"\\u00e9\"",
                                      "\"\x01\"",
                                      "\"\xFF\"",
                                      "[]",
                                      "[",
                                      "[1,]",
                                      "[1 2]",
                                      "[,]",
                                      "{}",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "{a:1}",
                                      "{\"a\":1 \"b\":2}",
                                      " [ 1 , {\"a\" : [ ] } ] ",
                                      "1 2",
                                      "{} x",
                                      "NaN",
                                      "'a'",
                                      "[1]\0"}) {
    EXPECT_EQ(is_json(text), boost_reads(text)) << text;
  }
}

TEST(JsonCursor, ReadsWhatBoostReadsAfterAnyChange) {
  SCOPED_TRACE(repeat_with());
  std::mt19937_64 chance(seed());
  const std::string good =
      R"({"statusCode":200,"headers":{"a":"b\n","c":1.5e-3},"x":[true,null,{"y":"\u00e9é"}],"body":"{\"k\":1}"})";
  ASSERT_TRUE(is_json(good));
  for (int round = 0; round < 3000; ++round) {
    std::string text = good;
    for (std::size_t changes = 1 + chance() % 3; changes > 0; --changes) {
      const std::size_t at = chance() % text.size();
      if (chance() % 2 == 0) {
        text[at] = static_cast<char>(chance());
      } else {
        text.erase(at, 1 + chance() % 3);
      }
    }
    EXPECT_EQ(is_json(text), boost_reads(text)) << testing::PrintToString(text);
  }
}

TEST(JsonCursor, IsBoundedInDepth) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
  };
  EXPECT_TRUE(is_json(nested(JsonCursor::max_depth)));
  EXPECT_FALSE(is_json(nested(JsonCursor::max_depth + 1)));
  EXPECT_FALSE(is_json(std::string(1'000'000, '[')));
  EXPECT_TRUE(is_json("[" + nested(1) + "," + nested(JsonCursor::max_depth - 1) + "]"));
}

std::string string_of(std::string_view json) {
  JsonCursor cursor(json);
  const auto text = cursor.take_string();
  return text ? text->text() : "no string";
}

TEST(JsonCursor, UnescapesAsBoostDoes) {
  SCOPED_TRACE(repeat_with());
  std::mt19937_64 chance(seed());
  constexpr std::string_view escapes[] = {"\\\"",
                                          "\\\\",
                                          "\\/",
                                          "\\b",
                                          "\\f",
                                          "\\n",
                                          "\\r",
                                          "\\t",
                                          "\\u0000",
                                          "\\u007f",
                                          "\\u00E9",
                                          "\\u20ac",
                                          "\\uFFFF",
                                          "\\ud83d\\ude00",
                                          "\\uDBFF\\uDFFF",
                                          "plain",
                                          "é",
                                          "😀"};
  for (int round = 0; round < 3000; ++round) {
    std::string json = "\"";
    const std::size_t longest_run = 1 + chance() % 40;
    for (std::size_t left = chance() % 60; left > 0; --left) {
      json += escapes[chance() % std::size(escapes)];
      if (chance() % 2 == 0) json.append(chance() % longest_run, static_cast<char>('a' + chance() % 26));
    }
    json += '"';
    const std::string expected(boost::json::parse(json).as_string());
    EXPECT_THAT(string_of(json), Eq(expected)) << json;
    char* const inside = json.data() + 1;
    char* const end = unescape({inside, json.size() - 2}, inside);
    EXPECT_THAT(std::string_view(inside, end), Eq(expected));
  }
}

TEST(JsonCursor, ReplacesLoneSurrogates) {
  EXPECT_EQ(string_of(R"("a\ud83db")"), "a\uFFFDb");
  EXPECT_EQ(string_of(R"("\ude00")"), "\uFFFD");
  EXPECT_EQ(string_of(R"("\ud83d\ud83d\ude00")"), "\uFFFD😀");
  EXPECT_EQ(string_of(R"("\ud83d\n")"), "\uFFFD\n");
  EXPECT_EQ(string_of(R"("\ud83d")"), "\uFFFD");
}

TEST(JsonCursor, ComparesKeysAsTheyAreMeant) {
  JsonCursor json(R"({"st\u0061tusCode":200})");
  bool met = false;
  EXPECT_TRUE(json.object([&](const JsonString& key) {
    met = key.is("statusCode");
    return json.skip();
  }));
  EXPECT_TRUE(met);
}

}  // namespace
}  // namespace weir::lambda
