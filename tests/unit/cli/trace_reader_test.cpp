#include "cli/trace/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::cli::trace {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct OwnedCall {
  double seconds;
  std::string key;
  std::optional<std::int64_t> cost;
  std::string limit;
  int parts;
  friend bool operator==(const OwnedCall&, const OwnedCall&) = default;
};

struct Read {
  std::vector<OwnedCall> calls;
  std::string error;   // empty: read to its end
  std::uint64_t line;  // of the error
  std::string warning;
};

Read read_from(Source source) {
  Reader reader(std::move(source));
  Read read{};
  Call call;
  while (true) {
    const Reader::Step step = reader.next(call);
    if (step == Reader::Step::call) {
      const double seconds = std::chrono::duration<double>(call.time.time_since_epoch()).count();
      read.calls.push_back({seconds, std::string(call.key), call.cost, std::string(call.limit), call.parts});
      continue;
    }
    read.error = step == Reader::Step::wrong ? reader.error() : "";
    read.line = reader.line();
    read.warning = reader.warning();
    return read;
  }
}

Read read(std::string_view text) { return read_from(from_text(text)); }

std::string key_of(std::string_view text) {
  const Read all = read(text);
  return all.calls.empty() ? "error: " + all.error : all.calls.back().key;
}

TEST(ACsvTrace, HasItsColumnsInAnyOrder) {
  const Read all = read("limit,cost,key,time\nper-user,3,u,1\n,,v,2.5\n");
  EXPECT_EQ(all.error, "");
  EXPECT_THAT(all.calls, ElementsAre(OwnedCall{1, "u", 3, "per-user", 0}, OwnedCall{2.5, "v", std::nullopt, "", 0}));
}

TEST(ACsvTrace, MayLeaveOutCostAndLimit) {
  EXPECT_THAT(read("time,key\n1,u\n").calls, ElementsAre(OwnedCall{1, "u", std::nullopt, "", 0}));
}

TEST(ACsvTrace, MayBeWrittenOnWindows) {
  EXPECT_THAT(read("\xef\xbb\xbftime,key\r\n1,u\r\n").calls, ElementsAre(OwnedCall{1, "u", std::nullopt, "", 0}));
}

TEST(ACsvTrace, NeedsNoLineFeedAtItsEnd) { EXPECT_EQ(key_of("time,key\n1,u"), "u"); }

TEST(ACsvTrace, KeepsBlanksOfKeysAndDropsThoseOfTheRest) {
  EXPECT_THAT(read("time , key, cost\n 1 , u , 2 \n").calls, ElementsAre(OwnedCall{1, " u ", 2, "", 0}));
}

TEST(ACsvTrace, SkipsEmptyLines) { EXPECT_EQ(read("\n\ntime,key\n\n1,u\n \n2,u\n").calls.size(), 2); }

TEST(ACsvTrace, HasQuotedFields) {
  EXPECT_EQ(key_of("time,key\n\"1\",\"a,b\"\n"), "a,b");
  EXPECT_EQ(key_of("time,key\n1,\"say \"\"hi\"\"\"\n"), "say \"hi\"");
  EXPECT_EQ(key_of("time,key\n1,\"\"\"\"\n"), "\"");
  EXPECT_EQ(key_of("time,\"key\"\n1,\"two\nlines\"\n"), "two\nlines");
  EXPECT_EQ(key_of("time,key\r\n1,\"two\r\n\r\nlines\"\r\n"), "two\r\n\r\nlines");
}

TEST(ACsvTrace, TakesAnyByteInAKey) {
  EXPECT_EQ(key_of(std::string_view("time,key\n1,a\0\xff\n", 14)), std::string_view("a\0\xff", 3));
}

TEST(ACsvTrace, SaysWhichLineIsWrong) {
  const Read all = read("time,key\n1,\"a\nb\"\n2,u,3\n");
  EXPECT_EQ(all.line, 4);
  EXPECT_EQ(all.error, "more fields than the header names, 2");
}

