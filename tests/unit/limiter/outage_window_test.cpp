// Windows over an hour, and when an outage is over.
#include "limiter/an_outage.hpp"

namespace weir::limiter {
namespace {

TEST_F(AnOutage, OfALongWindowGrantsItsOwnPart) {
  store_->set_instances(2);
  Limiter daily = limiter(fixed_window(4800, 24h));
  goes_away();
  EXPECT_EQ(granted(daily, "user"), 1) << "the least";
  clock_.advance(1h);
  EXPECT_EQ(granted(daily, "user"), 99) << "4800 / 2 / 24 in an hour";
  clock_.advance(30min);
  EXPECT_EQ(granted(daily, "user"), 50);
}

TEST_F(AnOutage, OfALongWindowGrantsTheShareWhenSomethingIsKnown) {
  store_->set_instances(2);
  Limiter daily = limiter(fixed_window(4800, 24h));
  ASSERT_THAT(daily.limit("user", 800), Allowed());
  clock_.advance(1h);
  goes_away();
  EXPECT_EQ(granted(daily, "user", 3000), 2000);
}

TEST_F(AnOutage, AnAnswerOfYesterdaySaysNothingOfToday) {
  Limiter daily = limiter(fixed_window(2400, 24h));
  ASSERT_THAT(daily.limit("user"), Allowed());
  clock_.advance(24h);
  goes_away();
  EXPECT_EQ(granted(daily, "user"), 1);
}

TEST_F(AnOutage, OfALongMonthGrantsItsOwnPart) {
  Limiter monthly = limiter(fixed_window(720'000, Period::month()));
  goes_away();
  EXPECT_EQ(granted(monthly, "user"), 1);
  clock_.advance(1h);
  const int an_hour = granted(monthly, "user", 2000);
  EXPECT_GE(an_hour, 720'000 / (31 * 24) - 1);
  EXPECT_LE(an_hour, 720'000 / (28 * 24));
}

TEST_F(AnOutage, OfASlowBucketGrantsOneAndWhatComesBack) {
  store_->set_instances(2);
  Limiter daily = limiter(token_bucket(4800, 24h));
  goes_away();
  EXPECT_EQ(granted(daily, "user"), 1);
  clock_.advance(1h);
  EXPECT_EQ(granted(daily, "user"), 100);
}

TEST_F(AnOutage, AWindowOfAnHourIsNotLong) {
  Limiter hourly = limiter(fixed_window(50, 1h));
  goes_away();
  EXPECT_EQ(granted(hourly, "user"), 50);
}

TEST_F(AnOutage, EndsWithAnAnswerAfterAQuietSecond) {
  Limiter daily = limiter(fixed_window(2400, 24h));
  goes_away();
  EXPECT_EQ(granted(daily, "user"), 1);
  clock_.advance(10h);
  EXPECT_EQ(granted(daily, "user", 1), 1);
  is_back();
  clock_.advance(2s);
  ASSERT_THAT(daily.limit("another"), Allowed());
  goes_away();
  EXPECT_EQ(granted(daily, "third"), 1) << "a new outage begins anew";
}

}  // namespace
}  // namespace weir::limiter
