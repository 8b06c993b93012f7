#include "store/redis/upstash/regions.hpp"

#include "store/redis/upstash/layout.hpp"
#include "store/redis/upstash/reply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis::upstash {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using What = Amendment::What;

constexpr Instant t0{std::chrono::milliseconds(1'700'000'000'000)};

class UpstashRegionLayout : public testing::Test {
 protected:
  std::unique_ptr<Layout> layout = upstash_layout({.regions = true});
  std::shared_ptr<const Space> opened = layout->open("p", sliding_window(10, 10s));
  const RedisSpace& space = static_cast<const RedisSpace&>(*opened);

  static Value text(std::string_view text) { return {.type = Value::Type::text, .text = text}; }
};

TEST_F(UpstashRegionLayout, EachCostHasTheNameOfItsRequest) {
  const std::array<std::int64_t, 2> costs{3, 1};
  const std::array<std::string_view, 2> names{"aaaa", "bbbb"};
  const Ask ask{.key = "u", .costs = costs, .requests = names};
  const ScriptCall call = layout->each(space, std::span(&ask, 1), t0);
  EXPECT_THAT(std::span(call.arguments).last(2), ElementsAre("3 aaaa", "1 bbbb"));
  EXPECT_THAT(call.keys, ElementsAre("p:denyList:all", "p:u:170000000", "p:u:169999999"));
}

TEST_F(UpstashRegionLayout, SaysWhatIsLeftAsThePackageDoesAndWhatIsKnown) {
  const std::vector<Value> fields{text("a"), text("2"), text("own"), text("1")};
  const std::vector<Value> items{
      text("10"), text("2"), text("5"), text("1"), {.type = Value::Type::array, .items = fields}};
  const Value reply{.type = Value::Type::array, .items = items};
  const std::int64_t cost = 1;
  const Ask ask{.key = "u", .costs = std::span(&cost, 1)};
  Verdict verdict;
  ASSERT_TRUE(layout->read_each(space, std::span(&ask, 1), t0 + 5s, reply, std::span(&verdict, 1)));
  EXPECT_EQ(verdict.remaining, 4);  // 2.5 and 3 are used
  EXPECT_EQ(verdict.reset, t0 + 10s);
  const auto known = layout->known(1, reply);
  ASSERT_THAT(known, SizeIs(1));
  EXPECT_THAT(*known[0], ElementsAre(Pair("a", 2), Pair("own", 1)));
}

TEST_F(UpstashRegionLayout, TellsOfRequestsKeyByKeyAndWindowByWindow) {
  const std::array amendments{Amendment{.key = "u", .at = t0, .request = "a", .units = 2, .what = What::put},
                              Amendment{.key = "u", .at = t0 - 10s, .request = "b", .units = 3, .what = What::fill},
                              Amendment{.key = "u", .at = t0, .request = "c", .what = What::drop},
                              Amendment{.key = "u", .at = t0 - 20s, .request = "past", .units = 1, .what = What::put}};
  const auto calls = layout->amend(space, amendments, t0);
  ASSERT_THAT(calls, SizeIs(2));
  EXPECT_THAT(calls[0].keys, ElementsAre("p:u:169999999"));
  EXPECT_THAT(calls[0].arguments, ElementsAre("21000", "fill", "b", "3"));
  EXPECT_THAT(calls[1].arguments, ElementsAre("21000", "put", "a", "2", "drop", "c", "0"));
}

TEST_F(UpstashRegionLayout, OfAFixedWindowThatIsOverNothingIsTold) {
  const auto fixed = layout->open("p", fixed_window(10, 10s));
  const Amendment past{.key = "u", .at = t0 - 1ms, .request = "a", .units = 2, .what = What::put};
  EXPECT_THAT(layout->amend(static_cast<const RedisSpace&>(*fixed), std::span(&past, 1), t0), IsEmpty());
}

TEST_F(UpstashRegionLayout, HasNoTokenBucket) {
  EXPECT_THROW((void)layout->open("p", token_bucket(10, 10s, 10)), std::invalid_argument);
}

TEST(UpstashRequests, AnythingButFieldsIsNone) {
  const Value text{.type = Value::Type::text, .text = "x"};
  const Value one{.type = Value::Type::integer, .integer = 1};
  const std::vector<Value> odd{text};
  const std::vector<Value> wrong{text, one};
  const std::vector<Value> no_number{text, text};
  EXPECT_EQ(read_requests({.type = Value::Type::array, .items = odd}), nullptr);
  EXPECT_EQ(read_requests({.type = Value::Type::array, .items = wrong}), nullptr);
  EXPECT_EQ(read_requests({}), nullptr);
  EXPECT_THAT(*read_requests({.type = Value::Type::array, .items = no_number}), ElementsAre(Pair("x", 0)));
}

}  // namespace
}  // namespace weir::store::redis::upstash