TEST(ACsvTrace, SaysWhatIsWrong) {
  EXPECT_THAT(read("time,key\n1\n").error, HasSubstr("1 field; the header names 2"));
  EXPECT_THAT(read("time,key\n1,\n").error, HasSubstr("the key is empty"));
  EXPECT_THAT(read("time,key\n1,a\"b\n\"\n").error, HasSubstr("quote"));
  EXPECT_THAT(read("time,key\n1,\"a\n").error, HasSubstr("not closed"));
  EXPECT_THAT(read("time,key\n1,\"a\"b\n").error, HasSubstr("between a quoted field and the comma"));
  EXPECT_THAT(read("time,key\n,u\n").error, HasSubstr("time ''"));
  EXPECT_THAT(read("time,key,cost\n1,u,1.5\n").error, HasSubstr("cost '1.5' is not a whole number"));
  EXPECT_THAT(read("time,key,cost\n1,u,9007199254740992\n").error, HasSubstr("2^53"));
  EXPECT_THAT(read("time,key,cost\n1,u,99999999999999999999\n").error, HasSubstr("2^53"));
  EXPECT_THAT(read("time,key,time\n").error, HasSubstr("'time' twice"));
}

TEST(ACsvTrace, NeedsAHeader) {
  EXPECT_THAT(read("1768478400,u\n").error, HasSubstr("header"));
  EXPECT_THAT(read("tiem,key\n").error, HasSubstr("did you mean 'time'?"));
}

TEST(ACsvTrace, MayHaveColumnsThatMeanNothingHere) {
  const Read all = read("time,csot,key\n1,\"x\"\"y\",u\n");
  EXPECT_EQ(all.calls.size(), 1);
  EXPECT_EQ(all.warning, "column 'csot' is not used; did you mean 'cost'?");
}

TEST(AJsonTrace, HasItsMembersInAnyOrder) {
  const Read all = read(R"({"limit":"per-user","cost":-3,"key":"u","time":1}
 { "time" : 2.5 , "key" : "v" , "cost" : null , "limit" : null } )");
  EXPECT_EQ(all.error, "");
  EXPECT_THAT(all.calls, ElementsAre(OwnedCall{1, "u", -3, "per-user", 0}, OwnedCall{2.5, "v", std::nullopt, "", 0}));
}

TEST(AJsonTrace, TellsTimeAsNumberOrText) {
  EXPECT_EQ(read(R"({"time":"1","key":"u"})").calls.front().seconds, 1);
  EXPECT_EQ(read(R"({"time":"1970-01-01T00:00:02Z","key":"u"})").calls.front().seconds, 2);
  EXPECT_EQ(read(R"({"time":1e3,"key":"u"})").calls.front().seconds, 1000);
}

TEST(AJsonTrace, DecodesEscapes) {
  EXPECT_EQ(key_of(R"({"time":1,"key":"a\"\\\/\b\f\n\r\tz"})"), "a\"\\/\b\f\n\r\tz");
  EXPECT_EQ(key_of(R"({"time":1,"k\u0065y":"\u00e9\u20ac\ud83d\ude00"})"), "é€😀");
}

TEST(AJsonTrace, HasListsForKeysOfSeveralParts) {
  const Read all = read(R"({"time":1,"key":[ "eu" , "say \"hi\"" ]})");
  EXPECT_THAT(all.calls, ElementsAre(OwnedCall{1, R"(["eu","say \"hi\""])", std::nullopt, "", 2}));
  EXPECT_THAT(read(R"({"time":1,"key":["u"]})").calls, ElementsAre(OwnedCall{1, "u", std::nullopt, "", 1}));
}

TEST(AJsonTrace, MayHaveMembersThatMeanNothingHere) {
  const Read all = read(R"({"time":1,"x":{"a":[1,true,{"b":null}],"c":"\""},"key":"u"})");
  EXPECT_EQ(all.calls.size(), 1);
  EXPECT_EQ(all.warning, "name 'x' is not used");
}

