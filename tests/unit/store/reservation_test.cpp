#include "store/memory/memory_store.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace weir::store {
namespace {

using namespace std::chrono_literals;

constexpr Instant t0 = std::chrono::sys_days(std::chrono::year(2026) / 6 / 15);

class AReservation : public testing::Test {
 protected:
  Status hold(std::string_view id, std::initializer_list<Check> checks, Instant now = t0, Nanos lease = 60s) {
    std::vector<Check> held(checks);
    for (Check& check : held) check.hold = true;
    verdicts_.assign(held.size(), {});
    return store_.decide_now({.checks = held, .now = now, .id = id, .lease = lease}, verdicts_);
  }
  bool granted() const {
    return std::ranges::all_of(verdicts_, [](const Verdict& verdict) { return verdict.allowed(); });
  }
  Settled settle(std::string_view id, std::int64_t amount, Instant now = t0) {
    return store_.settle_now(id, std::span(&amount, 1), now);
  }
  void hold_once(std::string_view id, const Space& space, std::int64_t amount) {
    const Check check{.space = &space, .key = "u", .cost = amount, .hold = true};
    verdicts_.assign(1, {});
    ASSERT_EQ(store_.decide_now({.checks = {&check, 1}, .now = t0, .id = id, .lease = 24h, .once = true}, verdicts_),
              Status::decided);
  }
  Verdict look(const Space& space, Instant now = t0) { return store_.take_one(space, "u", now, 0); }

