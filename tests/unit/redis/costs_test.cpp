#include "store/redis/layout/costs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace weir::store::redis {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(CostsText, CountsWhatComesSeveralTimesInARow) {
  constexpr std::array<std::int64_t, 7> costs{1, 2, 2, 2, -1, 2, 2};
  EXPECT_EQ(costs_text(costs), "1 2*3 -1 2*2");
}

TEST(CostsText, IsEmptyForNone) { EXPECT_EQ(costs_text({}), ""); }

TEST(CostsOfKeys, AreLeftOutWhereEachHasOneOfOne) {
  constexpr std::array<std::int64_t, 1> one{1};
  const std::array asks{Ask{.key = "a", .costs = one}, Ask{.key = "b", .costs = one}};
  std::vector<std::string> arguments;
  append_costs(asks, arguments);
  EXPECT_THAT(arguments, IsEmpty());
}

TEST(CostsOfKeys, AreATextForEachOtherwise) {
  constexpr std::array<std::int64_t, 1> one{1};
  constexpr std::array<std::int64_t, 2> two_ones{1, 1};
  const std::array asks{Ask{.key = "a", .costs = one}, Ask{.key = "b", .costs = two_ones}};
  std::vector<std::string> arguments;
  append_costs(asks, arguments);
  EXPECT_THAT(arguments, ElementsAre("1", "1*2"));
}

}  // namespace
}  // namespace weir::store::redis
