#include "alerts/alerts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir::alerts {
namespace {

using namespace std::chrono_literals;

constexpr Instant t0{std::chrono::hours(24 * 20'000)};
const Decision at_90_percent{.limit = 10, .remaining = 1, .reset = t0 + 60s};

Terms terms_to(std::string host, Kind kind = Kind::share) {
  Terms terms{.limit = "per-user", .kind = kind, .window = 60s, .webhook = {.host = std::move(host)}};
  terms.at = kind == Kind::share ? 800'000 : 4;
  terms.per = 60s;
  return terms;
}

struct SomeAlerts : testing::Test {
  Delivery delivery;

  Alerts made(const std::vector<Terms>& terms, const Alerts* before = nullptr) {
    return {terms, delivery, nullptr, before};
  }
  // To whom this decision is told.
  static std::vector<std::string> told(const Alerts& alerts, std::string_view key, bool refused = false) {
    std::vector<std::string> hosts;
    for (const Watch& watch : alerts.of("per-user")->watches()) {
      if (watch.see(at_90_percent, refused, key, t0)) hosts.push_back(watch.terms().webhook.host);
    }
    return hosts;
  }
};

TEST_F(SomeAlerts, OfOneLimitAreToldApart) {
  EXPECT_THAT(told(made({terms_to("one"), terms_to("two")}), "a"), testing::ElementsAre("one", "two"));
}

TEST_F(SomeAlerts, OfAChangedConfigurationKnowWhatWasTold) {
  const Alerts before = made({terms_to("one"), terms_to("two")});
  EXPECT_THAT(told(before, "a"), testing::SizeIs(2));
  EXPECT_THAT(told(made({terms_to("two"), terms_to("one")}, &before), "a"), testing::IsEmpty());
}

TEST_F(SomeAlerts, OfAChangedConfigurationDoNotHideCrossingsFromEachOther) {
  const Alerts before = made({terms_to("one"), terms_to("two")});
  EXPECT_THAT(told(made({terms_to("one"), terms_to("two")}, &before), "a"), testing::ElementsAre("one", "two"));
}

TEST_F(SomeAlerts, OfAChangedConfigurationCountEachRefusalOnce) {
  const std::vector<Terms> terms = {terms_to("one", Kind::refusals), terms_to("two", Kind::refusals)};
  const Alerts before = made(terms);
  const Alerts alerts = made(terms, &before);
  for (int refusal = 1; refusal <= 3; ++refusal) EXPECT_THAT(told(alerts, "a", true), testing::IsEmpty()) << refusal;
  EXPECT_THAT(told(alerts, "a", true), testing::ElementsAre("one", "two"));
}

TEST_F(SomeAlerts, AddedBesideOneThatKnowsOfAKeyTellIt) {
  const Alerts before = made({terms_to("one")});
  EXPECT_THAT(told(before, "a"), testing::ElementsAre("one"));
  EXPECT_THAT(told(made({terms_to("one"), terms_to("two")}, &before), "a"), testing::ElementsAre("two"));
}

}  // namespace
}  // namespace weir::alerts
