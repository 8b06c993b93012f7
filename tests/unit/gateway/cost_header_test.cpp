#include "gateway/cost_header.hpp"

#include "gateway/written_request.hpp"

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

TEST(CostHeader, AnAbsentOrEmptyHeaderCostsTheLimitsOwnCost) {
  EXPECT_EQ(requested_cost(WrittenRequest(), "x-cost", 3), 3);
  EXPECT_EQ(requested_cost(WrittenRequest().with("x-cost", ""), "x-cost", 3), 3);
}

TEST(CostHeader, AWholeNumberIsTheCost) {
  EXPECT_EQ(requested_cost(WrittenRequest().with("x-cost", "25"), "x-cost", 1), 25);
  EXPECT_EQ(parse_cost("0"), 0);
  EXPECT_EQ(parse_cost("+7"), 7);
  EXPECT_EQ(parse_cost("9007199254740991"), 9007199254740991);
}

TEST(CostHeader, AnythingElseIsNoNumber) {
  for (const auto* text : {"", "-", "1.5", "0x10", " 1", "1 ", "1e3", "one", "++1", "1,2"}) {
    EXPECT_EQ(parse_cost(text), std::unexpected(CostError::not_a_number)) << text;
  }
}

TEST(CostHeader, ARequestCanNeitherRefundNorExceedTheRange) {
  for (const auto* text : {"-1", "9007199254740992", "99999999999999999999999999", "-99999999999999999999"}) {
    EXPECT_EQ(parse_cost(text), std::unexpected(CostError::out_of_range)) << text;
  }
}

TEST(CostHeader, TwoCostsAreNone) {
  EXPECT_EQ(requested_cost(WrittenRequest().with("x-cost", "1").with("x-cost", "1"), "x-cost", 1),
            std::unexpected(CostError::not_a_number));
}

}  // namespace
}  // namespace weir::gateway
