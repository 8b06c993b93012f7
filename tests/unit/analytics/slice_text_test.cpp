// A slice as bytes, and back.
#include "analytics/slice_text.hpp"

#include "random/chance.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>

namespace weir::analytics {
namespace {

constexpr Millis start = 1'700'000'000'000 / 60'000 * 60'000;

Slice a_slice(Chance& chance) {
  Slice slice;
  for (std::int64_t limit = chance.between(0, 3); limit > 0; --limit) {
    const std::string name = "limit " + std::to_string(limit);
    for (std::int64_t point = chance.between(0, 5); point > 0; --point) {
      slice.add_point(name, start + point * 60'000,
                      {.allowed = chance.magnitude(1'000'000), .cost = -chance.magnitude(99)});
    }
    HeavyHitters& keys = slice.limit(name).top(By::limited);
    keys.hold_to(1024);
    for (std::int64_t key = chance.between(0, 50); key > 0; --key) {
      const std::string text(static_cast<std::size_t>(chance.between(0, 20)), static_cast<char>(key));
      keys.add(std::hash<std::string>()(text), text, chance.magnitude(1'000'000));
    }
    keys.add_error(chance.between(0, 5));
  }
  slice.model({.upstream = "openai", .model = "gpt"})[Kind::input] = chance.magnitude(1'000'000);
  slice.lambda({.function = "f", .outcome = "ok", .reason = ""}) = 3;
  return slice;
}
const HashOfKey hash = [](std::string_view key) { return std::hash<std::string_view>()(key); };

TEST(SliceText, ComesBackAsItWas) {
  Chance chance(32);
  for (int i = 0; i < 200; ++i) {
    const Slice slice = a_slice(chance);
    const std::string text = slice_text(slice, 1000);
    const auto read = read_slice(text, hash);
    ASSERT_TRUE(read) << repeat_with();
    EXPECT_EQ(read->models, slice.models);
    EXPECT_EQ(read->lambdas, slice.lambdas);
    ASSERT_EQ(read->limits.size(), slice.limits.size());
    for (const auto& [name, part] : slice.limits) {
      const LimitPart& other = read->limits.find(name)->second;
      EXPECT_EQ(other.points, part.points);
      EXPECT_EQ(other.top(By::limited).size(), part.top(By::limited).size());
      EXPECT_EQ(other.top(By::limited).error(), part.top(By::limited).error());
    }
  }
}

TEST(SliceText, ThatIsCutOrChangedIsReadOrRefusedAndNoMore) {
  Chance chance(33);
  for (int i = 0; i < 2000; ++i) {
    std::string text = slice_text(a_slice(chance), 1000);
    if (chance.one_in(2)) {
      text.resize(static_cast<std::size_t>(chance.between(0, static_cast<std::int64_t>(text.size()) - 1)));
      EXPECT_FALSE(read_slice(text, hash)) << repeat_with();
    } else {
      text[static_cast<std::size_t>(chance.between(0, static_cast<std::int64_t>(text.size()) - 1))] =
          static_cast<char>(chance.between(0, 255));
      const auto read = read_slice(text, hash);
      if (read) {
        EXPECT_LE(read->limits.size(), text.size());
      }
    }
  }
}

TEST(SliceText, OfTooManyKeysHoldsTheLargestAndWhatMayBeMissing) {
  Slice slice;
  HeavyHitters& keys = slice.limit("a").top(By::allowed);
  keys.hold_to(1024);
  for (int key = 1; key <= 100; ++key) keys.add(hash(std::to_string(key)), std::to_string(key), key);
  const auto read = read_slice(slice_text(slice, 10), hash);
  ASSERT_TRUE(read);
  const HeavyHitters& found = read->limits.find("a")->second.top(By::allowed);
  EXPECT_EQ(found.size(), 10U);
  EXPECT_EQ(found.error(), 90);
  found.each([](std::uint64_t, std::string_view key, std::int64_t count) {
    EXPECT_EQ(std::to_string(count), key);
    EXPECT_GT(count, 90);
  });
  EXPECT_EQ(keys.size(), 100U);
}

TEST(SliceText, ThatCountsMoreThanCanBeAddedUpIsRefused) {
  Slice slice;
  slice.add_point("a", start, {.allowed = std::int64_t{1} << 53});
  EXPECT_TRUE(read_slice(slice_text(slice, 10), hash));
  slice.add_point("a", start, {.cost = -(std::int64_t{1} << 54)});
  EXPECT_FALSE(read_slice(slice_text(slice, 10), hash));
  slice.add_point("a", start, {.cost = std::numeric_limits<std::int64_t>::min() + (std::int64_t{1} << 54)});
  EXPECT_FALSE(read_slice(slice_text(slice, 10), hash));
}

}  // namespace
}  // namespace weir::analytics
