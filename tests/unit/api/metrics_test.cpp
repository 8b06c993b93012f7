#include "api/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace weir::api {
namespace {

using std::chrono_literals::operator""ns;
using std::chrono_literals::operator""us;
using std::chrono_literals::operator""s;
using testing::HasSubstr;
using testing::Not;

TEST(Metrics, DecisionsOfManyThreadsAddUp) {
  Metrics metrics;
  LimitMetrics& limit = metrics.limit("per-user");
  std::vector<std::thread> threads;
  for (int at = 0; at < 20; ++at) {
    threads.emplace_back([&] {
      for (int call = 0; call < 1000; ++call) limit.count(Outcome::allowed);
      limit.count(Outcome::shadow);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string text = metrics.text({});
  EXPECT_THAT(text, HasSubstr("weir_decisions_total{limit=\"per-user\",decision=\"allowed\"} 20000\n"));
  EXPECT_THAT(text, HasSubstr("weir_decisions_total{limit=\"per-user\",decision=\"shadow\"} 20\n"));
  EXPECT_THAT(text, HasSubstr("weir_decisions_total{limit=\"per-user\",decision=\"denied\"} 0\n"));
}

TEST(Metrics, ALimitKeepsItsCountsWhenItComesBack) {
  Metrics metrics;
  metrics.limit("a").count(Outcome::limited);
  EXPECT_EQ(&metrics.limit("a"), &metrics.limit("a"));
  EXPECT_EQ(metrics.limit("a").count_of(Outcome::limited), 1);
}

TEST(Metrics, LabelsAreBounded) {
  Metrics metrics;
  for (std::size_t at = 0; at < Metrics::max_limits + 5; ++at) {
    metrics.limit("limit-" + std::to_string(at)).count(Outcome::allowed);
  }
  EXPECT_EQ(metrics.limit("other").count_of(Outcome::allowed), 5);
  EXPECT_THAT(metrics.text({}), Not(HasSubstr("limit-10003")));
}

TEST(Metrics, BucketsAreCumulativeAndInSeconds) {
  Metrics metrics;
  metrics.decision_seconds.record(100ns);
  metrics.decision_seconds.record(101ns);
  metrics.decision_seconds.record(30us);
  metrics.decision_seconds.record(2s);
  const std::string text = metrics.text({});
  EXPECT_THAT(text, HasSubstr("weir_decision_seconds_bucket{store=\"memory\",le=\"0.0000001\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("weir_decision_seconds_bucket{store=\"memory\",le=\"0.00000025\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("weir_decision_seconds_bucket{store=\"memory\",le=\"0.0001\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("weir_decision_seconds_bucket{store=\"memory\",le=\"1\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("weir_decision_seconds_bucket{store=\"memory\",le=\"+Inf\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("weir_decision_seconds_sum{store=\"memory\"} 2.000030201\n"));
  EXPECT_THAT(text, HasSubstr("weir_decision_seconds_count{store=\"memory\"} 4\n"));
}

TEST(Metrics, TellWhatOthersKeep) {
  const std::string text = Metrics().text({.store = {.up = false}, .evictions = 7, .keys = 9});
  EXPECT_THAT(text, HasSubstr("\nweir_store_up 0\n"));
  EXPECT_THAT(text, HasSubstr("\nweir_evictions_total{store=\"memory\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("\nweir_store_keys{store=\"memory\"} 9\n"));
}

TEST(Metrics, WhatAStoreIsOwedIsTold) {
  const std::string text = Metrics().text({.owed = 3, .unsettled = 2, .forgiven = 1});
  EXPECT_THAT(text, HasSubstr("weir_store_owed_keys 3\n"));
  EXPECT_THAT(text, HasSubstr("weir_store_unsettled 2\n"));
  EXPECT_THAT(text, HasSubstr("weir_store_forgiven_total 1\n"));
}

}  // namespace
}  // namespace weir::api
