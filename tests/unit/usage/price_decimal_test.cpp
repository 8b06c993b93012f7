#include "usage/price/decimal.hpp"

#include <gmock/gmock.h>

namespace weir::usage {
namespace {

using testing::Eq;
using testing::Optional;

TEST(Decimal, KeepsWhatIsWritten) {
  EXPECT_THAT(parse_decimal("0.1"), Optional(Decimal{100'000'000}));
  EXPECT_THAT(parse_decimal("1.25"), Optional(Decimal{1'250'000'000}));
  EXPECT_THAT(parse_decimal("10"), Optional(whole(10)));
  EXPECT_THAT(parse_decimal(".5"), Optional(Decimal{500'000'000}));
  EXPECT_THAT(parse_decimal("3."), Optional(whole(3)));
  EXPECT_THAT(parse_decimal("5.00"), Optional(whole(5)));
  EXPECT_THAT(parse_decimal("0.000000001"), Optional(Decimal{1}));
}

TEST(Decimal, ZerosBeyondTheNinthDigitChangeNothing) {
  EXPECT_THAT(parse_decimal("0.10000000000000"), Optional(Decimal{100'000'000}));
}

TEST(Decimal, RefusesWhatItCannotKeepExactly) { EXPECT_THAT(parse_decimal("0.0000000001"), Eq(std::nullopt)); }

TEST(Decimal, RefusesWhatIsTooLarge) {
  EXPECT_THAT(parse_decimal("9223372035.999999999"), Optional(Decimal{9'223'372'035'999'999'999}));
  EXPECT_THAT(parse_decimal("9223372036"), Eq(std::nullopt));
  EXPECT_THAT(parse_decimal("99999999999999999999999999"), Eq(std::nullopt));
}

TEST(Decimal, RefusesWhatIsNoPlainNumber) {
  for (const char* text : {"", ".", "-1", "+1", "1e3", " 1", "1 ", "1.2.3", "0x10", "1,5", "NaN"}) {
    EXPECT_THAT(parse_decimal(text), Eq(std::nullopt)) << text;
  }
}

}  // namespace
}  // namespace weir::usage
