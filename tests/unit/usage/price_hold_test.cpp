#include "usage/price/hold.hpp"

#include <gmock/gmock.h>

namespace weir::usage {
namespace {

constexpr Asked hundred_and_max_fifty{.input = 100, .max_output = 50};

TEST(Hold, PromptAndTheLargestOutput) {
  EXPECT_EQ(hold({}, {}, hundred_and_max_fifty, 1000), (Hold{150, false}));
  EXPECT_EQ(hold({.unit = Unit::input_tokens}, {}, hundred_and_max_fifty, 1000), (Hold{100, false}));
  EXPECT_EQ(hold({.unit = Unit::output_tokens}, {}, hundred_and_max_fifty, 1000), (Hold{50, false}));
}

TEST(Hold, EveryAnswerMayBeThatLong) {
  EXPECT_EQ(hold({}, {}, {.input = 100, .max_output = 50, .answers = 4}, 1000), (Hold{300, false}));
}

TEST(Hold, OfRequestsIsOne) {
  EXPECT_EQ(hold({.unit = Unit::requests}, {}, hundred_and_max_fifty, 10), (Hold{1, false}));
}

TEST(Hold, OffHoldsNothing) {
  EXPECT_EQ(hold({}, {.kind = Reserve::Kind::off}, hundred_and_max_fifty, 10), (Hold{0, false}));
}

TEST(Hold, AFixedAmountIsHeldWhateverIsAsked) {
  EXPECT_EQ(hold({}, {.kind = Reserve::Kind::fixed, .amount = 7}, hundred_and_max_fifty, 10), (Hold{7, false}));
}

TEST(Hold, WithoutAMaximumTheDefaultIsHeld) {
  EXPECT_EQ(hold({}, {.default_output = 500}, {.input = 100}, 1000), (Hold{600, false}));
  EXPECT_EQ(hold({}, {.default_output = 500}, {.input = 100, .answers = 2}, std::nullopt), (Hold{1100, false}));
}

TEST(Hold, ADefaultAloneNeverMakesACallImpossible) {
  EXPECT_EQ(hold({}, {.default_output = 1024}, {.input = 100}, 500), (Hold{500, false}));
}

TEST(Hold, APromptThatNoLimitCouldGrantIsImpossible) {
  EXPECT_EQ(hold({}, {.default_output = 1024}, {.input = 501}, 500), (Hold{501, true}));
}

TEST(Hold, ANamedMaximumThatNoLimitCouldGrantIsImpossible) {
  EXPECT_EQ(hold({}, {}, {.input = 100, .max_output = 401}, 500), (Hold{501, true}));
  EXPECT_EQ(hold({}, {}, {.input = 100, .max_output = 400}, 500), (Hold{500, false}));
}

TEST(Hold, WeighsLikeTheCharge) {
  const Tariff ten_times{.factor = whole(10)};
  EXPECT_EQ(hold(ten_times, {}, hundred_and_max_fifty, 10'000), (Hold{1500, false}));
  const Tariff thinking_is_dear{.rates = {.reasoning = whole(3)}};
  EXPECT_EQ(hold(thinking_is_dear, {}, hundred_and_max_fifty, 1000), (Hold{250, false}));
  const Tariff money{.unit = Unit::cost, .rates = Price{.input = whole(2), .output = whole(10)}.rates()};
  EXPECT_EQ(hold(money, {}, hundred_and_max_fifty, 1'000'000'000), (Hold{100 * 2000 + 50 * 10'000, false}));
}

TEST(Hold, AbsurdRequestsStayAtTheLargestCost) {
  constexpr std::uint64_t most = ~std::uint64_t{0};
  EXPECT_EQ(hold({}, {}, {.input = most, .max_output = most, .answers = most}, 1000), (Hold{largest_cost, true}));
}

}  // namespace
}  // namespace weir::usage
