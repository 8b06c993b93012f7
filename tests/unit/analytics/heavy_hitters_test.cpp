#include "analytics/heavy_hitters.hpp"

#include "random/chance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>

namespace weir::analytics {
namespace {

using testing::ElementsAre;
using testing::Pair;

std::uint64_t hash_of(std::string_view key) { return std::hash<std::string_view>()(key); }

void add(HeavyHitters& hitters, std::string_view key, std::int64_t count = 1) { hitters.add(hash_of(key), key, count); }

std::map<std::string, std::int64_t> found(const HeavyHitters& hitters) {
  std::map<std::string, std::int64_t> all;
  hitters.each([&](std::uint64_t, std::string_view key, std::int64_t count) { all[std::string(key)] = count; });
  return all;
}

// found <= true <= found + error, of every key that there ever was.
void expect_bounds(const HeavyHitters& hitters, const std::map<std::string, std::int64_t>& truth) {
  const auto all = found(hitters);
  for (const auto& [key, count] : truth) {
    const auto at = all.find(key);
    const std::int64_t least = at == all.end() ? 0 : at->second;
    ASSERT_LE(least, count) << key << "; " << repeat_with();
    ASSERT_LE(count, least + hitters.error()) << key << "; " << repeat_with();
  }
  for (const auto& [key, count] : all) ASSERT_TRUE(truth.contains(key)) << key;
}

std::int64_t total(const std::map<std::string, std::int64_t>& truth) {
  std::int64_t sum = 0;
  for (const auto& [key, count] : truth) sum += count;
  return sum;
}

TEST(HeavyHitters, IsExactWhileAllKeysHaveRoom) {
  HeavyHitters hitters(1024);
  add(hitters, "alice", 3);
  add(hitters, "bob");
  add(hitters, "alice");
  EXPECT_THAT(found(hitters), ElementsAre(Pair("alice", 4), Pair("bob", 1)));
  EXPECT_EQ(hitters.error(), 0);
}

TEST(HeavyHitters, TakesKeysOfAnyBytes) {
  HeavyHitters hitters;
  const std::string zero("\0a\0", 3);
  add(hitters, "");
  add(hitters, zero, 2);
  add(hitters, "\xFF\xFE", 3);
  EXPECT_THAT(found(hitters), ElementsAre(Pair("", 1), Pair(zero, 2), Pair("\xFF\xFE", 3)));
}

TEST(HeavyHitters, KeysWithOneHashAreTwoKeys) {
  HeavyHitters hitters;
  hitters.add(7, "one", 1);
  hitters.add(7, "other", 2);
  EXPECT_THAT(found(hitters), ElementsAre(Pair("one", 1), Pair("other", 2)));
}

TEST(HeavyHitters, StaysWithinItsMemoryAndItsError) {
  Chance chance(1);
  const std::size_t slots = std::size_t{1} << chance.between(3, 9);
  HeavyHitters hitters(slots);
  std::map<std::string, std::int64_t> truth;
  for (int i = 0; i < 20'000; ++i) {
    const std::string key = "key " + std::to_string(chance.magnitude(5000));
    const std::int64_t count = chance.one_in(10) ? chance.magnitude(100) : 1;
    truth[key] += count;
    add(hitters, key, count);
  }
  expect_bounds(hitters, truth);
  EXPECT_LE(hitters.size(), hitters.capacity());
  EXPECT_LE(hitters.error(), 2 * total(truth) / static_cast<std::int64_t>(hitters.capacity())) << repeat_with();
  EXPECT_LE(hitters.bytes(), slots * (sizeof(std::int64_t) * 3 + 2 * HeavyHitters::key_bytes_a_slot));
}

TEST(HeavyHitters, LongKeysFillItEarlierAndStayWithinItsMemory) {
  Chance chance(2);
  HeavyHitters hitters(64);
  std::map<std::string, std::int64_t> truth;
  for (int i = 0; i < 5'000; ++i) {
    std::string key(static_cast<std::size_t>(chance.between(0, 256)), static_cast<char>('a' + i % 26));
    key += std::to_string(chance.magnitude(300));
    ++truth[key];
    add(hitters, key);
  }
  expect_bounds(hitters, truth);
  EXPECT_LE(hitters.bytes(), 64 * (24 + 2 * HeavyHitters::key_bytes_a_slot) + 260);
}

TEST(HeavyHitters, OneThatMayNotGrowIsPurgedInstead) {
  HeavyHitters hitters(1024);
  std::map<std::string, std::int64_t> truth;
  for (int i = 0; i < 500; ++i) {
    const std::string key = std::to_string(i);
    ++truth[key];
    hitters.add(hash_of(key), key, 1, false);
  }
  expect_bounds(hitters, truth);
  EXPECT_LE(hitters.size(), HeavyHitters::least_slots);
}

TEST(HeavyHitters, AddUp) {
  Chance chance(3);
  HeavyHitters sum(128);
  std::map<std::string, std::int64_t> truth;
  for (int part = 0; part < 20; ++part) {
    HeavyHitters one(128);
    for (int i = 0; i < 400; ++i) {
      const std::string key = std::to_string(chance.magnitude(1000));
      ++truth[key];
      add(one, key);
    }
    sum.merge(one);
  }
  expect_bounds(sum, truth);
  EXPECT_LE(sum.error(), 2 * total(truth) / static_cast<std::int64_t>(sum.capacity())) << repeat_with();
}

TEST(HeavyHitters, KeepsTheLargestAndSaysWhatTheOthersMayHaveHad) {
  HeavyHitters hitters(1024);
  for (int i = 1; i <= 100; ++i) add(hitters, std::to_string(i), i);
  hitters.keep(3);
  EXPECT_THAT(found(hitters), ElementsAre(Pair("100", 100), Pair("98", 98), Pair("99", 99)));
  EXPECT_EQ(hitters.error(), 97);
}

TEST(HeavyHitters, KeepsNoMoreOfEqualOnesThanItWasTold) {
  HeavyHitters hitters(1024);
  for (int i = 0; i < 100; ++i) add(hitters, std::to_string(i), 5);
  hitters.keep(10);
  EXPECT_EQ(hitters.size(), 10U);
  EXPECT_EQ(hitters.error(), 5);
}

TEST(HeavyHitters, KeepingMoreThanThereAreChangesNoCount) {
  HeavyHitters hitters(1024);
  add(hitters, "alice", 2);
  hitters.keep(10);
  EXPECT_THAT(found(hitters), ElementsAre(Pair("alice", 2)));
  EXPECT_EQ(hitters.error(), 0);
}

TEST(HeavyHitters, HeldToFewerSlotsItStaysWithinItsError) {
  Chance chance(4);
  HeavyHitters hitters(1024);
  std::map<std::string, std::int64_t> truth;
  for (const std::size_t slots : {1024, 256, 64, 512}) {
    hitters.hold_to(slots);
    for (int i = 0; i < 2'000; ++i) {
      const std::string key = std::to_string(chance.magnitude(3000));
      ++truth[key];
      add(hitters, key);
    }
    expect_bounds(hitters, truth);
    EXPECT_LE(hitters.size(), slots / 4 * 3);
  }
}

TEST(HeavyHitters, ClearedItIsEmptyAndUsable) {
  HeavyHitters hitters;
  for (int i = 0; i < 100; ++i) add(hitters, std::to_string(i));
  hitters.clear();
  EXPECT_TRUE(hitters.empty());
  add(hitters, "alice");
  EXPECT_THAT(found(hitters), ElementsAre(Pair("alice", 1)));
}

}  // namespace
}  // namespace weir::analytics
