#include <weir/detail/pending.hpp>
#include <weir/weir.hpp>

#include "limiter/carry.hpp"
#include "limiter/deny_list.hpp"
#include "limiter/fake_clock.hpp"
#include "limiter/fake_remote_store.hpp"
#include "limiter/fake_settings.hpp"
#include "limiter/limiter_impl.hpp"
#include "limiter/matchers.hpp"
#include "limiter/run_time_settings.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir::limiter {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

// A process: a store of its own, settings that it shares with the others.
struct Process {
  explicit Process(std::shared_ptr<FakeSettings> settings) { room->shared_settings = std::move(settings); }
  [[nodiscard]] Limiter limiter(const Rule& rule, Options options = {}) const {
    options.store = store;
    if (options.name.empty() && options.prefix.empty()) options.name = "per-user";
    return Limiter(rule, std::move(options));
  }
  std::shared_ptr<FakeRemoteStore> room = std::make_shared<FakeRemoteStore>();
  std::shared_ptr<Store> store = std::make_shared<Store>(room);
};

class SharedSettings : public testing::Test {
 protected:
  std::shared_ptr<FakeSettings> settings_ = std::make_shared<FakeSettings>();
  Process here_{settings_};
  Process there_{settings_};

  std::optional<SetResult> set_;
  OnSet into_set() {
    return [this](SetResult result) { set_ = std::move(result); };
  }
};

TEST_F(SharedSettings, ARateSetHereHoldsThere) {
  Limiter here = here_.limiter(fixed_window(5, 1min));
  Limiter there = there_.limiter(fixed_window(5, 1min));
  ASSERT_TRUE(here.set_rate(fixed_window(9, 1min)));
  EXPECT_EQ(here.rate().rule, fixed_window(9, 1min));
  EXPECT_EQ(there.rate().rule, fixed_window(9, 1min));
  EXPECT_TRUE(there.rate().runtime);
  EXPECT_THAT(there.limit("user"), AllowedWithRemaining(8));
}

TEST_F(SharedSettings, ARateClearedThereIsClearedHere) {
  Limiter here = here_.limiter(fixed_window(5, 1min));
  Limiter there = there_.limiter(fixed_window(5, 1min));
  ASSERT_TRUE(here.set_rate(fixed_window(9, 1min)));
  EXPECT_TRUE(there.clear_rate());
  EXPECT_FALSE(there.clear_rate());
  EXPECT_FALSE(here.rate().runtime);
}

TEST_F(SharedSettings, AKeysRateHoldsForThatKeyAlone) {
  Limiter here = here_.limiter(fixed_window(5, 1min));
  Limiter there = there_.limiter(fixed_window(5, 1min));
  ASSERT_TRUE(here.set_rate("vip guest", fixed_window(9, 1min)));
  ASSERT_TRUE(here.set_rate(42, fixed_window(8, 1min)));
  EXPECT_EQ(there.rate("vip guest").rule.count, 9);
  EXPECT_EQ(there.rate(42).rule.count, 8);
  EXPECT_EQ(there.rate("42").rule.count, 5);  // a text is no number
  EXPECT_TRUE(there.clear_rate(42));
  EXPECT_EQ(here.rate(42).rule.count, 5);
}

TEST_F(SharedSettings, EveryKindOfRateComesThereAsItWas) {
  using std::chrono::year;
  Rule anchored = fixed_window(1000, Period::month());
  anchored.anchor = year(2026) / 1 / 15;
  for (const Rule& rule : {fixed_window(7, 1h), sliding_window(7, 1h), sliding_log(7, 1h), token_bucket(7, 1h, 20),
                           interval_bucket(7, 1h), gcra(max_count, 1us, 1), unlimited(), anchored}) {
    Limiter here = here_.limiter(fixed_window(5, 1min));
    Limiter there = there_.limiter(fixed_window(5, 1min));
    ASSERT_TRUE(here.set_rate(rule));
    EXPECT_EQ(there.rate().rule, rule) << settings_->kept.begin()->second;
    ASSERT_TRUE(here.clear_rate());
  }
}

