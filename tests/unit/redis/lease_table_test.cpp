// Who has which units: spending, fetching ahead, giving back.
#include "store/redis/leases/lease_table.hpp"

#include "store/redis/native/layout.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace weir::store::redis {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

class ALeaseTable : public testing::Test {
 protected:
  std::shared_ptr<const RedisSpace> space_ =
      std::static_pointer_cast<const RedisSpace>(native_layout("weir")->open("p", fixed_window(10'000, 1min)));
  LeaseTable table_;
  LeaseTable::Errands errands_;
  Deadline now_{1h};

  bool take(std::int64_t cost = 1, Key key = "u") {
    return table_.take(*space_, key, cost, now_, 1, errands_).has_value();
  }
  // Until it asks.
  LeaseErrand asked() {
    for (int calls = 0; calls < 10 && errands_.empty(); ++calls) EXPECT_FALSE(take());
    LeaseErrand errand = std::move(errands_.at(0));
    errands_.clear();
    return errand;
  }
  Lease lease(std::int64_t units, std::string stamp = "s") const {
    return {.units = units,
            .granted = units,
            .ends = now_ + 2s,
            .receipt = {.held_at = 7, .stamp = std::move(stamp), .state = ""},
            .seen = {.limit = 10'000, .remaining = 500}};
  }
};

TEST_F(ALeaseTable, AsksForNothingWhereAKeyComesOnce) {
  EXPECT_FALSE(take());
  EXPECT_THAT(errands_, IsEmpty());
}

TEST_F(ALeaseTable, AsksForTwiceWhatAKeyUses) {
  EXPECT_FALSE(take(10));
  EXPECT_THAT(errands_, SizeIs(1));
  EXPECT_EQ(errands_[0].want, 20);
  EXPECT_EQ(errands_[0].key().text(), "u");
}

TEST_F(ALeaseTable, AsksOnceAtATime) {
  const LeaseErrand errand = asked();
  for (int call = 0; call < 100; ++call) EXPECT_FALSE(take());
  EXPECT_THAT(errands_, IsEmpty());
}

TEST_F(ALeaseTable, SpendsWhatItHasAndNoMore) {
  table_.granted(asked(), lease(50), now_, errands_);
  int spent = 0;
  for (int call = 0; call < 200; ++call) spent += take() ? 1 : 0;
  EXPECT_EQ(spent, 50);
}

TEST_F(ALeaseTable, SaysWhatRedisSaid) {
  table_.granted(asked(), lease(50), now_, errands_);
  const auto verdict = table_.take(*space_, "u", 1, now_, 1, errands_);
  ASSERT_TRUE(verdict);
  EXPECT_TRUE(verdict->allowed());
  EXPECT_EQ(verdict->limit, 10'000);
  EXPECT_EQ(verdict->remaining, 500);  // without what is leased
}

TEST_F(ALeaseTable, TellsTextFromNumbersAndOneSpaceFromAnother) {
  table_.granted(asked(), lease(50), now_, errands_);
  EXPECT_FALSE(take(1, 42));
  EXPECT_FALSE(take(1, "v"));
  const auto other =
      std::static_pointer_cast<const RedisSpace>(native_layout("weir")->open("q", fixed_window(10'000, 1min)));
  EXPECT_FALSE(table_.take(*other, "u", 1, now_, 1, errands_));
}

TEST_F(ALeaseTable, FetchesAheadWhenAThirdIsLeft) {
  table_.granted(asked(), lease(30), now_, errands_);
  for (int call = 0; call < 19; ++call) EXPECT_TRUE(take());
  EXPECT_THAT(errands_, IsEmpty());
  EXPECT_TRUE(take());
  ASSERT_THAT(errands_, SizeIs(1));
  table_.granted(errands_[0], lease(60), now_, errands_);
  int spent = 0;
  for (int call = 0; call < 200; ++call) spent += take() ? 1 : 0;
  EXPECT_EQ(spent, 10 + 60);
}

TEST_F(ALeaseTable, SpendsNothingAfterALeasesEndAndGivesTheRestBack) {
  table_.granted(asked(), lease(50, "stamp"), now_, errands_);
  EXPECT_TRUE(take(20));
  errands_.clear();
  now_ += 2s;
  EXPECT_FALSE(take());
  for (int shard = 0; shard < 64; ++shard) table_.sweep(now_, errands_);
  ASSERT_THAT(errands_, SizeIs(1));
  ASSERT_THAT(errands_[0].back, SizeIs(1));
  EXPECT_EQ(errands_[0].back[0].units, 30);
  EXPECT_EQ(errands_[0].back[0].receipt.stamp, "stamp");
}

TEST_F(ALeaseTable, GivesBackAtOnceWhatCameTooLate) {
  const LeaseErrand errand = asked();
  Lease late = lease(50);
  now_ += 3s;
  table_.granted(errand, late, now_, errands_);
  ASSERT_THAT(errands_, SizeIs(1));
  EXPECT_EQ(errands_[0].want, 0);
  ASSERT_THAT(errands_[0].back, SizeIs(1));
  EXPECT_EQ(errands_[0].back[0].units, 50);
}

TEST_F(ALeaseTable, IsQuietForAWhileAfterNothingWasGranted) {
  table_.not_granted(asked(), now_);
  EXPECT_FALSE(take());
  EXPECT_THAT(errands_, IsEmpty());
  now_ += 200ms;
  EXPECT_FALSE(take());
  EXPECT_THAT(errands_, SizeIs(1));
}

TEST_F(ALeaseTable, TakesBackWhatWasNotSpentAfterAll) {
  table_.granted(asked(), lease(50), now_, errands_);
  EXPECT_TRUE(take(50));
  table_.untake(*space_, "u", 50, now_);
  EXPECT_TRUE(take(50));
}

TEST_F(ALeaseTable, ForgetsTheUnitsOfAKeyThatIsReset) {
  table_.granted(asked(), lease(50), now_, errands_);
  table_.forget(*space_, "u");
  EXPECT_FALSE(take());
  errands_.clear();
  table_.give_back_all(errands_);
  EXPECT_THAT(errands_, IsEmpty());
}

TEST_F(ALeaseTable, GivesBackWhatWasAskedForBeforeAReset) {
  const LeaseErrand errand = asked();
  table_.forget(*space_);
  table_.granted(errand, lease(50), now_, errands_);
  ASSERT_THAT(errands_, SizeIs(1));
  EXPECT_EQ(errands_[0].back.at(0).units, 50);
  EXPECT_FALSE(take());
}

TEST_F(ALeaseTable, GivesBackWhatCameAfterItsEnd) {
  const LeaseErrand errand = asked();
  table_.give_back_all(errands_);
  EXPECT_THAT(errands_, IsEmpty());
  table_.granted(errand, lease(50), now_, errands_);
  ASSERT_THAT(errands_, SizeIs(1));
  EXPECT_EQ(errands_[0].back.at(0).units, 50);
}

TEST_F(ALeaseTable, GivesEverythingBackAtItsEnd) {
  table_.granted(asked(), lease(50), now_, errands_);
  errands_.clear();
  table_.give_back_all(errands_);
  ASSERT_THAT(errands_, SizeIs(1));
  EXPECT_EQ(errands_[0].back.at(0).units, 50);
  EXPECT_TRUE(table_.empty());
}

TEST_F(ALeaseTable, ForgetsKeysThatAreNotUsed) {
  EXPECT_FALSE(take());
  now_ += 1min;
  for (int shard = 0; shard < 64; ++shard) table_.sweep(now_, errands_);
  EXPECT_TRUE(table_.empty());
}

TEST_F(ALeaseTable, IsBounded) {
  LeaseTable small(64);
  for (int key = 0; key < 10'000; ++key) (void)small.take(*space_, key, 1, now_, 1, errands_);
  EXPECT_LE(small.keys(), 128U);
}

TEST_F(ALeaseTable, SpendsEachUnitOnceWhateverTheThreads) {
  table_.granted(asked(), lease(10'000), now_, errands_);
  std::atomic<int> spent{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      LeaseTable::Errands errands;
      for (int call = 0; call < 5000; ++call) spent += table_.take(*space_, "u", 1, now_, 1, errands) ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(spent, 10'000);
}

TEST(ALeaseShare, FollowsTheUseAndEndsWhereLittleIsLeft) {
  EXPECT_EQ(lease_share(1, 1000, 1), 0);
  EXPECT_EQ(lease_share(2, 1000, 1), 4);
  EXPECT_EQ(lease_share(100, 1000, 1), 200);
  EXPECT_EQ(lease_share(10'000, 1000, 1), 500);
  EXPECT_EQ(lease_share(10'000, 1000, 10), 50);
  EXPECT_EQ(lease_share(10, 10, 2), 0);
}

TEST(ALeaseShare, IsForgottenAfterAPauseOfTwoPeriods) {
  LeaseUse use;
  use.note(100, Deadline(1h), 2s);
  use.note(1, Deadline(1h) + 2s, 2s);
  EXPECT_EQ(use.a_period(), 100);
  use.note(1, Deadline(1h) + 7s, 2s);
  EXPECT_EQ(use.a_period(), 1);
}

TEST(ALeaseEnd, IsBeforeRedisWouldSaySoByAHundredth) { EXPECT_EQ(lease_end(Deadline(1h), 1s), Deadline(1h) + 985ms); }

}  // namespace
}  // namespace weir::store::redis
