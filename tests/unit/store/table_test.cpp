// The flat table against a std::unordered_map.
#include "store/memory/table.hpp"

#include "random/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

namespace weir::store {
namespace {

constexpr std::uint64_t alive = 1000;  // word0 of slots whose time has not passed
constexpr std::uint64_t now = 500;     // the cutoff

std::uint64_t hash_of(std::uint64_t key) {
  std::uint64_t hash = key * 0x9e3779b97f4a7c15;
  hash ^= hash >> 32;
  return hash * 0xd6e8feb86659fd93;
}

TEST(Table, FindsWhatWasPlacedThroughGrowthAndVacating) {
  SCOPED_TRACE(repeat_with());
  std::mt19937_64 random(seed());
  Table<1> table;
  std::unordered_map<std::uint64_t, std::uint64_t> model;
  std::uint64_t evicted = 0;
  for (int step = 0; step < 200'000; ++step) {
    const std::uint64_t hash = hash_of(random() % 20'000);
    auto* slot = table.find(hash);
    ASSERT_EQ(slot != nullptr, model.contains(hash));
    if (slot == nullptr) {
      slot = table.place(hash, now, true, evicted);
      slot->word[0] = model[hash] = alive + random() % 1000;
    } else if (random() % 3 == 0) {
      table.vacate(*slot);
      model.erase(hash);
    } else {
      ASSERT_EQ(slot->word[0], model[hash]);
    }
  }
  EXPECT_EQ(evicted, 0U);
  std::size_t living = 0;
  table.for_each([&](const auto&) { ++living; });
  EXPECT_EQ(living, model.size());
  EXPECT_EQ(table.change(), static_cast<std::int64_t>(model.size()));
}

TEST(Table, KeepsBetweenSeventyAndNinetyPercentOfItsSlotsInUseWhileItGrows) {
  Table<2> table;
  std::uint64_t evicted = 0;
  for (std::uint64_t key = 1; key <= 300'000; ++key) {
    table.place(hash_of(key), now, true, evicted)->word[0] = alive;
    if (key < 5000) continue;  // a small table is emptier
    const double used = static_cast<double>(key) / static_cast<double>(table.capacity());
    ASSERT_GT(used, 0.70) << key;
    ASSERT_LT(used, 0.90) << key;
  }
}

TEST(Table, TakesOverSlotsWhoseTimeHasPassedRatherThanGrow) {
  Table<1> table;
  std::uint64_t evicted = 0;
  for (std::uint64_t key = 1; key <= 1000; ++key) table.place(hash_of(key), now, true, evicted)->word[0] = now - 1;
  EXPECT_LT(table.capacity(), 100U);
  EXPECT_EQ(evicted, 0U);
}

// One group of eight, as full as a small table gets: the order in which keys go is the promise of the eviction rule.
class FullGroup : public testing::Test {
 protected:
  FullGroup() {
    for (std::uint64_t key = 0; key < 4; ++key) place(key)->word[0] = alive + key;
  }
  Slot<1>* place(std::uint64_t key, bool room = true) { return table_.place(hash_of(key + 1), now, room, evicted_); }
  bool knows(std::uint64_t key) { return table_.find(hash_of(key + 1)) != nullptr; }
  Slot<1>& slot(std::uint64_t key) { return *table_.find(hash_of(key + 1)); }

  Table<1> table_;
  std::uint64_t evicted_ = 0;
};

TEST_F(FullGroup, WithoutRoomTheOneThatWouldBeFreshSoonestGoes) {
  place(100, false)->word[0] = alive + 50;
  EXPECT_FALSE(knows(0));
  EXPECT_TRUE(knows(1));
  EXPECT_EQ(evicted_, 1U);
}

TEST_F(FullGroup, TheIdleGoBeforeThoseBeingLimited) {
  for (std::uint64_t key = 0; key < 3; ++key) slot(key).tag |= tag_refused;
  place(100, false)->word[0] = alive + 50;
  EXPECT_FALSE(knows(3));
  EXPECT_TRUE(knows(0));
}

TEST_F(FullGroup, WhoseTimeHasPassedGoesFirstAndIsNotCounted) {
  slot(2).word[0] = now - 1;
  slot(2).tag |= tag_refused;
  place(100, false)->word[0] = alive + 50;
  EXPECT_FALSE(knows(2));
  EXPECT_TRUE(knows(0));
  EXPECT_EQ(evicted_, 0U);
}

TEST(Table, WithoutRoomItNeverHoldsMoreKeysHoweverManyCome) {
  SCOPED_TRACE(repeat_with());
  std::mt19937_64 random(seed());
  Table<3> table;
  std::uint64_t evicted = 0;
  std::int64_t living = 0;
  for (int step = 0; step < 300'000; ++step) {
    const std::uint64_t hash = hash_of(random());
    auto* slot = table.place(hash, now, living < 100, evicted);
    living += table.change();
    ASSERT_NE(slot, nullptr);
    ASSERT_LE(living, 100);
    slot->word[0] = alive + random() % 100;
    ASSERT_EQ(table.find(hash), slot);
  }
  EXPECT_EQ(evicted, 300'000U - 100U);
}

struct CountedOwner {
  static inline std::int64_t freed = 0;
  template <class Words>
  static std::uint64_t free(const Words& words) {
    freed += static_cast<std::int64_t>(words[1]);
    return words[1];
  }
};

TEST(Table, WhatASlotOwnsIsFreedOnceOnEveryWayOut) {
  CountedOwner::freed = 0;
  std::int64_t owned = 0;
  std::int64_t weight = 0;
  {
    Table<2, CountedOwner> table;
    std::uint64_t evicted = 0;
    std::mt19937_64 random(seed());
    for (int step = 0; step < 20'000; ++step) {
      const std::uint64_t hash = hash_of(random() % 500);
      auto* slot = table.find(hash);
      if (slot != nullptr && step % 5 == 0) {
        table.vacate(*slot);
      } else if (slot == nullptr) {
        slot = table.place(hash, now, step % 7 != 0, evicted);
        if (slot != nullptr) {
          slot->word = {step % 3 == 0 ? now - 1 : alive, 1};
          ++owned;
        }
      }
    }
    std::int64_t living = 0;
    table.for_each([&](const auto&) { ++living; });
    weight = table.change() + owned;  // slots in use, and what was added to them here
    EXPECT_EQ(weight, 2 * living);
  }
  EXPECT_EQ(CountedOwner::freed, owned);
}

}  // namespace
}  // namespace weir::store
