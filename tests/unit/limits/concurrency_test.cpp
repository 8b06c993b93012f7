#include "limits/concurrency.hpp"

#include "limits/verdicts.hpp"

namespace weir::limits {
namespace {

constexpr Concurrency three = Concurrency::make(concurrency(3));

TEST(Concurrency, AdmitsWhileSlotsAreFree) {
  EXPECT_THAT(three.look(0, 1), AllowedWithRemaining(2));
  EXPECT_THAT(three.look(2, 1), AllowedWithRemaining(0));
}

TEST(Concurrency, CannotSayWhenARefusedCallWouldPass) {
  EXPECT_THAT(three.look(3, 1), RefusedForGood());
  EXPECT_EQ(three.look(2, 2).remaining, 1);
}

TEST(Concurrency, CostZeroAsksForAFreeSlot) {
  EXPECT_THAT(three.look(2, 0), AllowedWithRemaining(1));
  EXPECT_THAT(three.look(3, 0), RefusedForGood());
}

TEST(Concurrency, ReleasesAreCapped) { EXPECT_THAT(three.look(1, -5), AllowedWithRemaining(3)); }

TEST(Concurrency, CostAboveTheLimitNeverPasses) { EXPECT_THAT(three.look(0, 4), AboveLimit()); }

TEST(Concurrency, HasNoResetTime) { EXPECT_THAT(three.look(1, 1), ResetsAt(Instant{})); }

TEST(Concurrency, OwesWhatALoweredLimitLeavesHeld) {
  EXPECT_THAT(three.look(5, 1), Owes(2));
  EXPECT_THAT(three.look(endless, 1), Owes(endless - 3));
}

}  // namespace
}  // namespace weir::limits
