#include "store/regions/missed_requests.hpp"

#include "store/memory/memory_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace weir::store {
namespace {

using namespace std::chrono_literals;
using What = Amendment::What;
using testing::ElementsAre;
using testing::IsNull;
using testing::SizeIs;

const Instant t0 = std::chrono::sys_days(std::chrono::year(2026) / 6 / 15);

class Missed : public testing::Test {
 protected:
  MemoryStore store;
  std::shared_ptr<const Space> space = store.open("t", fixed_window(10, 1h));
  MissedRequests missed;

  void keep(Key key, std::string request, std::int64_t units, What what = What::put, Instant at = t0) {
    missed.keep(space, key, at, {std::move(request), units, what}, nullptr);
  }
  std::vector<std::string> told(Instant now = t0) {
    std::vector<std::string> told;
    while (const auto batch = missed.take(now)) {
      for (const Amendment& one : batch->amendments) {
        told.push_back(std::string(one.request) + " " + std::to_string(one.units));
      }
    }
    return told;
  }
};

TEST_F(Missed, IsTakenKeyByKey) {
  keep("u", "a", 1);
  keep(42, "b", 2);
  const auto batch = missed.take(t0);
  ASSERT_THAT(batch->amendments, SizeIs(2));
  EXPECT_EQ(batch->amendments[0].key.number(), 42U);
  EXPECT_EQ(batch->amendments[1].key.text(), "u");
  EXPECT_EQ(batch->amendments[1].at, t0);
  EXPECT_THAT(missed.take(t0), IsNull());
  EXPECT_EQ(missed.requests(), 0U);
}

TEST_F(Missed, WhatIsNewerIsTold) {
  keep("u", "a", 1);
  const auto failed = missed.take(t0);
  keep("u", "a", 0, What::drop);
  missed.put_back(*failed);
  EXPECT_THAT(told(), ElementsAre("a 0"));
}

TEST_F(Missed, IsNotToldOfAWindowThatNobodyLooksAt) {
  keep("u", "past", 1, What::put, t0 - 2h);
  keep("u", "before", 1, What::put, t0 - 1h);
  EXPECT_THAT(told(), ElementsAre("before 1"));
}

TEST_F(Missed, IsForgottenWithItsKeyOrWithAll) {
  keep("u", "a", 1);
  keep("v", "b", 2);
  missed.forget(*space, "u");
  EXPECT_EQ(missed.requests(), 1U);
  missed.forget_all(*space);
  EXPECT_THAT(told(), SizeIs(0));
}

TEST_F(Missed, IsBounded) {
  const std::string much(1U << 20U, 'k');
  for (int i = 0; i < 20; ++i) keep(much + std::to_string(i), "a", 1);
  EXPECT_EQ(missed.requests(), 15U);
  EXPECT_EQ(missed.dropped(), 5U);
  EXPECT_THAT(told(), SizeIs(15));
  keep("u", "a", 1);
  EXPECT_EQ(missed.requests(), 1U);
}

}  // namespace
}  // namespace weir::store
