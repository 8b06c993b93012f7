#include "store/redis/upstash/multi_region.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <chrono>
#include <string>

namespace weir::store::redis::upstash {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr Instant t0{std::chrono::milliseconds(1'700'000'000'000)};
constexpr Terms sliding{.kind = Kind::sliding_window, .limit = 10, .window = 10'000, .refill = 10};

using Answers = std::vector<std::optional<RegionAnswer>>;

TEST(UpstashRequestId, IsSixteenLettersAndDigits) {
  const std::string id = request_id(0x0123456789abcdef, 0xfedcba9876543210);
  EXPECT_EQ(id.size(), 16);
  for (const char letter : id) EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(letter)) != 0);
  EXPECT_NE(id, request_id(0x0123456789abcdef, 0xfedcba9876543211));
}

TEST(UpstashReconcile, EachRegionGetsTheIdsItLacksWithTheirOwnRates) {
  const Answers answers{RegionAnswer{.taken = true, .written = 2, .current = {{"a", 7}}},
                        RegionAnswer{.taken = true, .written = 2, .current = {{"b", 3}}}};
  const auto repairs = reconcile(answers, "own", true);
  EXPECT_THAT(repairs[0].missing, ElementsAre(Pair("b", 3)));
  EXPECT_THAT(repairs[1].missing, ElementsAre(Pair("a", 7)));
  EXPECT_FALSE(repairs[0].forget_own || repairs[1].forget_own);
}

TEST(UpstashReconcile, RegionsThatAgreeNeedNothing) {
  const RegionAnswer same{.taken = true, .written = 1, .current = {{"a", 1}}};
  for (const RegionRepair& repair : reconcile(Answers{same, same}, "own", true)) EXPECT_TRUE(repair.empty());
}

TEST(UpstashReconcile, ARegionThatIsDownHoldsUpNobody) {
  const Answers answers{std::nullopt, RegionAnswer{.taken = true, .written = 1, .current = {{"a", 1}}},
                        RegionAnswer{.taken = true, .written = 1}};
  const auto repairs = reconcile(answers, "own", true);
  EXPECT_TRUE(repairs[0].empty());
  EXPECT_TRUE(repairs[1].empty());
  EXPECT_THAT(repairs[2].missing, ElementsAre(Pair("a", 1)));
}

TEST(UpstashReconcile, WhatTheFirstAnswerAdmittedIsCountedWhereItWasRefused) {
  const Answers answers{RegionAnswer{.taken = true, .written = 5}, RegionAnswer{.taken = false, .current = {{"a", 8}}}};
  const auto repairs = reconcile(answers, "own", true);
  EXPECT_THAT(repairs[0].missing, ElementsAre(Pair("a", 8)));
  EXPECT_THAT(repairs[1].missing, ElementsAre(Pair("own", 5)));
}

TEST(UpstashReconcile, WhatTheFirstAnswerRefusedIsTakenOutWhereItWasAdmitted) {
  const Answers answers{RegionAnswer{.taken = false, .current = {{"a", 8}}}, RegionAnswer{.taken = true, .written = 5}};
  const auto repairs = reconcile(answers, "own", false);
  EXPECT_TRUE(repairs[0].empty());
  EXPECT_TRUE(repairs[1].forget_own);
  EXPECT_THAT(repairs[1].missing, ElementsAre(Pair("a", 8)));
}

TEST(UpstashReconcile, OfTwoRatesOfOneIdTheLargerIsTold) {
  const Answers answers{RegionAnswer{.taken = false, .current = {{"a", 2}}},
                        RegionAnswer{.taken = false, .current = {{"a", 7}}}, RegionAnswer{.taken = false}};
  const auto repairs = reconcile(answers, "own", false);
  EXPECT_THAT(repairs[0].missing, IsEmpty());
  EXPECT_THAT(repairs[2].missing, ElementsAre(Pair("a", 7)));
}

TEST(UpstashRepair, IsCutIntoCallsThatAServerTakes) {
  const UpstashSpace space(sliding_window(10, 10s), "p", sliding);
  RegionRepair repair{.missing = {}, .forget_own = true};
  for (int i = 0; i < 2500; ++i) repair.missing.emplace(std::to_string(i), i);
  const auto calls = repair_calls(space, "u", "own", repair, t0);
  ASSERT_EQ(calls.size(), 3);
  EXPECT_THAT(calls[0].keys, ElementsAre("p:u:170000000"));
  EXPECT_EQ(calls[0].arguments[0], "21000");
  EXPECT_EQ(calls[0].arguments[1], "own");
  EXPECT_EQ(calls[1].arguments[1], "");
  EXPECT_EQ(calls[0].arguments.size() + calls[1].arguments.size() + calls[2].arguments.size(), 3 * 2 + 2 * 2500);
}

TEST(UpstashRepair, OfNothingIsNoCall) {
  const UpstashSpace space(sliding_window(10, 10s), "p", sliding);
  EXPECT_THAT(repair_calls(space, "u", "own", {}, t0), IsEmpty());
}

TEST(UpstashRegion, SaysWhatIsLeftAsThePackageDoes) {
  const RegionAnswer answer{.taken = true, .written = 1, .current = {{"a", 2}}, .previous = {{"b", 5}}};
  const limits::Verdict verdict = region_verdict(sliding, answer, 1, t0 + 5s);
  EXPECT_EQ(verdict.remaining, 4);  // ceil(2.5) + 3 are used
  EXPECT_EQ(verdict.reset, t0 + 10s);
}

TEST(UpstashRegion, AnythingButItsScriptsAnswerIsNone) {
  const Value text{.type = Value::Type::text, .text = "x"};
  const Value one{.type = Value::Type::integer, .integer = 1};
  const std::vector<Value> odd{text};
  const Value fields{.type = Value::Type::array, .items = odd};
  const Value none{.type = Value::Type::array};
  const std::vector<Value> good{one, one, none, none};
  const std::vector<Value> wrong{one, one, fields, none};
  EXPECT_TRUE(read_region({.type = Value::Type::array, .items = good}));
  EXPECT_FALSE(read_region({.type = Value::Type::array, .items = wrong}));
  EXPECT_FALSE(read_region({.type = Value::Type::array, .items = std::span(good).first(3)}));
  EXPECT_FALSE(read_region(text));
}

}  // namespace
}  // namespace weir::store::redis::upstash