TEST_F(SharedSettings, ARateIsCountedAsTheLimitCountsWhereItIsRead) {
  Limiter here = here_.limiter(fixed_window(5, 1min));
  Limiter there = there_.limiter(gcra(5, 1min));  // its configuration is a newer one
  ASSERT_TRUE(here.set_rate(fixed_window(9, 1min)));
  EXPECT_EQ(there.rate().rule, gcra(9, 1min));
}

TEST_F(SharedSettings, ADenyEntryActsThereToo) {
  Limiter here = here_.limiter(fixed_window(5, 1min));
  Limiter there = there_.limiter(fixed_window(5, 1min));
  ASSERT_TRUE(here.deny("10.0.0.0/8"));
  EXPECT_THAT(there.limit("10.1.2.3"), RefusedForGood(Reason::denied));
  EXPECT_THAT(there.denied(), ElementsAre(Field(&DenyEntry::pattern, "10.0.0.0/8")));
  EXPECT_TRUE(there.undeny("10.0.0.0/8"));
  EXPECT_THAT(here.limit("10.1.2.3"), Allowed());
}

TEST_F(SharedSettings, ADenyEntryEndsByTheTimeItHasLeft) {
  FakeClock clock;
  Limiter there = there_.limiter(fixed_window(5, 1min), {.clock = &clock});
  Limiter here = here_.limiter(fixed_window(5, 1min), {.clock = &clock});
  ASSERT_TRUE(here.deny("user", 10s));
  clock.advance(10s - 1ns);
  EXPECT_THAT(there.limit("user"), RefusedForGood(Reason::denied));
  clock.advance(1ns);
  EXPECT_THAT(there.limit("user"), Allowed());
}

TEST_F(SharedSettings, AnEntryOfTheConfigurationStaysWhateverIsSharedOfIt) {
  FakeClock clock;
  Limiter there = there_.limiter(fixed_window(5, 1min), {.clock = &clock, .deny = {"user"}});
  Limiter here = here_.limiter(fixed_window(5, 1min), {.clock = &clock});
  ASSERT_TRUE(here.deny("user", 10s));
  clock.advance(1min);
  EXPECT_TRUE(here.undeny("user"));
  EXPECT_THAT(there.limit("user"), RefusedForGood(Reason::denied));
}

TEST_F(SharedSettings, ANewLimiterHasWhatWasSetBefore) {
  {
    Limiter here = here_.limiter(fixed_window(5, 1min));
    ASSERT_TRUE(here.set_rate(fixed_window(9, 1min)));
    ASSERT_TRUE(here.deny("user"));
  }
  Limiter again = there_.limiter(fixed_window(5, 1min));
  EXPECT_EQ(again.rate().rule.count, 9);
  EXPECT_THAT(again.limit("user"), RefusedForGood(Reason::denied));
}

TEST_F(SharedSettings, LimitsOfOnePrefixAndTwoNamesHaveRatesOfTheirOwn) {
  Limiter gold = here_.limiter(fixed_window(5, 1min), {.name = "gold", .prefix = "weir:plan"});
  Limiter silver = here_.limiter(fixed_window(3, 1min), {.name = "silver", .prefix = "weir:plan"});
  ASSERT_TRUE(gold.set_rate(fixed_window(9, 1min)));
  EXPECT_EQ(silver.rate().rule.count, 3);
}

TEST_F(SharedSettings, ALimiterWithoutANameSharesByItsPrefix) {
  Limiter here = here_.limiter(fixed_window(5, 1min), {.prefix = "my:app"});
  Limiter there = there_.limiter(fixed_window(5, 1min), {.prefix = "my:app"});
  Limiter other = there_.limiter(fixed_window(5, 1min), {.name = "my"});
  ASSERT_TRUE(here.set_rate(fixed_window(9, 1min)));
  EXPECT_EQ(there.rate().rule.count, 9);
  EXPECT_EQ(other.rate().rule.count, 5);
}

TEST_F(SharedSettings, ALimiterWithKeysOfItsOwnSharesNothing) {
  Limiter own(fixed_window(5, 1min), {.store = here_.store});
  ASSERT_TRUE(own.set_rate(fixed_window(9, 1min)));
  EXPECT_EQ(own.rate().rule.count, 9);
  EXPECT_THAT(settings_->kept, IsEmpty());
}

