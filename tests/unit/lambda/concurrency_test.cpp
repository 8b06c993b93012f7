#include "lambda/policy/concurrency.hpp"

#include <gmock/gmock.h>

#include <vector>

#include "lambda/throttled_account.hpp"

namespace weir::lambda {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Le;
using End = Concurrency::End;
using Mode = Concurrency::Mode;
using Place = Concurrency::Place;

constexpr ThrottleReason at_once = ThrottleReason::concurrent_invocations;
constexpr Concurrency::Settings adaptive{Mode::adaptive, 1000};

std::vector<Place> enter(Concurrency& concurrency, int calls, Instant now = seconds(1)) {
  std::vector<Place> places;
  for (int call = 0; call < calls; ++call) {
    const auto place = concurrency.enter(now);
    EXPECT_TRUE(place);
    places.push_back(place.value_or(Place{}));
  }
  return places;
}

// Lambda runs `ceiling` of these, and throttles the rest.
void answer(Concurrency& concurrency, const std::vector<Place>& places, std::uint32_t ceiling,
            ThrottleReason reason = at_once) {
  for (const Place& place : places) {
    if (place.ordinal > ceiling) concurrency.leave(place, seconds(1), End::throttled, reason);
  }
  for (const Place& place : places) {
    if (place.ordinal <= ceiling) concurrency.leave(place, seconds(1), End::answered);
  }
}

TEST(Concurrency, OffLetsEverythingPass) {
  Concurrency off({});
  answer(off, enter(off, 500), 10);
  EXPECT_EQ(off.limit(), std::nullopt);
  EXPECT_EQ(off.in_flight(), 0U);
}

TEST(Concurrency, FixedIsANumber) {
  Concurrency two({Mode::fixed, 2});
  const auto places = enter(two, 2);
  EXPECT_FALSE(two.enter(seconds(1)));
  two.leave(places[0], seconds(1), End::throttled, at_once);
  EXPECT_EQ(two.limit(), 2U);
  EXPECT_TRUE(two.enter(seconds(1)));
  EXPECT_FALSE(two.enter(seconds(1)));
}

TEST(Concurrency, IsOpenUntilSomethingIsThrottled) {
  Concurrency concurrency(adaptive);
  answer(concurrency, enter(concurrency, 1000), 1000);
  EXPECT_EQ(concurrency.limit(), 1000U);
}

TEST(Concurrency, FallsToTheCeilingAtOnce) {
  Concurrency concurrency(adaptive);
  answer(concurrency, enter(concurrency, 700), 30);
  EXPECT_EQ(concurrency.limit(), 30U) << "six hundred throttles are one piece of news";
}

TEST(Concurrency, FallsByOneWhenAProbeFails) {
  Concurrency concurrency(adaptive);
  answer(concurrency, enter(concurrency, 100), 30);
  const auto places = enter(concurrency, 30);
  concurrency.leave(places[29], seconds(1), End::throttled, at_once);
  EXPECT_EQ(concurrency.limit(), 29U);
}

TEST(Concurrency, FallsFasterWhenThrottlesKeepComing) {
  Concurrency concurrency(adaptive);
  answer(concurrency, enter(concurrency, 500), 400);
  int throttles = 0;
  while (*concurrency.limit() > 100) {
    const auto places = enter(concurrency, static_cast<int>(*concurrency.limit()));
    concurrency.leave(places.back(), seconds(1), End::throttled, at_once);
    for (std::size_t at = 0; at + 1 < places.size(); ++at) concurrency.leave(places[at], seconds(1), End::unknown);
    ++throttles;
  }
  EXPECT_LE(throttles, 20);
}

TEST(Concurrency, FallsByAPartForRates) {
  for (const auto& [reason, limit] : {std::pair{ThrottleReason::function_rate, 850U},
                                      {ThrottleReason::caller_rate, 850U},
                                      {ThrottleReason::reserved_rate, 850U},
                                      {ThrottleReason::snapshot_creations, 950U}}) {
    Concurrency concurrency(adaptive);
    answer(concurrency, enter(concurrency, 50), 20, reason);
    EXPECT_EQ(concurrency.limit(), limit) << name_of(reason) << ": once for all that began before it";
  }
}

TEST(Concurrency, ProbesOneMoreAfterAQuietTime) {
  Concurrency concurrency(adaptive);
  answer(concurrency, enter(concurrency, 100), 10);
  answer(concurrency, enter(concurrency, 10), 9);  // and a probe that failed, so that it knows
  ASSERT_EQ(concurrency.limit(), 9U);
  int answers = 0;
  for (; concurrency.limit() == 9U; answers += 9) answer(concurrency, enter(concurrency, 9), 9);
  EXPECT_EQ(concurrency.limit(), 10U);
  EXPECT_THAT(answers, AllOf(Ge(128), Le(160)));
}

TEST(Concurrency, DoesNotProbeWhatIsNotReached) {
  Concurrency concurrency(adaptive);
  answer(concurrency, enter(concurrency, 100), 10);
  for (int round = 0; round < 1000; ++round) answer(concurrency, enter(concurrency, 5), 5);
  EXPECT_EQ(concurrency.limit(), 10U);
}

TEST(Concurrency, ProbesFasterWhileItSucceeds) {
  Concurrency concurrency(adaptive);
  answer(concurrency, enter(concurrency, 100), 10);
  int rounds = 0;
  for (; *concurrency.limit() < 900; ++rounds) {
    const auto all = static_cast<int>(*concurrency.limit());
    answer(concurrency, enter(concurrency, all), 1000);
  }
  EXPECT_LE(rounds, 60);
}

TEST(Concurrency, StaysWithinItsBounds) {
  Concurrency concurrency({Mode::adaptive, 4});
  for (int round = 0; round < 100; ++round) answer(concurrency, enter(concurrency, 1), 0);
  EXPECT_EQ(concurrency.limit(), 1U);
  for (int round = 0; round < 1000; ++round)
    answer(concurrency, enter(concurrency, static_cast<int>(*concurrency.limit())), 100);
  EXPECT_EQ(concurrency.limit(), 4U);
}

TEST(Concurrency, ForgetsAfterAMinuteInWhichItDidNotMatter) {
  Concurrency concurrency(adaptive);
  answer(concurrency, enter(concurrency, 100), 10);
  enter(concurrency, 1, seconds(61));
  EXPECT_EQ(concurrency.limit(), 10U);
  enter(concurrency, 1, seconds(61) + milliseconds(1));
  EXPECT_EQ(concurrency.limit(), 1000U);
}

TEST(Concurrency, RemembersAsLongAsItMatters) {
  Concurrency concurrency(adaptive);
  answer(concurrency, enter(concurrency, 100), 2);
  for (int second = 2; second < 200; second += 30) {
    const auto places = enter(concurrency, 2, seconds(second));
    EXPECT_FALSE(concurrency.enter(seconds(second)));
    for (const Place& place : places) concurrency.leave(place, seconds(second), End::answered);
  }
  EXPECT_EQ(concurrency.limit(), 2U);
}

TEST(Concurrency, LearnsNothingFromWhatItDoesNotKnow) {
  Concurrency concurrency(adaptive);
  answer(concurrency, enter(concurrency, 100), 10);
  for (int round = 0; round < 1000; ++round) {
    for (const Place& place : enter(concurrency, 10)) concurrency.leave(place, seconds(1), End::unknown);
  }
  EXPECT_EQ(concurrency.limit(), 10U);
  EXPECT_EQ(concurrency.in_flight(), 0U);
}

// Against an account that throttles, in virtual time: the same each time.

constexpr Latency latencies[] = {Latency::constant, Latency::exponential, Latency::heavy_tailed};

Account overloaded(std::uint32_t ceiling, Latency latency) {
  return {.ceilings = {{0, ceiling}},
          .latency = latency,
          .mean = 0.1,
          .callers = ceiling + std::max(ceiling / 2, 20U),
          .patience = 0.03,
          .duration = 25};
}

TEST(AdaptiveConcurrency, ReachesWhatTheAccountAllows) {
  for (const std::uint32_t ceiling : {1U, 2U, 10U, 60U, 200U}) {
    for (const Latency latency : latencies) {
      for (const std::uint64_t seed :
           ceiling > 50 ? std::vector<std::uint64_t>{1} : std::vector<std::uint64_t>{1, 2, 3}) {
        const Seen seen = Simulation(overloaded(ceiling, latency), {Mode::adaptive}, seed).run();
        SCOPED_TRACE(testing::Message() << "ceiling " << ceiling << ", latency " << static_cast<int>(latency)
                                        << ", seed " << seed);
        EXPECT_GE(seen.throughput(), 0.95);
        EXPECT_LE(seen.throttled_share(), 0.02);
      }
    }
  }
}

TEST(AdaptiveConcurrency, FollowsACeilingThatMoves) {
  for (const Latency latency : latencies) {
    Account account = overloaded(90, latency);
    account.ceilings = {{0, 60}, {25, 30}, {50, 10}, {75, 90}, {100, 60}};
    account.duration = 125;
    account.network = 0.001;
    const Seen seen = Simulation(account, {Mode::adaptive}, 3).run();
    SCOPED_TRACE(testing::Message() << "latency " << static_cast<int>(latency));
    EXPECT_GE(seen.throughput(), 0.95);
    EXPECT_LE(seen.throttled_share(), 0.02);
  }
}

TEST(AdaptiveConcurrency, SparesWhatANaiveClientThrowsAway) {
  const Seen naive = Simulation(overloaded(20, Latency::exponential), {Mode::off}, 4).run();
  EXPECT_GE(naive.throttled_share(), 0.3) << "else the account would test nothing";
}

}  // namespace
}  // namespace weir::lambda
