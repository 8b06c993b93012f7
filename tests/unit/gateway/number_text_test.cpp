#include "gateway/number_text.hpp"

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

TEST(NumberText, IsTheShortestTextOfTheNumber) {
  std::pmr::monotonic_buffer_resource memory;
  EXPECT_EQ(number_text(42, memory), "42");
  EXPECT_EQ(number_text(-1, memory), "-1");
  EXPECT_EQ(number_text(-0.0, memory), "0");
  EXPECT_EQ(number_text(1.5, memory), "1.5");
  EXPECT_EQ(number_text(1e15, memory), "1000000000000000");
  EXPECT_EQ(number_text(9007199254740992, memory), "9007199254740992");
  EXPECT_EQ(number_text(1e300, memory), "1e+300");
  EXPECT_EQ(number_text(-2.2250738585072014e-308, memory), "-2.2250738585072014e-308");
}

}  // namespace
}  // namespace weir::gateway
