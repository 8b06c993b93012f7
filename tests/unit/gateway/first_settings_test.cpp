// A request that comes before it is known what is set at run time.
#include "gateway/first_settings.hpp"

#include "limiter/fake_settings.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace weir::gateway {
namespace {

struct AsksNext final : Unanswered {
  int expired = 0;
  void expire() override { ++expired; }
};

struct FirstSettingsTest : testing::Test {
  FirstSettingsTest() { settings.is_current = false; }
  limiter::FakeSettings settings;
};

TEST_F(FirstSettingsTest, AreMissingUntilTheStoreHasSaidThem) {
  EXPECT_FALSE(FirstSettings::are_missing(nullptr)) << "they are kept in this process";
  EXPECT_TRUE(FirstSettings::are_missing(&settings));
  settings.become_current();
  EXPECT_FALSE(FirstSettings::are_missing(&settings));
}

TEST_F(FirstSettingsTest, WakeAParkedRequestOnceWhenTheyCome) {
  const auto first = FirstSettings::ask(settings);
  int woken = 0;
  ASSERT_TRUE(first->park([&] { ++woken; }));
  EXPECT_FALSE(first->over());
  settings.become_current();
  EXPECT_TRUE(first->over());
  first->expire();
  EXPECT_EQ(woken, 1);
}

TEST_F(FirstSettingsTest, ThatCameBeforeNeedNobodyToWait) {
  const auto first = FirstSettings::ask(settings);
  settings.become_current();
  EXPECT_FALSE(first->park([] { FAIL() << "nobody waits"; }));
}

TEST_F(FirstSettingsTest, ThatDoNotComeInTimeAreNotWaitedFor) {
  const auto first = FirstSettings::ask(settings);
  int woken = 0;
  ASSERT_TRUE(first->park([&] { ++woken; }));
  first->expire();
  EXPECT_EQ(woken, 1);
  settings.become_current();
  EXPECT_EQ(woken, 1);
}

TEST_F(FirstSettingsTest, WakeNobodyWhoIsGone) {
  const auto first = FirstSettings::ask(settings);
  ASSERT_TRUE(first->park([] { FAIL() << "the stream is gone"; }));
  first->leave();
  settings.become_current();
}

TEST_F(FirstSettingsTest, LeaveWhatIsAskedNextTheRestOfTheTime) {
  const auto first = FirstSettings::ask(settings);
  settings.become_current();
  const auto next = std::make_shared<AsksNext>();
  first->then(next);
  EXPECT_EQ(next->expired, 0);
  first->expire();
  EXPECT_EQ(next->expired, 1);
}

TEST_F(FirstSettingsTest, LeaveNoTimeWhenAllOfItIsOver) {
  const auto first = FirstSettings::ask(settings);
  first->expire();
  const auto next = std::make_shared<AsksNext>();
  first->then(next);
  EXPECT_EQ(next->expired, 1);
}

}  // namespace
}  // namespace weir::gateway
