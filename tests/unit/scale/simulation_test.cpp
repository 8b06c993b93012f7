#include "simulation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace weir::scale {
namespace {

// Small enough for a test: 20,000 decisions a second of 10 gateways, hot keys far beyond their limit.
Scenario small() {
  Scenario scenario;
  scenario.rate = 20'000;
  scenario.gateways = 10;
  scenario.keys = 1e6;
  scenario.limit = 200;
  scenario.shards = 2;
  return scenario;
}

TEST(Scale, OneSeedHasOneOutcome) {
  EXPECT_EQ(simulate(small()), simulate(small()));
  Scenario other = small();
  other.seed = 2;
  EXPECT_NE(simulate(small()), simulate(other));
}

TEST(Scale, ExactModeIsExactWhenNothingFails) {
  for (const Lanes lanes : {Lanes::slot, Lanes::server}) {
    Scenario scenario = small();
    scenario.lanes = lanes;
    const Errors errors = simulate(scenario).errors;
    EXPECT_GT(errors.exact_busy, 0) << "no key reached its limit";
    EXPECT_EQ(errors.over, 0);
    EXPECT_EQ(errors.under, 0);
  }
}

TEST(Scale, LeasesNeverAdmitMoreThanTheLimit) {
  Scenario scenario = small();
  scenario.leases = true;
  const Outcome outcome = simulate(scenario);
  EXPECT_EQ(outcome.errors.over, 0);
  scenario.leases = false;
  EXPECT_LT(outcome.script_calls, simulate(scenario).script_calls);
}

TEST(Scale, LimitsSplitBetweenRegionsAreNeverExceeded) {
  Scenario scenario = small();
  scenario.regions = 3;
  scenario.region_share = {0.5, 0.3, 0.2};
  scenario.how = Regions::split;
  const Errors errors = simulate(scenario).errors;
  EXPECT_EQ(errors.over, 0);
  EXPECT_GT(errors.under_busy, 0);
}

TEST(Scale, RegionsThatDecideByTheFirstAnswerAdmitTooMuchButAtMostTheLimitEach) {
  Scenario scenario = small();
  scenario.regions = 3;
  scenario.region_share = {0.5, 0.3, 0.2};
  scenario.how = Regions::all;
  const Errors errors = simulate(scenario).errors;
  EXPECT_GT(errors.over, 0);
  EXPECT_LE(errors.worst, 3);
}

TEST(Scale, AShardThatFailsIsMetByLocalShares) {
  Scenario scenario = small();
  scenario.length = 3 * second;
  scenario.shard_away = {.from = 1'300 * milli, .until = 2'300 * milli};
  const Outcome outcome = simulate(scenario);
  EXPECT_GT(outcome.errors.over, 0);
  EXPECT_LE(outcome.errors.worst, 2.1);  // what Redis admitted, all shares, and the replica's lag
  EXPECT_LE(outcome.p99, 105'000);       // us: nobody waits longer than the timeout
}

TEST(Scale, AKeyAsksForAsMuchAsItsRankSays) {
  Scenario scenario = small();
  scenario.limit = 1'000'000;
  const double first = scenario.rate / (std::log(scenario.keys) + 0.5772);
  EXPECT_NEAR(simulate(scenario).hot_calls, first, 5 * std::sqrt(first));
}

}  // namespace
}  // namespace weir::scale
