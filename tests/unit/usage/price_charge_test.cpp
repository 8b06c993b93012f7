#include "usage/price/charge.hpp"

#include "random/seed.hpp"
#include "usage/price/by_model.hpp"

#include <gmock/gmock.h>

#include <boost/multiprecision/cpp_int.hpp>

#include <algorithm>
#include <random>
#include <string>

namespace weir::usage {
namespace {

using Exact = boost::multiprecision::cpp_int;

constexpr Decimal tenth{Decimal::one / 10};

TEST(Charge, TokensAreInputAndOutput) {
  EXPECT_EQ(charge({}, {.input = 30, .output = 12}), 42);
  EXPECT_EQ(charge({.unit = Unit::input_tokens}, {.input = 30, .output = 12}), 30);
  EXPECT_EQ(charge({.unit = Unit::output_tokens}, {.input = 30, .output = 12}), 12);
  EXPECT_EQ(charge({.unit = Unit::requests}, {.input = 30, .output = 12}), 1);
}

TEST(Charge, PartsAreNotCountedTwice) {
  EXPECT_EQ(charge({}, {.input = 100, .output = 50, .cached_input = 80, .cache_write = 10, .reasoning = 40}), 150);
}

TEST(Charge, CachedInputWeighsWhatTheLimitSays) {
  const Tariff tariff{.rates = {.cached_input = tenth}};
  EXPECT_EQ(charge(tariff, {.input = 100, .cached_input = 80}), 20 + 8);
}

TEST(Charge, FractionsAddUpExactlyAndRoundUpOnce) {
  const Tariff tariff{.rates = {.cached_input = tenth, .cache_write = {.nanos = 1'250'000'000}, .reasoning = tenth}};
  // 5 * 0.1 + 2 * 1.25 + 10 * 0.1 = 4, to the last digit
  EXPECT_EQ(charge(tariff, {.input = 7, .output = 10, .cached_input = 5, .cache_write = 2, .reasoning = 10}), 4);
  EXPECT_EQ(charge(tariff, {.input = 1, .cached_input = 1}), 1);
  EXPECT_EQ(charge(tariff, {}), 0);
}

TEST(Charge, AModelsWeightMultipliesTheWhole) {
  const Tariff tariff{.rates = {.cached_input = tenth}, .factor = whole(10)};
  EXPECT_EQ(charge(tariff, {.input = 3, .output = 2, .cached_input = 1}), 20 + 20 + 1);
}

TEST(Charge, MoneyIsCountedInNanos) {
  const Price gpt{.input = {.nanos = 2'500'000'000}, .output = whole(10), .cached_input = Decimal{1'250'000'000}};
  const Tariff tariff{.unit = Unit::cost, .rates = gpt.rates()};
  EXPECT_EQ(charge(tariff, {.input = 1'000'000}), 2'500'000'000);
  EXPECT_EQ(charge(tariff, {.output = 1'000'000}), 10'000'000'000);
  EXPECT_EQ(charge(tariff, {.input = 1000, .output = 10, .cached_input = 400, .reasoning = 10}),
            600 * 2500 + 400 * 1250 + 10 * 10'000);
}

TEST(Charge, AnUnwrittenPriceIsThatOfTheWhole) {
  const Price price{.input = whole(2), .output = whole(8)};
  EXPECT_EQ(price.rates(), (Rates{whole(2), whole(2), whole(2), whole(8), whole(8)}));
}

TEST(Charge, LessThanANanoRoundsUp) {
  const Tariff tariff{.unit = Unit::cost, .rates = Price{.input = {.nanos = 37'500}, .output = {}}.rates()};
  EXPECT_EQ(charge(tariff, {.input = 1}), 1);
  EXPECT_EQ(charge(tariff, {.input = 1'000'000}), 37'500);
}

TEST(Charge, APartThatSaysMoreThanItsWholeCountsAsTheWhole) {
  const Tariff tariff{.rates = {.cached_input = tenth, .cache_write = whole(5)}};
  EXPECT_EQ(charge(tariff, {.input = 10, .cached_input = 900, .cache_write = 900}), 1);
  EXPECT_EQ(charge(tariff, {.output = 10, .reasoning = 900}), 10);
}

TEST(Charge, AbsurdCountsStayAtTheLargestCost) {
  constexpr std::uint64_t most = ~std::uint64_t{0};
  EXPECT_EQ(charge({}, {.input = most, .output = most}), largest_cost);
  const Decimal top{std::numeric_limits<std::int64_t>::max()};
  EXPECT_EQ(charge({.rates = {top, top, top, top, top}, .factor = top}, {.input = most, .output = most}), largest_cost);
}

// The same sum over integers without a bound.
Exact model(const Tariff& tariff, const Counts& used) {
  const auto rate = [](std::uint64_t tokens, Decimal of) { return Exact(tokens) * of.nanos; };
  const std::uint64_t cached = std::min(used.cached_input, used.input);
  const std::uint64_t written = std::min(used.cache_write, used.input - cached);
  const std::uint64_t reasoning = std::min(used.reasoning, used.output);
  Exact sum = 0;
  if (tariff.unit != Unit::output_tokens) {
    sum += rate(used.input - cached - written, tariff.rates.input) + rate(cached, tariff.rates.cached_input) +
           rate(written, tariff.rates.cache_write);
  }
  if (tariff.unit != Unit::input_tokens) {
    sum += rate(used.output - reasoning, tariff.rates.output) + rate(reasoning, tariff.rates.reasoning);
  }
  sum *= tariff.factor.nanos;
  const Exact unit = tariff.unit == Unit::cost ? Exact(1'000'000'000'000'000) : Exact(1'000'000'000'000'000'000);
  return std::min<Exact>((sum + unit - 1) / unit, Exact(largest_cost));
}

TEST(Charge, IsWhatExactArithmeticSays) {
  SCOPED_TRACE(repeat_with());
  std::mt19937_64 random(seed());
  const auto any = [&](int bits) { return random() >> (64 - 1 - random() % static_cast<unsigned>(bits)); };
  const auto decimal = [&] { return Decimal{static_cast<std::int64_t>(any(62))}; };
  for (int round = 0; round < 20'000; ++round) {
    const Tariff tariff{
        .unit = std::array{Unit::tokens, Unit::input_tokens, Unit::output_tokens, Unit::cost}[any(2) % 4],
        .rates = {decimal(), decimal(), decimal(), decimal(), decimal()},
        .factor = decimal()};
    const Counts used{any(40), any(40), any(40), any(40), any(40)};
    ASSERT_EQ(Exact(charge(tariff, used)), model(tariff, used));
  }
}

bool prefix_matches(std::string_view pattern, std::string_view name) noexcept {
  return pattern.ends_with('*') && name.starts_with(pattern.substr(0, pattern.size() - 1));
}

TEST(ByModel, TheExactNameWinsThenTheFirstPattern) {
  const ByModel<int> table({{"gpt-4*", 1}, {"gpt-*", 2}, {"gpt-4o", 3}}, &prefix_matches);
  EXPECT_THAT(table.find("gpt-4o"), testing::Pointee(3));
  EXPECT_THAT(table.find("gpt-4.1"), testing::Pointee(1));
  EXPECT_THAT(table.find("gpt-5"), testing::Pointee(2));
  EXPECT_EQ(table.find("claude"), nullptr);
  EXPECT_EQ(ByModel<int>().find("gpt-4o"), nullptr);
}

}  // namespace
}  // namespace weir::usage
