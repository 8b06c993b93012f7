// Layout upstash over several regions, each a real server, of which one refuses, stops, dies and comes back: then all
// of them keep the same requests, and every key ends by itself.
#include "redis_server.hpp"
#include "store_user.hpp"

#include "limiter/fake_clock.hpp"

#include <weir/limiter.hpp>
#include <weir/redis.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace weir::store::redis {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Instant t0{std::chrono::milliseconds(1'763'802'000'000)};  // an hour starts there
const std::string window = "489945";

using Fields = std::map<std::string, std::int64_t>;

std::int64_t sum_of(const Fields& fields) {
  std::int64_t sum = 0;
  for (const auto& [request, units] : fields) sum += units;
  return sum;
}

class UpstashRegions : public testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override {
    for (std::size_t at = 0; at < GetParam(); ++at) servers_.push_back(std::make_unique<RedisServer>());
  }
  // Whatever was done: settings and the deny list alone stay.
  void TearDown() override {
    for (const auto& server : servers_) {
      for (const std::string& key : keys_without_ttl(*server)) {
        EXPECT_TRUE(key.ends_with(":settings") || key.ends_with("denyList:all") || key.ends_with("dynamic:global"))
            << key;
      }
    }
  }

  [[nodiscard]] RedisServer& server(std::size_t at) const { return *servers_[at]; }
  [[nodiscard]] RedisServer& last() const { return *servers_.back(); }
  // Of a process that is nearest to this region.
  [[nodiscard]] std::shared_ptr<weir::Store> store(std::size_t nearest = 0,
                                                   std::chrono::nanoseconds timeout = 5s) const {
    std::vector<std::string> urls;
    for (std::size_t at = 0; at < servers_.size(); ++at) {
      urls.push_back("redis://" + server((nearest + at) % servers_.size()).address());
    }
    return redis_store(urls.front(),
                       {.timeout = timeout, .layout = RedisLayout::upstash, .regions = {urls.begin() + 1, urls.end()}})
        .value();
  }
  Limiter limiter(const std::shared_ptr<weir::Store>& store, const Rule& rule = fixed_window(1000, 1h),
                  const std::string& prefix = "app", OnError on_error = OnError::deny) {
    return Limiter(rule, {.name = prefix,
                          .store = store,
                          .clock = &clock_,
                          .prefix = prefix,
                          .on_error = on_error,
                          .rejection_cache = 0});
  }

  [[nodiscard]] Fields fields(std::size_t at, const std::string& key = "app:u") const {
    Fields fields;
    std::istringstream lines(server(at).cli({"HGETALL", key + ":" + window}));
    for (std::string request, units; std::getline(lines, request) && std::getline(lines, units);) {
      fields.emplace(request, std::stoll(units));
    }
    return fields;
  }
  // All regions keep the same requests, and these units. What a region lacks it is told when a call of the key has
  // been answered.
  bool come_to(Limiter& by, std::int64_t units, const std::string& key = "app:u") {
    return becomes_true([&] {
      (void)by.limit("u", 0);
      for (std::size_t at = 0; at < servers_.size(); ++at) {
        if (fields(at, key) != fields(0, key) || sum_of(fields(at, key)) != units) return false;
      }
      return true;
    });
  }
  bool knows_of_its_end(weir::Store& store, Limiter& by) {
    return becomes_true([&] {
      (void)by.limit("any", 0);
      return !store.health().last_error.empty();
    });
  }

  limiter::FakeClock clock_{t0};
  std::vector<std::unique_ptr<RedisServer>> servers_;
};

INSTANTIATE_TEST_SUITE_P(Two, UpstashRegions, testing::Values(2));
INSTANTIATE_TEST_SUITE_P(Three, UpstashRegions, testing::Values(3));

TEST_P(UpstashRegions, EachCallIsOneRequestOfTheSameNameInAllOfThem) {
  Limiter api = limiter(store());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(api.limit("u", 2).remaining, 1000 - 2 * (i + 1));
  EXPECT_TRUE(come_to(api, 40));
  EXPECT_THAT(fields(0), SizeIs(20));
  for (const auto& [request, units] : fields(0)) EXPECT_EQ(request.size(), 16U);
  EXPECT_EQ(api.limit("u", 1000).reason, Reason::limited);
  EXPECT_EQ(api.remaining("u").remaining, 960);
  EXPECT_EQ(api.limit("u").reset, t0 + 1h);
}

TEST_P(UpstashRegions, ASlidingWindowWeighsTheOneBeforeAsThePackageDoes) {
  Limiter api = limiter(store(), sliding_window(10, 1h));
  EXPECT_TRUE(api.limit("u", 10));
  EXPECT_TRUE(come_to(api, 10));
  clock_.set(t0 + 1h + 15min);
  const Decision half = api.limit("u", 3);
  EXPECT_EQ(half.reason, Reason::limited);  // 7.5 are left of the ten
  EXPECT_EQ(half.remaining, 2);
  EXPECT_EQ(half.retry_after, 3min);
  EXPECT_TRUE(api.limit("u", 2));
}

