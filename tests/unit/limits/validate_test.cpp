#include <weir/decision.hpp>
#include <weir/rule.hpp>

#include "limits/verdicts.hpp"

namespace weir {
namespace {

using std::chrono::days;
using std::chrono::year;
using namespace std::chrono_literals;
using limits::century;
using limits::huge;
using ::testing::HasSubstr;

// NOLINTBEGIN(readability-identifier-naming): matchers are named as gmock names its own.
MATCHER(Valid, "") {
  if (!arg) *result_listener << arg.error();
  return arg.has_value();
}
MATCHER_P(WrongBecause, words, "") { return !arg && ::testing::Value(arg.error(), HasSubstr(words)); }
// NOLINTEND(readability-identifier-naming)

Rule anchored(Rule rule, std::chrono::year_month_day anchor) {
  rule.anchor = anchor;
  return rule;
}

TEST(Validate, AcceptsWhatTheContractShows) {
  EXPECT_THAT(validate(sliding_window(100, 1min)), Valid());
  EXPECT_THAT(validate(token_bucket(100, 1min, 20)), Valid());
  EXPECT_THAT(validate(gcra(1, 1us, huge)), Valid());
  EXPECT_THAT(validate(fixed_window(1000, Period::month())), Valid());
  EXPECT_THAT(validate(concurrency(5)), Valid());
  EXPECT_THAT(validate(unlimited()), Valid());
}

TEST(Validate, BoundsTheCount) {
  EXPECT_THAT(validate(fixed_window(huge, 1s)), Valid());
  EXPECT_THAT(validate(fixed_window(huge + 1, 1s)), WrongBecause("at most 2^53"));
  EXPECT_THAT(validate(gcra(0, 1s)), WrongBecause("at least 1"));
  EXPECT_THAT(validate(concurrency(-1)), WrongBecause("at least 1"));
}

TEST(Validate, BoundsTheCountOfALog) {
  EXPECT_THAT(validate(sliding_log(10'000, 1s)), Valid());
  EXPECT_THAT(validate(sliding_log(10'001, 1s)), WrongBecause("at most 10000"));
}

TEST(Validate, BoundsThePeriod) {
  EXPECT_THAT(validate(fixed_window(1, 1us)), Valid());
  EXPECT_THAT(validate(fixed_window(1, 999ns)), WrongBecause("at least 1 microsecond"));
  EXPECT_THAT(validate(fixed_window(1, -1s)), WrongBecause("at least 1 microsecond"));
  EXPECT_THAT(validate(fixed_window(1, century)), Valid());
  EXPECT_THAT(validate(fixed_window(1, century + 1ns)), WrongBecause("at most 36525 days"));
}

TEST(Validate, KeepsMonthsAndYearsToFixedWindows) {
  EXPECT_THAT(validate(fixed_window(1, Period::year())), Valid());
  EXPECT_THAT(validate(sliding_window(1, Period::month())), WrongBecause("fixed_window"));
  EXPECT_THAT(validate(gcra(1, Period::year())), WrongBecause("fixed_window"));
}

TEST(Validate, KeepsPeriodsOutOfConcurrency) {
  Rule rule = concurrency(3);
  rule.period = Period(1s);
  EXPECT_THAT(validate(rule), WrongBecause("no period"));
  rule.period = Period::month();
  EXPECT_THAT(validate(rule), WrongBecause("no period"));
}

TEST(Validate, KeepsBurstsToBuckets) {
  Rule rule = sliding_window(10, 1s);
  rule.burst = 5;
  EXPECT_THAT(validate(rule), WrongBecause("burst"));
  EXPECT_THAT(validate(interval_bucket(10, 1s, 5)), Valid());
  EXPECT_THAT(validate(token_bucket(10, 1s, huge + 1)), WrongBecause("2^53"));
  EXPECT_THAT(validate(gcra(10, 1s, -1)), WrongBecause("burst"));
}

TEST(Validate, TakesAnchorsForWindowsOfWholeDaysMonthsAndYears) {
  const auto anchor = year{2026} / 1 / 15;
  EXPECT_THAT(validate(anchored(fixed_window(1, days(1)), anchor)), Valid());
  EXPECT_THAT(validate(anchored(sliding_window(1, days(7)), anchor)), Valid());
  EXPECT_THAT(validate(anchored(fixed_window(1, Period::month()), anchor)), Valid());
  EXPECT_THAT(validate(anchored(fixed_window(1, Period::year()), anchor)), Valid());
  EXPECT_THAT(validate(anchored(fixed_window(1, 1h), anchor)), WrongBecause("whole days"));
  EXPECT_THAT(validate(anchored(fixed_window(1, 36h), anchor)), WrongBecause("whole days"));
  EXPECT_THAT(validate(anchored(gcra(1, days(1)), anchor)), WrongBecause("anchor"));
  EXPECT_THAT(validate(anchored(concurrency(1), anchor)), WrongBecause("anchor"));
}

TEST(Validate, RefusesAnchorsThatAreNoDates) {
  EXPECT_THAT(validate(anchored(fixed_window(1, days(1)), year{2026} / 2 / 30)), WrongBecause("no date"));
}

TEST(Reason, IsNamedAsInTheContract) {
  EXPECT_EQ(to_string(Reason::ok), "ok");
  EXPECT_EQ(to_string(Reason::limited), "limited");
  EXPECT_EQ(to_string(Reason::denied), "denied");
  EXPECT_EQ(to_string(Reason::cost_above_limit), "cost_above_limit");
  EXPECT_EQ(to_string(Reason::cached), "cached");
  EXPECT_EQ(to_string(Reason::shadow), "shadow");
  EXPECT_EQ(to_string(Reason::store_timeout), "store_timeout");
  EXPECT_EQ(to_string(Reason::store_down), "store_down");
  EXPECT_EQ(to_string(Reason::id_conflict), "id_conflict");
}

}  // namespace
}  // namespace weir
