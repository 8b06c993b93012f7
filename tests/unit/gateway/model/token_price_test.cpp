#include "gateway/model/token_price.hpp"

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

using usage::Decimal;
using usage::Unit;
using usage::whole;

const usage::Counts counts{.input = 10, .output = 4, .cached_input = 6};

TEST(TokenPrice, TokensAreWeighedByKind) {
  config::Tokens tokens{.unit = Unit::tokens};
  tokens.weights.cached_input = Decimal{500'000'000};
  EXPECT_EQ(usage::charge(TokenPrice(tokens, {}).tariff("any"), counts), 4 + 3 + 4);
}

TEST(TokenPrice, AModelHasAFactorByItsNameBeforeAGlob) {
  const config::Tokens tokens{.unit = Unit::tokens, .model_weights = {{"gpt-4*", whole(10)}, {"gpt-4o", whole(3)}}};
  const TokenPrice price(tokens, {});
  EXPECT_EQ(usage::charge(price.tariff("gpt-4-turbo"), counts), 140);
  EXPECT_EQ(usage::charge(price.tariff("gpt-4o"), counts), 42);
  EXPECT_EQ(usage::charge(price.tariff("other"), counts), 14);
}

TEST(TokenPrice, MoneyIsByThePriceOfTheModelAndFreeWithoutOne) {
  const config::Tokens tokens{.unit = Unit::cost};
  const TokenPrice price(tokens, {{"gpt-*", {.input = whole(2), .output = whole(8), .cached_input = whole(1)}}});
  EXPECT_EQ(usage::charge(price.tariff("gpt-4o"), counts), (4 * 2 + 6 * 1 + 4 * 8) * 1000);
  EXPECT_EQ(usage::charge(price.tariff("other"), counts), 0);
}

}  // namespace
}  // namespace weir::gateway
