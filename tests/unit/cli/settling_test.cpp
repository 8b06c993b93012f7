#include "cli/settling.hpp"

#include <gtest/gtest.h>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;
constexpr Settling::Clock::time_point start{};

TEST(Settling, WithoutAChangeThereIsNothingToWaitFor) {
  Settling settling;
  EXPECT_EQ(settling.when(), std::nullopt);
  EXPECT_FALSE(settling.settled(start + 1h));
}

TEST(Settling, OneChangeSettlesWhenNoOtherFollows) {
  Settling settling;
  settling.changed(start);
  EXPECT_FALSE(settling.settled(start + 99ms));
  EXPECT_TRUE(settling.settled(start + 100ms));
  EXPECT_FALSE(settling.settled(start + 1h)) << "it is settled once";
}

TEST(Settling, ABurstIsOne) {
  Settling settling;
  for (auto at = start; at <= start + 500ms; at += 50ms) settling.changed(at);
  EXPECT_EQ(settling.when(), start + 600ms);
}

TEST(Settling, AStormThatNeverEndsIsLookedAtEverySecond) {
  Settling settling;
  for (auto at = start; at < start + 1s; at += 10ms) {
    settling.changed(at);
    EXPECT_FALSE(settling.settled(at));
  }
  EXPECT_TRUE(settling.settled(start + 1s));
}

}  // namespace
}  // namespace weir::cli
