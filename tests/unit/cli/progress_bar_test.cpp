#include "cli/progress_bar.hpp"

#include "cli/text_table.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

TEST(AProgressLine, ShowsHowMuchIsDone) {
  EXPECT_EQ(progress_line(50, 100, 3000, 2s), "[###############...............]  50%  3,000 calls, 1,500/s");
  EXPECT_EQ(progress_line(0, 100, 0, 0s), "[..............................]   0%  0 calls");
}

TEST(AProgressLine, NeverGoesBeyondTheEndOfAFileThatGrows) {
  EXPECT_EQ(progress_line(200, 100, 1, 1s), "[##############################] 100%  1 calls, 1/s");
}

TEST(AProgressLine, ShowsTheCallsAloneWhenNobodyKnowsTheTotal) {
  EXPECT_EQ(progress_line(50, 0, 3000, 2s), "3,000 calls, 1,500/s");
}

TEST(GroupedNumbers, HaveACommaBetweenThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(-1000), "-1,000");
  EXPECT_EQ(grouped(std::numeric_limits<std::int64_t>::min()), "-9,223,372,036,854,775,808");
}

TEST(ATextTable, AlignsNamesToTheLeftAndNumbersToTheRight) {
  TextTable table({"limit", "calls"});
  table.add_row({"é", "1,000"});
  table.add_row({"per-user", "7"});
  EXPECT_EQ(table.text(), "limit     calls\né         1,000\nper-user      7\n");
}

}  // namespace
}  // namespace weir::cli
