// The section `store` changes while the process runs.
#include "gateway/a_limit.hpp"
#include "gateway/runtime.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Counts how many stores were made; each of them is a memory.
struct Stores {
  StoreMaker maker() {
    return [this](const config::Store& settings, Clock* clock, const Note&) {
      made.push_back(settings.url.value);
      return memory_store({.max_keys = settings.max_keys, .clock = clock});
    };
  }
  std::vector<std::string> made;
};

Settings on(const std::string& url, std::int64_t rate = 10) {
  Settings settings;
  settings.store.url = {.value = url, .written = url};
  settings.limits = {per_user("a", fixed_window(rate, 1h))};
  return settings;
}

std::int64_t take(const Runtime& runtime) { return runtime.find("a")->limiter->limit("k").remaining; }

TEST(StoreChange, AnotherStoreStartsWithWhatItHasCounted) {
  Stores stores;
  const Runtime first(on("redis://one"), nullptr, {}, stores.maker());
  EXPECT_EQ(take(first), 9);
  const Runtime second(on("redis://two"), first);
  EXPECT_THAT(stores.made, ElementsAre("redis://one", "redis://two"));
  EXPECT_EQ(take(second), 9);
  EXPECT_EQ(take(first), 8);  // requests in flight end where they began
  EXPECT_THAT(second.notes(), ElementsAre(HasSubstr("another store")));
}

TEST(StoreChange, TheSameStoreStays) {
  Stores stores;
  const Runtime first(on("redis://one"), nullptr, {}, stores.maker());
  EXPECT_EQ(take(first), 9);
  const Runtime second(on("redis://one", 20), first);
  EXPECT_THAT(stores.made, ElementsAre("redis://one"));
  EXPECT_EQ(take(second), 18);
  EXPECT_THAT(second.notes(), IsEmpty());
}

TEST(StoreChange, AnotherTimeoutIsAnotherWayToTheSameCounters) {
  Stores stores;
  const Runtime first(on("redis://one"), nullptr, {}, stores.maker());
  Settings changed = on("redis://one");
  changed.store.timeout = 20ms;
  const Runtime second(changed, first);
  EXPECT_EQ(stores.made.size(), 2U);
  EXPECT_THAT(second.notes(), IsEmpty());
}

TEST(StoreChange, WhatWasSetAtRunTimeGoesAlong) {
  Stores stores;
  const Runtime first(on("memory"), nullptr, {}, stores.maker());
  ASSERT_TRUE(first.find("a")->limiter->set_rate(fixed_window(3, 1h)));
  const Runtime second(on("redis://two"), first);
  EXPECT_EQ(take(second), 2);
}

TEST(StoreChange, AStoreThatCannotBeMadeLeavesTheOldOne) {
  Stores stores;
  const Runtime first(on("memory"), nullptr, {}, make_store);
  Settings broken = on("rediss://one");
  broken.store.tls.ca = "/no/such/file";
  EXPECT_THROW(Runtime(broken, first), std::exception);
  EXPECT_EQ(take(first), 9);
}

}  // namespace
}  // namespace weir::gateway
