#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <cctype>
#include <random>
#include <string>

#include "lambda/text/base64.hpp"
#include "lambda/text/escape.hpp"
#include "lambda/text/percent.hpp"
#include "lambda/text/utf8.hpp"
#include "random/seed.hpp"
#include "random_text.hpp"

namespace weir::lambda {
namespace {

using ::testing::Eq;
using ::testing::Optional;

std::string escaped(std::string_view text, std::size_t piece) {
  Escaper escaper;
  std::string out = "\"";
  while (!text.empty()) {
    EXPECT_TRUE(escaper.append(out, text.substr(0, piece)));
    text.remove_prefix(std::min(piece, text.size()));
  }
  EXPECT_TRUE(escaper.finished());
  return out + '"';
}

TEST(Escaper, WritesWhatBoostReads) {
  SCOPED_TRACE(repeat_with());
  std::mt19937_64 chance(seed());
  for (int round = 0; round < 500; ++round) {
    const std::string text = random_text(chance, round % 10 == 0 ? 2000 : 60);
    const std::string whole = escaped(text, text.size() + 1);
    EXPECT_EQ(boost::json::parse(whole).as_string(), text);
    EXPECT_EQ(escaped(text, 1 + chance() % 20), whole) << "the same, however it is cut";
  }
}

TEST(Escaper, RefusesWhatIsNoUtf8HoweverItIsCut) {
  for (const std::string_view bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xFF", "\xE2\x82z", "\xC3(", "\xF0\x9F\x98z"}) {
    for (const std::string_view before : {"", "text of more than sixteen bytes before it "}) {
      const std::string text = std::string(before) + std::string(bad) + " after";
      for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{3}, text.size()}) {
        Escaper escaper;
        std::string out;
        bool fine = true;
        for (std::size_t at = 0; fine && at < text.size(); at += piece)
          fine = escaper.append(out, text.substr(at, piece));
        EXPECT_FALSE(fine) << testing::PrintToString(text) << ' ' << piece;
      }
    }
  }
}

TEST(Escaper, KnowsThatTheLastCharacterWasCut) {
  Escaper escaper;
  std::string out;
  EXPECT_TRUE(escaper.append(out, "a\xE2\x82"));
  EXPECT_FALSE(escaper.finished());
  EXPECT_EQ(escaper.pending(), "\xE2\x82");
}

TEST(JsonString, HasAReplacementForEachByteThatIsNoUtf8) {
  std::string out;
  append_json_string(out, "a\xFF\xC3(b\xE2\x82");
  EXPECT_EQ(out, "\"a\uFFFD\uFFFD(b\uFFFD\uFFFD\"");
}

std::string base64(std::string_view bytes, std::size_t piece) {
  Base64Writer writer;
  std::string out;
  while (!bytes.empty()) {
    writer.append(out, bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  writer.finish(out);
  return out;
}

std::optional<std::string> decoded(std::string text) {
  const std::optional<std::size_t> size = decode_base64_in_place(text.data(), text.size());
  if (!size) return std::nullopt;
  return text.substr(0, *size);
}

TEST(Base64, IsThatOfItsRfc) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"},
                                                                   {"\xFB\xFF\xBF", "+/+/"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(base64(bytes, 100), text);
    EXPECT_THAT(decoded(std::string(text)), Optional(Eq(bytes)));
  }
}

TEST(Base64, OfAnyBytesComesBackHoweverItIsCut) {
  SCOPED_TRACE(repeat_with());
  std::mt19937_64 chance(seed());
  for (int round = 0; round < 300; ++round) {
    const std::string bytes = random_bytes(chance, 200);
    const std::string text = base64(bytes, bytes.size() + 1);
    EXPECT_EQ(text.size(), base64_size(bytes.size()));
    EXPECT_EQ(base64(bytes, 1 + chance() % 9), text);
    EXPECT_THAT(decoded(text), Optional(bytes));
    std::string broken;
    for (const char character : text) {
      broken += character;
      if (chance() % 5 == 0) broken += " \t\r\n"[chance() % 4];
    }
    EXPECT_THAT(decoded(broken), Optional(bytes)) << "white space does not matter";
    EXPECT_THAT(decoded(text.substr(0, text.find('='))), Optional(bytes)) << "padding may be missing";
  }
}

TEST(Base64, IsNothingElse) {
  for (const std::string_view text :
       {"Z", "Zg=", "Zg===", "=", "====", "Zm9vY", "Zm9v!", "Z-9_", "Zg==Zg==", "Zm=v", "Zm9v\xFF", "Zm9vZ m"}) {
    EXPECT_EQ(decoded(std::string(text)).has_value(), text == "Zm9vZ m") << text;
  }
}

TEST(Percent, CodesStandForBytesAndOthersForThemselves) {
  EXPECT_EQ(percent_decoded("a%20b%2fc%FF+%", false), "a b/c\xFF+%");
  EXPECT_EQ(percent_decoded("a+b%2B%zz%4", true), "a b+%zz%4");
  EXPECT_EQ(percent_encoded("arn:aws/$LATEST-_.~\xC3"), "arn%3Aaws%2F%24LATEST-_.~%C3");
}

}  // namespace
}  // namespace weir::lambda
