#include "gateway/wait_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Instant t0 = std::chrono::sys_days(std::chrono::year(2026) / 1 / 15);

class AWaitQueue : public testing::Test {
 protected:
  auto add(const std::string& who, Instant due) {
    return queue_.add(due, [this, who] { woken_.push_back(who); });
  }
  WaitQueue queue_{3};
  std::vector<std::string> woken_;
};

TEST_F(AWaitQueue, WakesThoseWhoseTimeHasComeInTheirOrder) {
  ASSERT_TRUE(add("late", t0 + 3s));
  ASSERT_TRUE(add("second", t0 + 1s));
  ASSERT_TRUE(add("third", t0 + 1s));
  EXPECT_EQ(queue_.wake_due(t0), t0 + 1s);
  EXPECT_THAT(woken_, IsEmpty());
  EXPECT_EQ(queue_.wake_due(t0 + 2s), t0 + 3s);
  EXPECT_THAT(woken_, ElementsAre("second", "third"));
  EXPECT_EQ(queue_.wake_due(t0 + 3s), std::nullopt);
  EXPECT_THAT(woken_, ElementsAre("second", "third", "late"));
}

TEST_F(AWaitQueue, DoesNotWakeWhoHasLeft) {
  const auto ticket = add("gone", t0 + 1s);
  ASSERT_TRUE(ticket);
  EXPECT_TRUE(queue_.remove(*ticket));
  EXPECT_FALSE(queue_.remove(*ticket));
  EXPECT_EQ(queue_.wake_due(t0 + 1s), std::nullopt);
  EXPECT_THAT(woken_, IsEmpty());
}

TEST_F(AWaitQueue, IsBoundedUntilSomebodyLeaves) {
  const auto first = add("a", t0 + 1s);
  ASSERT_TRUE(add("b", t0 + 1s));
  ASSERT_TRUE(add("c", t0 + 1s));
  EXPECT_FALSE(add("d", t0 + 1s));
  queue_.remove(*first);
  EXPECT_TRUE(add("d", t0 + 1s));
  EXPECT_EQ(queue_.size(), 3);
}

TEST_F(AWaitQueue, RaisesTheAlarmForWhoIsDueFirst) {
  int alarms = 0;
  queue_.set_alarm([&] { ++alarms; });
  ASSERT_TRUE(add("first", t0 + 2s));
  EXPECT_EQ(alarms, 1);
  ASSERT_TRUE(add("later", t0 + 3s));
  EXPECT_EQ(alarms, 1);
  ASSERT_TRUE(add("sooner", t0 + 1s));
  EXPECT_EQ(alarms, 2);
}

TEST_F(AWaitQueue, RaisesANewAlarmForWhoWaitsAlready) {
  ASSERT_TRUE(add("early", t0 + 1s));
  int alarms = 0;
  queue_.set_alarm([&] { ++alarms; });
  EXPECT_EQ(alarms, 1);
}

}  // namespace
}  // namespace weir::gateway
