#include "store/redis/resp/reader.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis {
namespace {

using Next = Reader::Next;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::size_t plenty = 1U << 20;

void feed(Reader& reader, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto space = reader.space();
    const std::size_t size = std::min(space.size(), bytes.size());
    std::memcpy(space.data(), bytes.data(), size);
    reader.filled(size);
    bytes.remove_prefix(size);
  }
}

// As redis-cli would, in one line.
std::string in_words(const Value& value) {
  switch (value.type) {
    case Value::Type::nil:
      return "nil";
    case Value::Type::integer:
      return std::to_string(value.integer);
    case Value::Type::text:
      return "\"" + std::string(value.text) + "\"";
    case Value::Type::status:
      return "+" + std::string(value.text);
    case Value::Type::error:
      return "-" + std::string(value.text);
    default:
      break;
  }
  std::string words = "[";
  for (const Value& item : value.items) words += (words.size() > 1 ? " " : "") + in_words(item);
  return words + "]";
}

// All answers in `bytes`, which come in pieces of this size; ends with the error if there is one.
std::vector<std::string> answers_in(std::string_view bytes, std::size_t piece, std::size_t max_reply = plenty) {
  Reader reader(max_reply);
  std::vector<std::string> answers;
  while (!bytes.empty()) {
    feed(reader, bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    Next next;
    while ((next = reader.next()) == Next::value) answers.push_back(in_words(reader.value()));
    if (next == Next::broken) {
      answers.push_back("broken: " + std::string(reader.error()));
      break;
    }
  }
  return answers;
}

std::vector<std::string> answers_in(std::string_view bytes) { return answers_in(bytes, plenty); }

TEST(Reader, ReadsEachKindOfValue) {
  EXPECT_THAT(answers_in("+OK\r\n"), ElementsAre("+OK"));
  EXPECT_THAT(answers_in("-ERR no\r\n"), ElementsAre("-ERR no"));
  EXPECT_THAT(answers_in(":-42\r\n"), ElementsAre("-42"));
  EXPECT_THAT(answers_in("$3\r\nabc\r\n"), ElementsAre("\"abc\""));
  EXPECT_THAT(answers_in("$0\r\n\r\n"), ElementsAre("\"\""));
  EXPECT_THAT(answers_in("$-1\r\n"), ElementsAre("nil"));
  EXPECT_THAT(answers_in("*-1\r\n"), ElementsAre("nil"));
  EXPECT_THAT(answers_in("*0\r\n"), ElementsAre("[]"));
  EXPECT_THAT(answers_in("*2\r\n:1\r\n$1\r\nx\r\n"), ElementsAre("[1 \"x\"]"));
  EXPECT_THAT(answers_in("+\r\n-\r\n"), ElementsAre("+", "-"));
}

TEST(Reader, ReadsTheWholeRangeOfIntegers) {
  EXPECT_THAT(answers_in(":9223372036854775807\r\n:-9223372036854775808\r\n"),
              ElementsAre("9223372036854775807", "-9223372036854775808"));
}

TEST(Reader, KeepsAnyByteOfAText) {
  const std::string bytes("\r\n\0*$", 5);
  EXPECT_THAT(answers_in("$5\r\n" + bytes + "\r\n:1\r\n"), ElementsAre("\"" + bytes + "\"", "1"));
}

TEST(Reader, ReadsNestedArrays) {
  EXPECT_THAT(answers_in("*3\r\n*2\r\n:1\r\n*0\r\n*-1\r\n*1\r\n*1\r\n-E\r\n:5\r\n"),
              ElementsAre("[[1 []] nil [[-E]]]", "5"));
}

TEST(Reader, NamesTheCodeOfAnError) {
  Reader reader(plenty);
  feed(reader, "-NOSCRIPT No matching script.\r\n");
  ASSERT_EQ(reader.next(), Next::value);
  EXPECT_TRUE(reader.value().is_error("NOSCRIPT"));
  EXPECT_FALSE(reader.value().is_error("NO"));
  EXPECT_FALSE(reader.value().is_error("OK"));
}

const std::string conversation =
    "+OK\r\n*3\r\n$5\r\na\r\nbc\r\n*2\r\n:-7\r\n$-1\r\n*0\r\n-ERR no such "
    "thing\r\n$0\r\n\r\n*-1\r\n:12345\r\n*1\r\n*1\r\n+x\r\n";

TEST(Reader, DoesNotMindWhereTheBytesAreCut) {
  const auto whole = answers_in(conversation);
  EXPECT_THAT(whole,
              ElementsAre("+OK", "[\"a\r\nbc\" [-7 nil] []]", "-ERR no such thing", "\"\"", "nil", "12345", "[[+x]]"));
  for (std::size_t piece = 1; piece < conversation.size(); ++piece) ASSERT_EQ(answers_in(conversation, piece), whole);
}

TEST(Reader, WaitsForWhatIsMissingAtEveryByte) {
  const std::string_view answer = "*3\r\n$5\r\nabcde\r\n*2\r\n:-7\r\n$-1\r\n+OK\r\n";
  for (std::size_t size = 0; size < answer.size(); ++size) {
    Reader reader(plenty);
    feed(reader, answer.substr(0, size));
    ASSERT_EQ(reader.next(), Next::nothing_yet) << size;
    feed(reader, answer.substr(size));
    ASSERT_EQ(reader.next(), Next::value) << size;
    EXPECT_EQ(in_words(reader.value()), "[\"abcde\" [-7 nil] +OK]");
  }
}

TEST(Reader, ReadsTextsThatAreLargerThanItsFirstSpace) {
  const std::string large(300'000, 'x');
  const std::string bytes = ":1\r\n*2\r\n$300000\r\n" + large + "\r\n:2\r\n:3\r\n";
  for (const std::size_t piece : {std::size_t{1000}, std::size_t{65'536}, bytes.size()}) {
    EXPECT_THAT(answers_in(bytes, piece), ElementsAre("1", "[\"" + large + "\" 2]", "3"));
  }
}

TEST(Reader, GoesOnForEver) {
  Reader reader(plenty);
  for (int i = 0; i < 200'000; ++i) {
    feed(reader, i % 1000 == 0 ? "*2\r\n:1\r\n$4\r\nlong\r\n" : ":1\r\n");
    ASSERT_EQ(reader.next(), Next::value);
    ASSERT_EQ(reader.next(), Next::nothing_yet);
  }
  EXPECT_LE(reader.space().size(), 64U << 10);
}

TEST(Reader, HasNoRoomLeftOverFromALargeAnswer) {
  Reader reader(16U << 20);
  feed(reader, "$8000000\r\n" + std::string(8'000'000, 'x') + "\r\n");
  ASSERT_EQ(reader.next(), Next::value);
  EXPECT_LE(reader.space().size(), 64U << 10);
}

class Garbage : public testing::TestWithParam<std::string> {};

TEST_P(Garbage, IsAnErrorForGood) {
  for (std::size_t piece = 1; piece <= GetParam().size(); ++piece) {
    const auto answers = answers_in(GetParam(), piece);
    ASSERT_FALSE(answers.empty());
    EXPECT_THAT(answers.back(), HasSubstr("broken: "));
  }
  Reader reader(plenty);
  feed(reader, GetParam());
  while (reader.next() == Next::value) continue;
  feed(reader, "+OK\r\n");
  EXPECT_EQ(reader.next(), Next::broken);
}

INSTANTIATE_TEST_SUITE_P(Reader, Garbage,
                         testing::Values("HTTP/1.1 400 Bad Request\r\n", "\r\n", "?\r\n", "_\r\n", "%1\r\n", ">2\r\n",
                                         ":\r\n", ":1.5\r\n", ":+1\r\n", ": 1\r\n", ":1x\r\n",
                                         ":9223372036854775808\r\n", ":99999999999999999999999999999999\r\n", "$\r\n",
                                         "$-2\r\n", "$-9223372036854775808\r\n", "*-2\r\n", "*x\r\n", "$1\r\nxy\r\n",
                                         "$1\r\nx\rz", "$0\r\nx\r\n", "+OK\rx\r\n", ":1\r\r\n", "*1\r\n?\r\n",
                                         "+OK\r\n\x16\x03\x01", "$18446744073709551615\r\n", "*9223372036854775807\r\n",
                                         "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n",
                                         std::string("\0", 1)));

TEST(Reader, AllowsEightArraysInOneAnother) {
  EXPECT_THAT(answers_in("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"), ElementsAre("[[[[[[[[1]]]]]]]]"));
}

TEST(Reader, RefusesWhatIsClaimedBeforeItComes) {
  for (const char* claim : {"$1000001\r\n", "*21000\r\n", "*2\r\n$999999\r\n", "*2\r\n*20900\r\n"}) {
    EXPECT_THAT(answers_in(claim, plenty, 1'000'000), ElementsAre("broken: an answer is larger than the bound"))
        << claim;
  }
}

TEST(Reader, CountsValuesTowardsTheBound) {
  std::string empties = "*1000\r\n";
  for (int i = 0; i < 1000; ++i) empties += "*1\r\n*0\r\n";
  EXPECT_EQ(answers_in(empties, plenty, 200'000).size(), 1U);
  EXPECT_THAT(answers_in(empties, plenty, 100'000), ElementsAre("broken: an answer is larger than the bound"));
}

TEST(Reader, BoundsTheLineOfAnError) {
  const std::string line(Reader::max_line, 'x');
  EXPECT_THAT(answers_in("-" + line + "\r\n"), ElementsAre("-" + line));
  EXPECT_THAT(answers_in("-" + line + "x\r\n", 1000), ElementsAre("broken: what comes in is not RESP2"));
}

TEST(Reader, SurvivesAnyChangeOfABit) {
  for (std::size_t bit = 0; bit < conversation.size() * 8; ++bit) {
    std::string changed = conversation;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    ASSERT_EQ(answers_in(changed, 3), answers_in(changed)) << bit;
  }
}

}  // namespace
}  // namespace weir::store::redis