  MemoryStore store_;
  std::shared_ptr<const Space> tokens_ = store_.open("tokens", fixed_window(100, 1min));
  std::shared_ptr<const Space> bucket_ = store_.open("bucket", token_bucket(100, 1min));
  std::shared_ptr<const Space> sliding_ = store_.open("sliding", sliding_window(100, 1min));
  std::shared_ptr<const Space> slots_ = store_.open("slots", concurrency(2));
  std::vector<Verdict> verdicts_;
};

TEST_F(AReservation, OfACallThatNobodyRepeatsIsForgottenOnceItIsSettledOrRefused) {
  hold_once("granted", *slots_, 2);
  hold_once("refused", *slots_, 1);
  EXPECT_EQ(store_.statistics().ids, 1);
  EXPECT_TRUE(settle("granted", 0));
  EXPECT_EQ(store_.statistics().ids, 0);
  EXPECT_EQ(look(*slots_).remaining, 2);
}

TEST_F(AReservation, HoldsItsAmountUntilSettledWithWhatWasUsed) {
  EXPECT_EQ(hold("r1", {{tokens_.get(), "u", 60}}), Status::decided);
  EXPECT_EQ(look(*tokens_).remaining, 40);
  EXPECT_TRUE(settle("r1", 25, t0 + 5s));
  EXPECT_EQ(look(*tokens_, t0 + 5s).remaining, 75);
}

TEST_F(AReservation, ChargesWhatWasUsedBeyondItAsDebt) {
  EXPECT_EQ(hold("r1", {{tokens_.get(), "u", 60}}), Status::decided);
  EXPECT_TRUE(settle("r1", 130));
  EXPECT_EQ(look(*tokens_).remaining, 0);
  EXPECT_EQ(look(*tokens_).debt, 30);
}

TEST_F(AReservation, SettlesOnce) {
  EXPECT_EQ(hold("r1", {{tokens_.get(), "u", 60}}), Status::decided);
  EXPECT_TRUE(settle("r1", 10));
  EXPECT_TRUE(settle("r1", 10));
  EXPECT_EQ(settle("r1", 11), Settled(std::unexpected(SettleError::conflict)));
  EXPECT_EQ(look(*tokens_).remaining, 90);
}

TEST_F(AReservation, GivesTheSameAnswerForTheSameId) {
  EXPECT_EQ(hold("r1", {{tokens_.get(), "u", 60}}), Status::decided);
  EXPECT_EQ(hold("r1", {{tokens_.get(), "u", 60}}), Status::repeated);
  EXPECT_TRUE(granted());
  EXPECT_EQ(verdicts_[0].remaining, 40);
  EXPECT_EQ(look(*tokens_).remaining, 40);
  EXPECT_EQ(hold("r1", {{tokens_.get(), "u", 61}}), Status::conflict);
  EXPECT_EQ(hold("r1", {{tokens_.get(), "v", 60}}), Status::conflict);
}

TEST_F(AReservation, RepeatsARefusalToo) {
  EXPECT_EQ(hold("full", {{tokens_.get(), "u", 100}}), Status::decided);
  EXPECT_EQ(hold("r1", {{tokens_.get(), "u", 60}}), Status::decided);
  EXPECT_FALSE(granted());
  EXPECT_TRUE(settle("full", 0));
  EXPECT_EQ(hold("r1", {{tokens_.get(), "u", 60}}), Status::repeated);
  EXPECT_FALSE(granted());
  EXPECT_EQ(settle("r1", 0), Settled(std::unexpected(SettleError::unknown)));
}

TEST_F(AReservation, OverSeveralLimitsIsAllOrNothing) {
  EXPECT_EQ(hold("r1", {{tokens_.get(), "u", 60}, {slots_.get(), "u", 1}}), Status::decided);
  EXPECT_EQ(hold("r2", {{tokens_.get(), "u", 60}, {slots_.get(), "u", 1}}), Status::decided);
  EXPECT_FALSE(granted());
  EXPECT_EQ(hold("r3", {{slots_.get(), "u", 1}}), Status::decided);
  EXPECT_TRUE(granted()) << "the refused one left its slot free";
}

TEST_F(AReservation, SettlesEachPartWithItsOwnAmount) {
  EXPECT_EQ(hold("r1", {{tokens_.get(), "u", 60}, {bucket_.get(), "u", 60}}), Status::decided);
  const std::array<std::int64_t, 2> used{10, 70};
  EXPECT_TRUE(store_.settle_now("r1", used, t0));
  EXPECT_EQ(look(*tokens_).remaining, 90);
  EXPECT_EQ(look(*bucket_).remaining, 30);
}

TEST_F(AReservation, GivesNothingBackToAWindowThatIsPast) {
  EXPECT_EQ(hold("r1", {{tokens_.get(), "u", 60}, {sliding_.get(), "u", 60}}, t0, 10min), Status::decided);
  EXPECT_TRUE(settle("r1", 0, t0 + 90s));
  EXPECT_EQ(look(*tokens_, t0 + 90s).remaining, 100);
  EXPECT_EQ(look(*sliding_, t0 + 90s).remaining, 100) << "the window before still counted: it gave back there";
}

TEST_F(AReservation, ChargesTheExcessToTheCurrentWindow) {
  EXPECT_EQ(hold("r1", {{tokens_.get(), "u", 60}}, t0, 10min), Status::decided);
  EXPECT_TRUE(settle("r1", 80, t0 + 90s));
  EXPECT_EQ(look(*tokens_, t0 + 90s).remaining, 80);
}

TEST_F(AReservation, WhoseLeaseEndedStaysSpentButIsStillSettled) {
  EXPECT_EQ(hold("r1", {{tokens_.get(), "u", 60}}, t0, 5s), Status::decided);
  EXPECT_EQ(look(*tokens_, t0 + 10s).remaining, 40);
  EXPECT_TRUE(settle("r1", 20, t0 + 20s));
  EXPECT_EQ(look(*tokens_, t0 + 20s).remaining, 80);
}

TEST_F(AReservation, OfConcurrencyFreesItsSlotWhenReleased) {
  EXPECT_EQ(hold("a", {{slots_.get(), "u", 1}}), Status::decided);
  EXPECT_EQ(hold("b", {{slots_.get(), "u", 1}}), Status::decided);
  EXPECT_EQ(hold("c", {{slots_.get(), "u", 1}}), Status::decided);
  EXPECT_FALSE(granted());
  EXPECT_EQ(verdicts_[0].retry_after, limits::never);
  EXPECT_TRUE(settle("a", 0));
  EXPECT_EQ(hold("d", {{slots_.get(), "u", 1}}), Status::decided);
  EXPECT_TRUE(granted());
}

TEST_F(AReservation, OfConcurrencyFreesItsSlotWhenItsLeaseEnds) {
  EXPECT_EQ(hold("a", {{slots_.get(), "u", 2}}, t0, 10s), Status::decided);
  EXPECT_EQ(hold("b", {{slots_.get(), "u", 1}}, t0 + 9s), Status::decided);
  EXPECT_FALSE(granted());
  EXPECT_EQ(hold("c", {{slots_.get(), "u", 1}}, t0 + 10s), Status::decided);
  EXPECT_TRUE(granted());
  EXPECT_TRUE(settle("a", 0, t0 + 11s)) << "too late to free anything";
  EXPECT_EQ(hold("d", {{slots_.get(), "u", 2}}, t0 + 12s), Status::decided);
  EXPECT_FALSE(granted());
}

TEST_F(AReservation, RenewedKeepsItsSlot) {
  EXPECT_EQ(hold("a", {{slots_.get(), "u", 2}}, t0, 10s), Status::decided);
  EXPECT_TRUE(store_.renew_now("a", 10s, t0 + 9s));
  EXPECT_EQ(hold("b", {{slots_.get(), "u", 1}}, t0 + 15s), Status::decided);
  EXPECT_FALSE(granted());
  EXPECT_FALSE(store_.renew_now("a", 10s, t0 + 19s)) << "its lease has ended";
  EXPECT_FALSE(store_.renew_now("nobody", 10s, t0));
}

TEST_F(AReservation, GivesNothingBackAfterAReset) {
  EXPECT_EQ(hold("r1", {{tokens_.get(), "u", 60}, {slots_.get(), "u", 2}}), Status::decided);
  store_.reset_now(*tokens_, "u");
  store_.reset_now(*slots_, "u");
  EXPECT_EQ(look(*tokens_).remaining, 100);
  store_.take_one(*tokens_, "u", t0, 50);
  EXPECT_EQ(hold("r2", {{slots_.get(), "u", 2}}), Status::decided);
  EXPECT_TRUE(granted());
  EXPECT_TRUE(settle("r1", 0));
  EXPECT_EQ(look(*tokens_).remaining, 50);
  EXPECT_EQ(hold("r3", {{slots_.get(), "u", 1}}), Status::decided);
  EXPECT_FALSE(granted());
}

TEST_F(AReservation, IsForgottenAfterTenMinutesOrItsLeaseWhicheverIsLonger) {
  EXPECT_EQ(hold("short", {{tokens_.get(), "u", 1}}, t0, 1s), Status::decided);
  EXPECT_EQ(hold("long", {{tokens_.get(), "u", 1}}, t0, 1h), Status::decided);
  EXPECT_TRUE(settle("short", 1, t0 + 10min - 1ns));
  EXPECT_EQ(settle("short", 1, t0 + 10min), Settled(std::unexpected(SettleError::unknown)));
  EXPECT_TRUE(settle("long", 1, t0 + 30min));
  EXPECT_EQ(hold("short", {{tokens_.get(), "v", 7}}, t0 + 11min), Status::decided) << "the id is free again";
}

TEST_F(AReservation, IdsOfPlainDecisionsMakeARetrySafe) {
  std::array<Check, 1> checks{Check{tokens_.get(), "u", 60}};
  std::array<Verdict, 1> verdicts;
  EXPECT_EQ(store_.decide_now({.checks = checks, .now = t0, .id = "x"}, verdicts), Status::decided);
  EXPECT_EQ(store_.decide_now({.checks = checks, .now = t0 + 1s, .id = "x"}, verdicts), Status::repeated);
  EXPECT_EQ(verdicts[0].remaining, 40);
  EXPECT_EQ(look(*tokens_).remaining, 40);
  EXPECT_EQ(settle("x", 0), Settled(std::unexpected(SettleError::unknown))) << "there is nothing to settle";
}

TEST_F(AReservation, IsRefusedByAFullLedgerAndNothingIsCharged) {
  MemoryStore small({.max_keys = 10});
  const auto space = small.open("limit", fixed_window(100, 1min));
  std::array<Check, 1> checks{Check{space.get(), "u", 1, true}};
  std::array<Verdict, 1> verdicts;
  for (int id = 0; id < 10; ++id) {
    EXPECT_EQ(small.decide_now({.checks = checks, .now = t0, .id = std::to_string(id), .lease = 1s}, verdicts),
              Status::decided);
  }
  EXPECT_EQ(small.decide_now({.checks = checks, .now = t0, .id = "one more", .lease = 1s}, verdicts), Status::full);
  EXPECT_EQ(small.take_one(*space, "u", t0, 0).remaining, 90);
  EXPECT_EQ(small.decide_now({.checks = checks, .now = t0 + 10min, .id = "later", .lease = 1s}, verdicts),
            Status::decided);
}

TEST_F(AReservation, WithoutIdOrLeaseIsAWrongCall) {
  EXPECT_EQ(hold("", {{tokens_.get(), "u", 1}}), Status::conflict);
  EXPECT_EQ(hold("r", {{tokens_.get(), "u", 1}}, t0, 0s), Status::conflict);
  EXPECT_EQ(look(*tokens_).remaining, 100);
}

}  // namespace
}  // namespace weir::store