TEST_P(UpstashRegions, OneThatIsKilledIsMissedByNobodyAndKnowsAllWhenItIsBackEmpty) {
  const auto shared = store();
  Limiter api = limiter(shared);
  EXPECT_TRUE(api.limit("u", 3));
  ASSERT_TRUE(come_to(api, 3));
  server(0).kill();
  ASSERT_TRUE(knows_of_its_end(*shared, api));
  for (int i = 0; i < 50; ++i) {
    const Decision decision = api.limit("u");
    EXPECT_TRUE(decision.allowed && decision.reason == Reason::ok);
  }
  server(0).start();  // nothing was saved
  EXPECT_TRUE(come_to(api, 53));
  EXPECT_THAT(fields(0), SizeIs(51));
  EXPECT_TRUE(shared->health().up);
}

// As JavaScript clients do it: whoever asks for a key next brings its regions together.
TEST_P(UpstashRegions, OneThatMissedWhatAnotherProcessAskedForIsToldByTheNextCall) {
  {
    Limiter api = limiter(store());
    EXPECT_TRUE(api.limit("u", 3));
    ASSERT_TRUE(come_to(api, 3));
  }
  last().cli({"FLUSHALL"});
  Limiter other = limiter(store(), sliding_window(1000, 1h));
  EXPECT_TRUE(other.limit("u", 4));
  EXPECT_TRUE(come_to(other, 7));
}

TEST_P(UpstashRegions, OneThatStopsDelaysNobodyAndKnowsAllExactlyWhenItGoesOn) {
  const auto shared = store(0, 2s);
  Limiter api = limiter(shared);
  EXPECT_TRUE(api.limit("u"));
  ASSERT_TRUE(come_to(api, 1));
  last().stop();
  const int calls = 100;
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < calls; ++i) EXPECT_EQ(api.limit("u").reason, Reason::ok);
  // Had each waited for the other region, this would have taken calls * timeout.
  EXPECT_LT(std::chrono::steady_clock::now() - began, calls * 2s / 4);
  last().cont();
  EXPECT_TRUE(come_to(api, 1 + calls));
}

TEST_P(UpstashRegions, CallersNearDifferentOnesKeepTheSameRequests) {
  Limiter here = limiter(store(0));
  Limiter there = limiter(store(1));
  for (int i = 0; i < 100; ++i) {
    (void)here.limit("u", 7);
    (void)there.limit("u", 7);
  }
  EXPECT_TRUE(becomes_true([&] {
    (void)here.limit("u", 0);
    for (std::size_t at = 0; at < servers_.size(); ++at) {
      if (fields(at) != fields(0)) return false;
    }
    return true;
  }));
  EXPECT_LE(sum_of(fields(0)), 1000 + 7);  // one call was under way to the other region
  EXPECT_FALSE(here.limit("u", 7));
  EXPECT_FALSE(there.limit("u", 7));
}

// Near the limit regions that hear of the calls in different orders admit different ones.
TEST_P(UpstashRegions, OfManyAtOnceAllKeepThoseThatWereAdmitted) {
  Limiter here = limiter(store(0), sliding_window(300, 1h));
  Limiter there = limiter(store(1), sliding_window(300, 1h));
  std::atomic<std::int64_t> admitted = 0;
  {
    std::vector<std::jthread> callers;
    for (int at = 0; at < 8; ++at) {
      callers.emplace_back([&admitted, &by = at % 2 == 0 ? here : there] {
        for (int i = 0; i < 100; ++i) admitted += by.limit("u").allowed ? 1 : 0;
      });
    }
  }
  EXPECT_GE(admitted.load(), 300);
  EXPECT_TRUE(come_to(here, admitted.load())) << sum_of(fields(0)) << " of " << admitted.load();
  EXPECT_FALSE(there.limit("u"));
}

TEST_P(UpstashRegions, SeveralLimitsAreChargedInAllOfThemOrInNone) {
  const auto shared = store();
  Limiter api = limiter(shared);
  Limiter other = limiter(shared, sliding_window(5, 1h), "other");
  EXPECT_TRUE(limit_all({{api, "u", 3}, {other, "u", 5}, {api, "u", 4}}));
  EXPECT_FALSE(limit_all({{api, "u", 3}, {other, "u", 1}}));
  EXPECT_TRUE(come_to(api, 7));
  EXPECT_THAT(fields(0), SizeIs(2));  // two checks of one key are two requests
  EXPECT_TRUE(come_to(other, 5, "other:u"));
}

TEST_P(UpstashRegions, ARefundTakesBackNoMoreThanThereIs) {
  Limiter api = limiter(store());
  EXPECT_TRUE(api.limit("u", -5));
  EXPECT_THAT(fields(0), IsEmpty());
  EXPECT_TRUE(api.limit("u", 3));
  EXPECT_TRUE(api.limit("u", -2));
  EXPECT_TRUE(come_to(api, 1));
  EXPECT_TRUE(api.limit("u", -9));
  EXPECT_TRUE(come_to(api, 0));
}