TEST_F(SharedSettings, NothingChangesWhileTheStoreIsAway) {
  Limiter here = here_.limiter(fixed_window(5, 1min));
  settings_->mood = FakeSettings::Mood::down;
  EXPECT_THAT(here.set_rate(fixed_window(9, 1min)).error(), HasSubstr("does not answer"));
  EXPECT_FALSE(here.deny("user"));
  EXPECT_FALSE(here.rate().runtime);
  EXPECT_THAT(here.denied(), IsEmpty());
}

TEST_F(SharedSettings, AChangeActsOnceItIsWritten) {
  Limiter here = here_.limiter(fixed_window(5, 1min));
  settings_->mood = FakeSettings::Mood::waits;
  set_rate(here, fixed_window(9, 1min), into_set());
  EXPECT_FALSE(set_);
  EXPECT_EQ(here.rate().rule.count, 5);
  settings_->write_now();
  EXPECT_EQ(set_, SetResult(false));
  EXPECT_EQ(here.rate().rule.count, 9);
}

TEST_F(SharedSettings, WhatIsWrongIsNotWritten) {
  Limiter here = here_.limiter(fixed_window(5, 1min));
  EXPECT_FALSE(here.set_rate(fixed_window(0, 1min)));
  EXPECT_FALSE(here.set_rate(concurrency(5)));
  EXPECT_FALSE(here.deny("10.0.0.0/99"));
  EXPECT_FALSE(here.deny("~("));
  EXPECT_FALSE(here.deny("user", 0s));
  EXPECT_FALSE(here.set_rate(std::string(10'000, 'x'), fixed_window(9, 1min)));
  EXPECT_EQ(settings_->writes, 0);
}

TEST_F(SharedSettings, TooManyIsSaid) {
  Limiter here = here_.limiter(fixed_window(5, 1min));
  settings_->mood = FakeSettings::Mood::full;
  set_rate(here, fixed_window(9, 1min), into_set());
  ASSERT_TRUE(set_ && !*set_);
  EXPECT_FALSE(set_->error().store_down);
  EXPECT_THAT(set_->error().sentence, HasSubstr("100000"));
}

TEST_F(SharedSettings, WhatCannotBeUsedIsSkippedAndSaidWithoutItsKey) {
  Limiter here = here_.limiter(fixed_window(5, 1min));
  ASSERT_TRUE(here.set_rate(fixed_window(7, 1min)));
  settings_->hear("per-user", "rate", "v1 0 per 60000000000");
  settings_->hear("per-user", "rate", "v2 whatever");
  settings_->hear("per-user", "rate", "v1 9 per month burst");
  settings_->hear("per-user", "rate of secret-key", "v1 concurrency 5");
  settings_->hear("per-user", "deny 1.2.3.4/77", "");
  settings_->hear("per-user", "colour", "green");
  EXPECT_FALSE(here.rate().runtime);
  EXPECT_FALSE(here.rate("secret-key").runtime);
  EXPECT_THAT(settings_->complaints, testing::SizeIs(6));
  EXPECT_THAT(settings_->complaints, testing::Each(HasSubstr("limit 'per-user'")));
  EXPECT_THAT(settings_->complaints, testing::Each(Not(HasSubstr("secret-key"))));
  EXPECT_THAT(settings_->complaints, testing::Each(Not(HasSubstr("1.2.3.4"))));
}

TEST_F(SharedSettings, ASuccessorHasThemFromTheStoreAndWritesNothing) {
  Limiter before = here_.limiter(fixed_window(5, 1min));
  ASSERT_TRUE(before.set_rate(fixed_window(9, 1min)));
  ASSERT_TRUE(before.deny("user"));
  const int writes = settings_->writes;
  Limiter after = here_.limiter(fixed_window(6, 1min));
  EXPECT_THAT(carry_settings(before, after), IsEmpty());
  EXPECT_EQ(settings_->writes, writes);
  EXPECT_EQ(after.rate().rule.count, 9);
  EXPECT_THAT(after.limit("user"), RefusedForGood(Reason::denied));
}

TEST_F(SharedSettings, ASuccessorInAnotherStoreOffersThem) {
  const Process elsewhere(std::make_shared<FakeSettings>());
  Limiter before = here_.limiter(fixed_window(5, 1min));
  ASSERT_TRUE(before.set_rate(fixed_window(9, 1min)));
  ASSERT_TRUE(before.set_rate("vip", fixed_window(50, 1min)));
  ASSERT_TRUE(before.deny("user", 1h));
  Limiter after = elsewhere.limiter(fixed_window(6, 1min));
  EXPECT_THAT(carry_settings(before, after), IsEmpty());
  EXPECT_EQ(after.rate().rule.count, 9);
  EXPECT_EQ(after.rate("vip").rule.count, 50);
  EXPECT_THAT(after.limit("user"), RefusedForGood(Reason::denied));
  Limiter other =
      Process(std::static_pointer_cast<FakeSettings>(after.impl()->settings)).limiter(fixed_window(6, 1min));
  EXPECT_EQ(other.rate().rule.count, 9);
}

TEST_F(SharedSettings, ASuccessorOutOfMemoryOffersThem) {
  Limiter before(fixed_window(5, 1min), {.name = "per-user", .store = memory_store()});
  ASSERT_TRUE(before.set_rate(fixed_window(9, 1min)));
  ASSERT_TRUE(before.deny("user"));
  Limiter after = here_.limiter(fixed_window(5, 1min));
  settings_->hear("per-user", "rate", "v1 7 per 60000000000");
  EXPECT_THAT(carry_settings(before, after), IsEmpty());
  EXPECT_EQ(after.rate().rule.count, 7) << "what is set there holds";
  EXPECT_THAT(after.limit("user"), RefusedForGood(Reason::denied));
  EXPECT_EQ(settings_->kept.count({"per-user", "deny user"}), 1U);
}

TEST_F(SharedSettings, WhatDoesNotFitASuccessorElsewhereIsSaid) {
  const Process elsewhere(std::make_shared<FakeSettings>());
  Limiter before = here_.limiter(sliding_window(5, 1min));
  ASSERT_TRUE(before.set_rate("secret-key", sliding_window(50'000, 1min)));
  Limiter after = elsewhere.limiter(sliding_log(5, 1min));
  const auto said = carry_settings(before, after);
  EXPECT_THAT(said, ElementsAre(HasSubstr("do not fit any more")));
  EXPECT_THAT(said, testing::Each(Not(HasSubstr("secret-key"))));
  EXPECT_FALSE(after.rate("secret-key").runtime);
}

TEST_F(SharedSettings, ALimiterThatIsGoneHearsNothing) {
  {
    const Limiter here = here_.limiter(fixed_window(5, 1min));
  }
  settings_->hear("per-user", "rate", "v1 nonsense");
  EXPECT_THAT(settings_->complaints, IsEmpty());
}

TEST_F(SharedSettings, ACachedRefusalEndsWithAChangedRate) {
  Limiter here = here_.limiter(fixed_window(1, 1min));
  ASSERT_THAT(here.limit("user"), Allowed());
  ASSERT_THAT(here.limit("user"), Limited());
  settings_->hear("per-user", "rate", "v1 5 per 60000000000");
  EXPECT_THAT(here.limit("user"), AllowedWithRemaining(3));
}

TEST_F(SharedSettings, TheFirstDecisionWaitsUntilTheyAreKnown) {
  settings_->is_current = false;
  Limiter here = here_.limiter(fixed_window(5, 1min));
  std::optional<AllDecision> decision;
  const Check check{here, "user"};
  const auto pending =
      detail::pending_limit_all(std::span(&check, 1), {}, [&](AllDecision all) { decision = std::move(all); });
  pending->start();
  EXPECT_EQ(here_.room->decisions(), 0);
  settings_->hear("per-user", "deny user", "");
  settings_->become_current();
  ASSERT_TRUE(decision);
  EXPECT_THAT(decision->decisions.front(), RefusedForGood(Reason::denied));
}

TEST_F(SharedSettings, ADecisionWaitsForThemNoLongerThanItMay) {
  settings_->is_current = false;
  Limiter here = here_.limiter(fixed_window(5, 1min), {.on_error = OnError::deny});
  std::optional<AllDecision> decision;
  const Check check{here, "user"};
  const auto pending =
      detail::pending_limit_all(std::span(&check, 1), {}, [&](AllDecision all) { decision = std::move(all); });
  pending->start();
  pending->expire();
  ASSERT_TRUE(decision);
  EXPECT_THAT(decision->decisions.front(), DegradedRefused(Reason::store_timeout));
  settings_->become_current();  // late: nothing more happens
  EXPECT_EQ(here_.room->decisions(), 0);
}

TEST_F(SharedSettings, EachDecisionAsksForChangesInPassing) {
  Limiter here = here_.limiter(fixed_window(5, 1min));
  here.limit("user");
  here.limit("user");
  EXPECT_EQ(settings_->polls, 2);
}

TEST_F(SharedSettings, TheListWithoutALimitIsSharedToo) {
  DenyList here;
  DenyList there;
  here.share(*here_.room, nullptr);
  there.share(*there_.room, nullptr);
  const Instant now = system_time();
  deny(here, "1.2.3.4", std::nullopt, now, into_set());
  EXPECT_EQ(set_, SetResult(false));
  deny(here, "10.0.0.0/8", 1h, now, into_set());
  EXPECT_TRUE(there.denies("1.2.3.4", now));
  EXPECT_TRUE(there.denies("10.1.1.1", now));
  EXPECT_FALSE(there.denies("10.1.1.1", now + 2h));
  undeny(there, "1.2.3.4", into_set());
  EXPECT_EQ(set_, SetResult(true));
  EXPECT_FALSE(here.denies("1.2.3.4", now));
}

TEST_F(SharedSettings, TheListWithoutALimitGoesAlongToAnotherStore) {
  const auto elsewhere = std::make_shared<FakeSettings>();
  const Process moved(elsewhere);
  const Instant now = system_time();
  DenyList list;
  ASSERT_TRUE(list.add("1.2.3.4", std::nullopt, now));
  list.share(*here_.room, nullptr);
  EXPECT_EQ(settings_->kept.count({"*", "deny 1.2.3.4"}), 1U);
  settings_->hear("*", "deny 5.6.7.8", "");
  list.share(*moved.room, nullptr, store::Offer::until_known);
  EXPECT_EQ(elsewhere->offered_as, store::Offer::until_known);
  EXPECT_TRUE(list.denies("1.2.3.4", now));
  EXPECT_TRUE(list.denies("5.6.7.8", now));
  settings_->hear("*", "deny 9.9.9.9", "");
  EXPECT_FALSE(list.denies("9.9.9.9", now)) << "it follows the store in force";
}

TEST_F(SharedSettings, TheListWithoutALimitStaysInMemory) {
  const Instant now = system_time();
  DenyList list;
  list.share(*here_.room, nullptr);
  settings_->hear("*", "deny 1.2.3.4", "");
  list.share(*memory_store()->impl().room, nullptr);
  EXPECT_TRUE(list.denies("1.2.3.4", now));
  EXPECT_TRUE(list.remove("1.2.3.4"));
}

TEST_F(SharedSettings, TheListWithoutALimitChangesNothingWhileTheStoreIsAway) {
  DenyList here;
  here.share(*here_.room, nullptr);
  settings_->mood = FakeSettings::Mood::down;
  deny(here, "1.2.3.4", std::nullopt, system_time(), into_set());
  ASSERT_TRUE(set_ && !*set_);
  EXPECT_TRUE(set_->error().store_down);
  EXPECT_TRUE(here.empty());
}

TEST_F(SharedSettings, AListThatIsGoneHearsNothing) {
  {
    DenyList().share(*here_.room, nullptr);
  }
  settings_->hear("*", "deny ~(", "");
  EXPECT_THAT(settings_->complaints, IsEmpty());
}

}  // namespace
}  // namespace weir::limiter
