#include "analytics/ledger.hpp"

#include "analytics/query.hpp"
#include "random/chance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace weir::analytics {
namespace {

constexpr Millis minute = 60'000;
constexpr Millis hour = 60 * minute;
constexpr Millis day = 24 * hour;
constexpr Millis start = 1'700'000'000'000 / day * day;

Slice allowed(std::string_view limit, std::string_view key, Millis t, std::int64_t count = 1) {
  Slice slice;
  slice.add_point(limit, t, {.allowed = count, .cost = count});
  HeavyHitters& top = slice.limit(limit).top(By::allowed);
  top.hold_to(HeavyHitters::slots_for(1000));
  top.add(std::hash<std::string_view>()(key), key, count);
  return slice;
}

std::vector<Seen> seen(const Ledger& ledger, Millis from, Millis to) {
  std::vector<Seen> all;
  ledger.each(from, to, [&](Millis begin, Millis end, const Slice& slice) { all.push_back({begin, end, &slice}); });
  return all;
}

std::vector<std::int64_t> allowed_of(const Ledger& ledger, Millis from, Millis to, Millis step) {
  const std::vector<std::string> names{"a"};
  std::vector<std::int64_t> counts;
  const Usage found = usage(seen(ledger, from, to), names, from, to, step);
  for (const Counts& one : found.series.at("a")) counts.push_back(one.allowed);
  return counts;
}

std::int64_t sum_of(const Ledger& ledger, Millis from, Millis to) {
  std::int64_t sum = 0;
  for (const std::int64_t one : allowed_of(ledger, from, to, to - from)) sum += one;
  return sum;
}

TEST(Ledger, CountsByBucket) {
  Ledger ledger({});
  ledger.add(start, allowed("a", "alice", start, 2), start);
  ledger.add(start + minute, allowed("a", "bob", start + minute, 3), start + minute);
  EXPECT_THAT(allowed_of(ledger, start, start + 3 * minute, minute), testing::ElementsAre(2, 3, 0));
}

TEST(Ledger, RanksTheKeysOfTheTimeAskedFor) {
  Ledger ledger({});
  ledger.add(start, allowed("a", "alice", start, 2), start);
  ledger.add(start + minute, allowed("a", "bob", start + minute, 3), start + minute);
  const auto ranked = top(seen(ledger, start + minute, start + 2 * minute), By::allowed, "a", 10);
  ASSERT_EQ(ranked.size(), 1U);
  EXPECT_EQ(ranked[0].key, "bob");
  EXPECT_EQ(ranked[0].count, 3);
  EXPECT_EQ(ranked[0].error, 0);
}

// However the slices move on, each count is in one place, and in the right one as far as its level tells.
TEST(Ledger, LosesAndDoublesNothingWhileItAges) {
  Ledger ledger({});
  std::map<Millis, std::int64_t> by_hour;
  Chance chance(11);
  Millis now = start;
  std::int64_t all = 0;
  for (int i = 0; i < 4000; ++i) {
    now += chance.magnitude(30 * minute);
    const Millis bucket = start_of(now, minute);
    const std::int64_t count = chance.magnitude(50);
    ledger.add(bucket, allowed("a", std::to_string(chance.between(1, 20)), bucket, count), now);
    by_hour[start_of(bucket, hour)] += count;
    all += count;
    EXPECT_EQ(ledger.advance(now), 0);
    if (now > start + 28 * day) break;
  }
  EXPECT_EQ(sum_of(ledger, start, start_of(now, hour) + hour), all) << repeat_with();
  const auto hours = allowed_of(ledger, start, start_of(now, hour) + hour, hour);
  for (std::size_t at = 0; at < hours.size(); ++at) {
    ASSERT_EQ(hours[at], by_hour[start + static_cast<Millis>(at) * hour]) << at << "; " << repeat_with();
  }
  std::int64_t ranked = 0;
  for (const Ranked& one : top(seen(ledger, start, now + 1), By::allowed, "a", 100)) ranked += one.count;
  EXPECT_EQ(ranked, all) << repeat_with();
}

TEST(Ledger, KeepsMinutesForTwoDays) {
  Ledger ledger({});
  ledger.add(start, allowed("a", "alice", start, 1), start);
  ledger.add(start + minute, allowed("a", "alice", start + minute, 2), start + minute);
  ledger.advance(start + 47 * hour);
  EXPECT_THAT(allowed_of(ledger, start, start + 2 * minute, minute), testing::ElementsAre(1, 2));
  ledger.advance(start + 4 * day);
  EXPECT_THAT(allowed_of(ledger, start, start + 2 * minute, minute), testing::ElementsAre(3, 0));
}

TEST(Ledger, ForgetsWhatIsOlderThanTheRetention) {
  Ledger ledger({.retention = 2 * hour});
  ledger.add(start, allowed("a", "alice", start), start);
  ledger.add(start + hour, allowed("a", "alice", start + hour), start + hour);
  ledger.advance(start + 2 * hour + minute);
  EXPECT_EQ(sum_of(ledger, start, start + hour), 0);
  EXPECT_EQ(sum_of(ledger, start + hour, start + 2 * hour), 1);
  ledger.advance(start + 2 * day);
  EXPECT_EQ(ledger.size(), 0U);
}

TEST(Ledger, TakesWhatComesLateAndWhatComesFromBeforeAStepOfTheClock) {
  Ledger ledger({});
  ledger.add(start + 10 * hour, allowed("a", "alice", start + 10 * hour), start + 10 * hour);
  ledger.add(start, allowed("a", "alice", start), start + 10 * hour);  // late
  ledger.advance(start + 10 * hour);
  ledger.advance(start);  // the clock went back
  EXPECT_EQ(sum_of(ledger, start, start + hour), 1);
  EXPECT_EQ(sum_of(ledger, start + 10 * hour, start + 11 * hour), 1);
}

TEST(Ledger, OfOtherTermsKeepsWhatItHas) {
  Ledger ledger({});
  ledger.add(start, allowed("a", "alice", start), start);
  ledger.change({.bucket = 1000, .retention = day, .top = 10});
  ledger.add(start + 1000, allowed("a", "alice", start + 1000), start + 1000);
  ledger.change({});
  ledger.add(start, allowed("a", "alice", start), start);
  ledger.advance(start + 5 * minute);
  EXPECT_EQ(sum_of(ledger, start, start + hour), 3);
}

// Ten million keys of which a hundred are busy, over an hour.
TEST(Ledger, FindsTheBusiestOfVeryManyKeysWithinItsErrorAndItsMemory) {
  constexpr std::size_t asked = 100;
  Chance chance(12);
  Ledger ledger({.top = 200}, std::size_t{4} << 20);
  std::map<std::string, std::int64_t> truth;
  std::int64_t total = 0;
  for (Millis t = start; t < start + hour; t += minute) {
    Slice slice;
    HeavyHitters& keys = slice.limit("a").top(By::allowed);
    keys.hold_to(HeavyHitters::slots_for(200));
    const auto add = [&](const std::string& key, std::int64_t count) {
      keys.add(std::hash<std::string>()(key), key, count);
      truth[key] += count;
      total += count;
    };
    for (std::size_t i = 0; i < asked; ++i) add("busy " + std::to_string(i), chance.between(50, 60));
    for (int i = 0; i < 3000; ++i) add("rare " + std::to_string(chance.between(1, 10'000'000)), 1);
    ledger.add(t, slice, t);
    EXPECT_EQ(ledger.advance(t), 0);
    EXPECT_LE(ledger.bytes(), std::size_t{4} << 20);
  }
  const auto ranked = top(seen(ledger, start, start + hour), By::allowed, "a", asked);
  ASSERT_EQ(ranked.size(), asked);
  for (const Ranked& one : ranked) {
    EXPECT_TRUE(one.key.starts_with("busy")) << one.key << "; " << repeat_with();
    EXPECT_LE(one.count - one.error, truth[one.key]) << repeat_with();
    EXPECT_GE(one.count, truth[one.key]) << repeat_with();
    EXPECT_LE(one.error, total * 3 / 2 / 200) << repeat_with();
  }
}

TEST(Ledger, OfManyLimitsStaysWithinItsMemoryAndTellsWhatItDropped) {
  constexpr std::size_t room = 300'000;
  Ledger ledger({}, room);
  std::int64_t recorded = 0;
  std::int64_t dropped = 0;
  for (Millis t = start; t < start + 5 * hour; t += minute) {
    Slice slice;
    for (int i = 0; i < 50; ++i) slice.add(allowed("limit " + std::to_string(i), "alice", t), 32, minute);
    recorded += 50;
    ledger.add(t, slice, t);
    dropped += ledger.advance(t);
    ASSERT_LE(ledger.bytes(), room);
  }
  std::int64_t kept = 0;
  for (const Seen& one : seen(ledger, start, start + day)) kept += one.slice->decisions();
  EXPECT_GT(dropped, 0);
  EXPECT_GT(kept, 0);
  EXPECT_EQ(kept + dropped, recorded);
}

}  // namespace
}  // namespace weir::analytics
