#include "config/time.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace weir::config {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr Instant noon{std::chrono::sys_days(std::chrono::year(2026) / 1 / 15) + 12h};

TEST(Time, ReadsUnixSeconds) {
  EXPECT_EQ(parse_time("0"), Instant{});
  EXPECT_EQ(parse_time("1768478400"), noon);
}

TEST(Time, ReadsFractionsToTheNanosecondAndDropsTheRest) {
  EXPECT_EQ(parse_time("1768478400.25"), noon + 250ms);
  EXPECT_EQ(parse_time("1768478400.000000001"), noon + 1ns);
  EXPECT_EQ(parse_time("1768478400.0000000019999"), noon + 1ns);
}

TEST(Time, ReadsExponents) { EXPECT_EQ(parse_time("1.7684784e9"), noon); }

TEST(Time, ReadsRfc3339) {
  EXPECT_EQ(parse_time("2026-01-15T12:00:00Z"), noon);
  EXPECT_EQ(parse_time("2026-01-15t12:00:00.5z"), noon + 500ms);
  EXPECT_EQ(parse_time("2026-01-15 12:00:00Z"), noon);
}

TEST(Time, TakesOffsetsFromUtcIntoAccount) {
  EXPECT_EQ(parse_time("2026-01-15T13:00:00+01:00"), noon);
  EXPECT_EQ(parse_time("2026-01-15T08:30:00-0330"), noon);
}

TEST(Time, TakesALeapSecondForTheOneAfterIt) {
  EXPECT_EQ(parse_time("2016-12-31T23:59:60Z"), parse_time("2017-01-01T00:00:00Z"));
}

TEST(Time, RefusesWhatNoLimiterCouldCountWith) {
  EXPECT_THAT(std::string(parse_time("-1").error()), HasSubstr("before 1970"));
  EXPECT_THAT(std::string(parse_time("1969-12-31T23:59:59Z").error()), HasSubstr("before 1970"));
  EXPECT_THAT(std::string(parse_time("2200-01-01T00:00:00Z").error()), HasSubstr("after 2199"));
  for (const char* late : {"1768478400000", "99999999999999999999999", "1e300", "1e9999"}) {
    EXPECT_THAT(std::string(parse_time(late).error()), HasSubstr("milliseconds")) << late;
  }
}

class NoTime : public testing::TestWithParam<const char*> {};
TEST_P(NoTime, IsRefused) { EXPECT_FALSE(parse_time(GetParam()).has_value()); }
INSTANTIATE_TEST_SUITE_P(Trace, NoTime,
                         testing::Values("", "x", "1.", ".5", "1s", "1e", "nan", "inf", "0x10", "+1", " 1", "1 ", "1,5",
                                         "2026-01-15", "2026-01-15T12:00:00", "2026-01-15T12:00Z",
                                         "2026-13-15T12:00:00Z", "2026-02-29T12:00:00Z", "2026-01-15T24:00:00Z",
                                         "2026-01-15T12:60:00Z", "2026-01-15T12:00:61Z", "2026-01-15T12:00:00.Z",
                                         "2026-01-15T12:00:00+1:00", "2026-01-15T12:00:00+24:00",
                                         "2026-01-15T12:00:00ZZ", "2026-1-15T12:00:00Z"));

}  // namespace
}  // namespace weir::config