class AWrongJsonLine : public testing::TestWithParam<const char*> {};
TEST_P(AWrongJsonLine, IsRefusedWithItsLine) {
  const Read all = read(std::string("{\"time\":1,\"key\":\"u\"}\n\n") + GetParam() + "\n{\"time\":1,\"key\":\"u\"}\n");
  EXPECT_EQ(all.calls.size(), 1);
  EXPECT_FALSE(all.error.empty());
  EXPECT_EQ(all.line, 3);
}
INSTANTIATE_TEST_SUITE_P(
    Trace, AWrongJsonLine,
    testing::Values("{", "{}", "[]", "1", "\"x\"", "x", R"({"time":1})", R"({"key":"u"})", R"({"time":1,"key":"u"}x)",
                    R"({"time":1,"key":"u",})", R"({"time":1 "key":"u"})", R"({"time":1,"key" "u"})",
                    R"({"time":1,"key":"u)", R"({"time":1,"key":"u\)", R"({"time":1,"key":"\u12"})",
                    R"({"time":1,"key":"\ud800"})", R"({"time":1,"key":"\udc00x"})",
                    R"({"time":1,"key":"\ud800\u0041"})", R"({"time":1,"key":"\x"})", "{\"time\":1,\"key\":\"a\tb\"}",
                    R"({"time":1,"key":42})", R"({"time":1,"key":null})", R"({"time":1,"key":""})",
                    R"({"time":1,"key":[]})", R"({"time":1,"key":["a",""]})", R"({"time":1,"key":["a",1]})",
                    R"({"time":1,"key":["a"})", R"({"time":1,"key":{}})", R"({"time":01,"key":"u"})",
                    R"({"time":1.,"key":"u"})", R"({"time":-1,"key":"u"})", R"({"time":true,"key":"u"})",
                    R"({"time":1,"key":"u","cost":"1"})", R"({"time":1,"key":"u","cost":1.5})",
                    R"({"time":1,"key":"u","cost":1e2})", R"({"time":1,"key":"u","limit":5})",
                    R"({"time":1,"time":1,"key":"u"})", R"({"time":1,"key":"u","x":nul})",
                    R"({"time":1,"key":"u","x":[1,]})", R"({"time":1,"key":"u","x":{"a"}})"));

TEST(AJsonTrace, BoundsHowDeepValuesAreNested) {
  const auto nested = [](std::size_t levels) {
    return R"({"time":1,"key":"u","x":)" + std::string(levels, '[') + std::string(levels, ']') + "}";
  };
  EXPECT_EQ(read(nested(64)).error, "");
  EXPECT_THAT(read(nested(65)).error, HasSubstr("64 levels"));
  EXPECT_THAT(read(nested(500'000)).error, HasSubstr("64 levels"));
}

TEST(ATrace, IsReadTheSameInPiecesOfAnySize) {
  const std::string text = "time,key,cost\n1,\"a\n\"\"b\"\"\",5\r\n2,plain,6\n\n3,\"x\",7";
  const std::vector<OwnedCall> whole = read(text).calls;
  ASSERT_EQ(whole.size(), 3);
  for (std::size_t piece = 1; piece < text.size(); ++piece) {
    const Read all = read_from([rest = std::string_view(text), piece](char* to, std::size_t size) mutable {
      const std::size_t count = std::min({piece, size, rest.size()});
      rest.copy(to, count);
      rest.remove_prefix(count);
      return std::expected<std::size_t, std::string>(count);
    });
    EXPECT_EQ(all.calls, whole) << "in pieces of " << piece;
  }
}

TEST(ATrace, MayBeLongerThanAnyBlock) {
  std::string text = "time,key\n";
  constexpr int calls = 200'000;
  for (int i = 0; i < calls; ++i) text += std::to_string(i) + ",user:" + std::to_string(i) + '\n';
  const Read all = read(text);
  ASSERT_EQ(all.calls.size(), calls);
  for (int i = 0; i < calls; ++i) ASSERT_EQ(all.calls[i].key, "user:" + std::to_string(i));
}

TEST(ATrace, HasLinesOfUpToAMebibyte) {
  const std::string long_key(1'000'000, 'k');
  EXPECT_EQ(key_of("time,key\n1," + long_key + "\n"), long_key);
  EXPECT_THAT(read("time,key\n1,u\n2," + std::string(4'000'000, 'k')).error, HasSubstr("longer than 1 MiB"));
  EXPECT_THAT(read("time,key\n1,\"" + std::string(4'000'000, '\n')).error, HasSubstr("longer than 1 MiB"));
}

TEST(ATrace, ThatIsEmptyIsAnError) {
  for (const char* empty : {"", "\n", " \r\n\n", "\xef\xbb\xbf"}) EXPECT_THAT(read(empty).error, HasSubstr("empty"));
}

TEST(ATrace, MayEndAfterItsHeader) {
  const Read all = read("time,key\n");
  EXPECT_EQ(all.error, "");
  EXPECT_THAT(all.calls, IsEmpty());
}

TEST(ATrace, ThatCannotBeReadOnIsAnError) {
  const Read all = read_from([first = true](char* to, std::size_t) mutable -> std::expected<std::size_t, std::string> {
    if (!std::exchange(first, false)) return std::unexpected("the disk is gone");
    return std::string_view("time,key\n1,u\n").copy(to, 100);
  });
  EXPECT_EQ(all.calls.size(), 1);
  EXPECT_THAT(all.error, HasSubstr("the disk is gone"));
}

}  // namespace
}  // namespace weir::cli::trace