TEST_P(UpstashRegions, ARetryUnderItsIdIsOneRequest) {
  const auto shared = store();
  Limiter api = limiter(shared);
  EXPECT_TRUE(api.limit("u", {.cost = 3, .id = "job"}));
  ASSERT_TRUE(come_to(api, 3));
  EXPECT_EQ(api.limit("u", {.cost = 3, .id = "job"}).remaining, 997);
  last().cli({"DEL", "weir:id:{}job"});  // as one that was down the first time
  EXPECT_EQ(api.limit("u", {.cost = 3, .id = "job"}).reason, Reason::ok);
  EXPECT_TRUE(come_to(api, 3));
}

TEST_P(UpstashRegions, AResetIsOneInAllOfThemEvenWhereItWasMissed) {
  const auto shared = store();
  Limiter api = limiter(shared);
  EXPECT_TRUE(api.limit("u", 3));
  ASSERT_TRUE(come_to(api, 3));
  EXPECT_TRUE(api.reset("u"));
  EXPECT_TRUE(come_to(api, 0));
  EXPECT_TRUE(api.limit("u", 4));
  ASSERT_TRUE(come_to(api, 4));
  last().stop();
  EXPECT_TRUE(api.reset("u"));
  EXPECT_TRUE(api.limit("u", 1));
  last().cont();
  EXPECT_TRUE(come_to(api, 1));
}

TEST_P(UpstashRegions, WhoIsDeniedIsDeniedInAllOfThem) {
  Limiter api = limiter(store());
  ASSERT_TRUE(api.deny("mallory"));
  EXPECT_EQ(api.limit("mallory").reason, Reason::denied);
  EXPECT_TRUE(becomes_true([&] { return last().cli({"SISMEMBER", "app:denyList:all", "mallory"}) == "1"; }));
  for (std::size_t at = 0; at < servers_.size(); ++at) server(at).cli({"SADD", "app:denyList:all", "eve"});
  EXPECT_EQ(api.limit("eve").reason, Reason::denied);
  EXPECT_EQ(server(0).cli({"EXISTS", "app:eve:" + window}), "0");
}

TEST_P(UpstashRegions, ARateOfTheRunTimeActsAndTheDynamicLimitOfOneRegionDoesNot) {
  Limiter api = limiter(store());
  for (std::size_t at = 0; at < servers_.size(); ++at) server(at).cli({"SET", "app:dynamic:global", "1"});
  EXPECT_TRUE(api.limit("u", 3));
  ASSERT_TRUE(api.set_rate(fixed_window(5, 1h)));
  EXPECT_EQ(api.limit("u", 1).remaining, 1);
  EXPECT_FALSE(api.limit("u", 2));
  EXPECT_TRUE(come_to(api, 4));
}

TEST_P(UpstashRegions, WhatWasGrantedWhileAllWereDownIsChargedInAllOfThemOnce) {
  const auto shared = store();
  Limiter api = limiter(shared, fixed_window(1000, 1h), "app", OnError::local);
  EXPECT_TRUE(api.limit("u"));
  ASSERT_TRUE(come_to(api, 1));
  for (std::size_t at = 0; at < servers_.size(); ++at) server(at).kill();
  std::int64_t granted = 0;
  for (int i = 0; i < 20; ++i) {
    const Decision decision = api.limit("u");
    EXPECT_TRUE(decision.degraded);
    granted += decision.allowed ? 1 : 0;
  }
  EXPECT_GT(granted, 0);
  for (std::size_t at = 0; at < servers_.size(); ++at) server(at).start();
  EXPECT_TRUE(come_to(api, granted));  // and not what they had forgotten
  EXPECT_THAT(fields(0), SizeIs(1));
}

TEST_P(UpstashRegions, AKeyOfAnotherTypeIsLeftAloneAndTheOthersDecide) {
  last().cli({"SET", "app:u:" + window, "7", "PX", "60000"});
  Limiter api = limiter(store());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(api.limit("u").reason, Reason::ok);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(api.limit("v").reason, Reason::ok);
  EXPECT_TRUE(becomes_true([&] { return sum_of(fields(servers_.size() - 1, "app:v")) == 5; }));
  EXPECT_EQ(last().cli({"GET", "app:u:" + window}), "7");
}

TEST_P(UpstashRegions, HasWindowsAlone) {
  const auto shared = store();
  const auto bucket = Limiter::make(token_bucket(1, 1min, 2), {.name = "b", .store = shared, .prefix = "b"});
  ASSERT_FALSE(bucket);
  EXPECT_THAT(bucket.error(), HasSubstr("no token_bucket over several regions"));
  Limiter api = limiter(shared);
  EXPECT_FALSE(api.reserve("u", 1, {.lease = 1min}));
  EXPECT_TRUE(come_to(api, 0));
}

TEST(UpstashRegionsOfClusters, AreRefused) {
  const auto opened = redis_store("redis://a", {.layout = RedisLayout::upstash, .regions = {"redis+cluster://b"}});
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error(), HasSubstr("a Cluster can't be a region"));
}

}  // namespace
}  // namespace weir::store::redis
