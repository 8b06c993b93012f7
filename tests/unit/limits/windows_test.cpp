#include "limits/windows.hpp"

#include "limits/verdicts.hpp"

namespace weir::limits {
namespace {

using std::chrono::days;
using std::chrono::weeks;
using std::chrono::year;
using std::chrono::year_month_day;

Window window(Instant start, Instant end) { return {start, end}; }

TEST(Windows, OfFixedLengthAreAlignedToTheEpoch) {
  const Windows minutes(1min);
  EXPECT_EQ(minutes.at(t0 + 61s), window(t0 + 1min, t0 + 2min));
  EXPECT_EQ(minutes.at(t0), window(t0, t0 + 1min));
  EXPECT_EQ(minutes.at(t0 - 1ns), window(t0 - 1min, t0));
}

TEST(Windows, OfFixedLengthAreAlignedToTheEpochBeforeItToo) {
  const Windows sevens(7s);
  EXPECT_EQ(sevens.at(Instant{} - 1ns), window(Instant{} - 7s, Instant{}));
  EXPECT_EQ(sevens.at(Instant{} - 7s), window(Instant{} - 7s, Instant{}));
}

TEST(Windows, OfAWeekStartOnTheAnchorsWeekday) {
  const Windows weekly(weeks(1), year{2026} / 1 / 15);  // a Thursday
  EXPECT_EQ(weekly.at(midnight(2026, 1, 21)), window(midnight(2026, 1, 15), midnight(2026, 1, 22)));
  EXPECT_EQ(weekly.at(midnight(2026, 1, 22)), window(midnight(2026, 1, 22), midnight(2026, 1, 29)));
}

TEST(Windows, BeforeTheAnchorKeepItsPhase) {
  const Windows weekly(weeks(1), year{2026} / 1 / 15);
  EXPECT_EQ(weekly.at(midnight(2026, 1, 15) - 1ns), window(midnight(2026, 1, 8), midnight(2026, 1, 15)));
  EXPECT_EQ(weekly.at(midnight(1969, 12, 31)), window(midnight(1969, 12, 25), midnight(1970, 1, 1)));
}

TEST(Windows, OfSeveralDaysStartOnTheAnchor) {
  const Windows three_days(days(3), year{1960} / 2 / 29);
  EXPECT_EQ(three_days.at(midnight(1960, 3, 1) + 5h), window(midnight(1960, 2, 29), midnight(1960, 3, 3)));
}

TEST(Windows, OfADayIgnoreWhichDayTheAnchorIs) {
  const Windows daily(days(1), year{2026} / 1 / 15);
  EXPECT_EQ(daily.at(t0 + 13h), window(t0, t0 + 24h));
}

TEST(Windows, OfAMonthStartOnTheFirst) {
  const Windows monthly(Period::month());
  EXPECT_EQ(monthly.at(t0), window(midnight(2026, 6, 1), midnight(2026, 7, 1)));
  EXPECT_EQ(monthly.at(midnight(2026, 12, 31)), window(midnight(2026, 12, 1), midnight(2027, 1, 1)));
  EXPECT_EQ(monthly.at(midnight(2027, 1, 1) - 1ns), window(midnight(2026, 12, 1), midnight(2027, 1, 1)));
}

TEST(Windows, OfAMonthStartOnTheAnchorsDay) {
  const Windows monthly(Period::month(), year{2026} / 1 / 15);
  EXPECT_EQ(monthly.at(midnight(2026, 3, 15) - 1ns), window(midnight(2026, 2, 15), midnight(2026, 3, 15)));
  EXPECT_EQ(monthly.at(midnight(2026, 3, 15)), window(midnight(2026, 3, 15), midnight(2026, 4, 15)));
  EXPECT_EQ(monthly.at(midnight(2026, 1, 3)), window(midnight(2025, 12, 15), midnight(2026, 1, 15)));
}

TEST(Windows, AnchoredOnThe31stStartOnTheLastDayOfShorterMonths) {
  const Windows monthly(Period::month(), year{2026} / 1 / 31);
  EXPECT_EQ(monthly.at(midnight(2026, 4, 29)), window(midnight(2026, 3, 31), midnight(2026, 4, 30)));
  EXPECT_EQ(monthly.at(midnight(2026, 4, 30)), window(midnight(2026, 4, 30), midnight(2026, 5, 31)));
  EXPECT_EQ(monthly.at(midnight(2026, 3, 1)), window(midnight(2026, 2, 28), midnight(2026, 3, 31)));
  EXPECT_EQ(monthly.at(midnight(2028, 3, 1)), window(midnight(2028, 2, 29), midnight(2028, 3, 31)));
}

TEST(Windows, KnowWhichCenturiesLeap) {
  const Windows monthly(Period::month(), year{2026} / 1 / 30);
  EXPECT_EQ(monthly.at(midnight(1900, 3, 1)).start, midnight(1900, 2, 28));
  EXPECT_EQ(monthly.at(midnight(2000, 3, 1)).start, midnight(2000, 2, 29));
  EXPECT_EQ(monthly.at(midnight(2100, 3, 1)).start, midnight(2100, 2, 28));
}

TEST(Windows, OfAYearStartOnJanuaryFirst) {
  const Windows yearly(Period::year());
  EXPECT_EQ(yearly.at(t0), window(midnight(2026, 1, 1), midnight(2027, 1, 1)));
  EXPECT_EQ(yearly.at(midnight(1969, 7, 20)), window(midnight(1969, 1, 1), midnight(1970, 1, 1)));
}

TEST(Windows, OfAYearStartOnTheAnchorsDate) {
  const Windows yearly(Period::year(), year{2020} / 7 / 1);
  EXPECT_EQ(yearly.at(t0), window(midnight(2025, 7, 1), midnight(2026, 7, 1)));
  EXPECT_EQ(yearly.at(midnight(2026, 7, 1)), window(midnight(2026, 7, 1), midnight(2027, 7, 1)));
}

TEST(Windows, OfAYearAnchoredOnALeapDayStartOnThe28thInCommonYears) {
  const Windows yearly(Period::year(), year{2024} / 2 / 29);
  EXPECT_EQ(yearly.at(midnight(2025, 2, 28) - 1ns), window(midnight(2024, 2, 29), midnight(2025, 2, 28)));
  EXPECT_EQ(yearly.at(midnight(2028, 2, 28)), window(midnight(2027, 2, 28), midnight(2028, 2, 29)));
  EXPECT_EQ(yearly.at(midnight(1900, 3, 1)).start, midnight(1900, 2, 28));
  EXPECT_EQ(yearly.at(midnight(2000, 3, 1)).start, midnight(2000, 2, 29));
}

TEST(Windows, SaturateAtTheEndsOfTime) {
  for (const Windows& windows : {Windows(1min), Windows(century), Windows(Period::month()), Windows(Period::year()),
                                 Windows(weeks(1), year{2026} / 1 / 15)}) {
    EXPECT_EQ(windows.at(Instant::min()).start, Instant::min());
    EXPECT_GT(windows.at(Instant::min()).end, Instant::min());
    EXPECT_EQ(windows.at(Instant::max()).end, Instant::max());
    EXPECT_LT(windows.at(Instant::max()).start, Instant::max());
  }
}

TEST(Windows, TakeAnchorsFarOutsideWhatAnInstantCanSay) {
  const Windows weekly(weeks(1), year{-32767} / 1 / 1);
  const Window found = weekly.at(t0);
  EXPECT_EQ(found.end - found.start, weeks(1));
  EXPECT_LE(found.start, t0);
  EXPECT_GT(found.end, t0);
}

TEST(Windows, TileTimeWithoutGapOrOverlap) {
  for (const auto& anchor : {year{2026} / 1 / 31, year{2024} / 2 / 29, year{1999} / 11 / 30}) {
    for (const Period period : {Period::month(), Period::year(), Period(weeks(2))}) {
      const Windows windows(period, anchor);
      Window current = windows.at(midnight(1890, 1, 1));
      while (current.end < midnight(2110, 1, 1)) {
        const Window next = windows.at(current.end);
        ASSERT_EQ(next.start, current.end);
        ASSERT_EQ(windows.at(next.end - 1ns), next);
        current = next;
      }
    }
  }
}

}  // namespace
}  // namespace weir::limits
