#include <weir/weir.hpp>

#include "limiter/fake_clock.hpp"
#include "limiter/fake_remote_store.hpp"
#include "limiter/matchers.hpp"

#include <gmock/gmock.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <vector>

namespace weir::limiter {
namespace {

class LimitAll : public testing::Test {
 protected:
  Limiter on(const std::shared_ptr<Store>& store, const Rule& rule, bool shadow = false) {
    return Limiter(rule, {.store = store, .clock = &clock_, .shadow = shadow});
  }
  FakeClock clock_;
  std::shared_ptr<Store> store_ = memory_store();
  std::shared_ptr<Store> other_store_ = memory_store();
};

TEST_F(LimitAll, ChargesEveryLimitWhenAllPass) {
  Limiter per_user = on(store_, fixed_window(5, 1min));
  Limiter per_ip = on(store_, fixed_window(10, 1min));
  const AllDecision all = limit_all({{per_user, "u"}, {per_ip, "1.2.3.4", 3}});
  EXPECT_TRUE(all.allowed);
  EXPECT_EQ(all.retry_after, 0ns);
  ASSERT_EQ(all.decisions.size(), 2U);
  EXPECT_THAT(all.decisions[0], AllowedWithRemaining(4));
  EXPECT_THAT(all.decisions[1], AllowedWithRemaining(7));
}

TEST_F(LimitAll, ChargesNothingWhenOneRefuses) {
  Limiter per_user = on(store_, fixed_window(5, 1min));
  Limiter per_ip = on(store_, fixed_window(1, 1min));
  ASSERT_TRUE(limit_all({{per_user, "u"}, {per_ip, "1.2.3.4"}}));
  const AllDecision all = limit_all({{per_user, "u"}, {per_ip, "1.2.3.4"}});
  EXPECT_FALSE(all.allowed);
  EXPECT_THAT(all.decisions[0], AllowedWithRemaining(4));
  EXPECT_THAT(all.decisions[1], LimitedFor(1min));
  EXPECT_THAT(per_user.remaining("u"), AllowedWithRemaining(4));
}

TEST_F(LimitAll, TheLongestWaitCounts) {
  Limiter a_minute = on(store_, fixed_window(1, 1min));
  Limiter an_hour = on(store_, fixed_window(1, 1h));
  ASSERT_TRUE(limit_all({{a_minute, "u"}, {an_hour, "u"}}));
  const AllDecision all = limit_all({{a_minute, "u"}, {an_hour, "u"}});
  EXPECT_THAT(all.decisions[0], Limited());
  EXPECT_EQ(all.retry_after, all.decisions[1].retry_after);
  EXPECT_GT(*all.retry_after, 1min);
}

TEST_F(LimitAll, NoWaitHelpsWhenOneNeverPasses) {
  Limiter small = on(store_, fixed_window(1, 1min));
  Limiter large = on(store_, fixed_window(10, 1min));
  const AllDecision all = limit_all({{small, "u", 2}, {large, "u", 2}});
  EXPECT_FALSE(all.allowed);
  EXPECT_EQ(all.retry_after, std::nullopt);
}

TEST_F(LimitAll, OverSeveralStoresWhatPassedIsGivenBack) {
  Limiter first = on(store_, fixed_window(5, 1min));
  Limiter second = on(other_store_, fixed_window(1, 1min));
  Limiter third = on(store_, fixed_window(5, 1min));
  EXPECT_TRUE(limit_all({{first, "u", 2}, {second, "u"}, {third, "u"}}));
  const AllDecision all = limit_all({{first, "u", 2}, {second, "u"}, {third, "u"}});
  EXPECT_FALSE(all.allowed);
  EXPECT_THAT(all.decisions[0], AllowedWithRemaining(3));
  EXPECT_THAT(all.decisions[1], LimitedFor(1min));
  EXPECT_THAT(first.remaining("u"), AllowedWithRemaining(3));
  EXPECT_THAT(third.remaining("u"), AllowedWithRemaining(4));
}

TEST_F(LimitAll, OverSeveralStoresAllAreEvaluated) {
  Limiter first = on(store_, fixed_window(1, 1min));
  Limiter second = on(other_store_, fixed_window(1, 1h));
  ASSERT_TRUE(limit_all({{first, "u"}, {second, "u"}}));
  const AllDecision all = limit_all({{first, "u"}, {second, "u"}});
  EXPECT_THAT(all.decisions[0], Limited());
  EXPECT_THAT(all.decisions[1], Limited());
  EXPECT_EQ(all.retry_after, all.decisions[1].retry_after);
}

TEST_F(LimitAll, ADeniedKeyChargesNothingAnywhere) {
  Limiter per_user = on(store_, fixed_window(5, 1min));
  Limiter per_ip = on(store_, fixed_window(5, 1min));
  ASSERT_TRUE(per_ip.deny("10.0.0.0/8"));
  const AllDecision all = limit_all({{per_user, "u"}, {per_ip, "10.1.1.1"}});
  EXPECT_FALSE(all.allowed);
  EXPECT_EQ(all.retry_after, std::nullopt);
  EXPECT_THAT(all.decisions[0], AllowedWithRemaining(5));
  EXPECT_THAT(all.decisions[1], RefusedForGood(Reason::denied));
}

TEST_F(LimitAll, AnUnlimitedKeyStandsInNobodysWay) {
  Limiter per_user(fixed_window(1, 1min), {.store = store_, .clock = &clock_, .allow = {"vip"}});
  Limiter per_ip = on(store_, fixed_window(1, 1min));
  const AllDecision all = limit_all({{per_user, "vip", 9}, {per_ip, "i"}});
  EXPECT_TRUE(all.allowed);
  EXPECT_THAT(all.decisions[0], Unlimited());
  EXPECT_THAT(all.decisions[1], AllowedWithRemaining(0));
}

TEST_F(LimitAll, AShadowLimitNeverRefuses) {
  Limiter real = on(store_, fixed_window(5, 1min));
  Limiter shadow = on(store_, fixed_window(1, 1min), true);
  ASSERT_TRUE(limit_all({{shadow, "u"}, {real, "u"}}));
  const AllDecision all = limit_all({{shadow, "u"}, {real, "u"}});
  EXPECT_TRUE(all.allowed);
  EXPECT_THAT(all.decisions[0], AllowedBecause(Reason::shadow));
  EXPECT_THAT(all.decisions[1], AllowedWithRemaining(3));
}

TEST_F(LimitAll, AShadowLimitIsNotChargedWhenARealOneRefuses) {
  Limiter real = on(store_, fixed_window(1, 1min));
  Limiter shadow = on(store_, fixed_window(5, 1min), true);
  ASSERT_TRUE(limit_all({{shadow, "u"}, {real, "u"}}));
  const AllDecision all = limit_all({{shadow, "u"}, {real, "u"}});
  EXPECT_FALSE(all.allowed);
  EXPECT_THAT(all.decisions[0], AllowedWithRemaining(4));
  EXPECT_THAT(shadow.remaining("u"), AllowedWithRemaining(4));
}

TEST_F(LimitAll, AnIdMakesARetrySafe) {
  Limiter per_user = on(store_, fixed_window(5, 1min));
  Limiter per_ip = on(store_, fixed_window(5, 1min));
  ASSERT_TRUE(limit_all({{per_user, "u"}, {per_ip, "i"}}, "call-1"));
  EXPECT_TRUE(limit_all({{per_user, "u"}, {per_ip, "i"}}, "call-1"));
  EXPECT_THAT(per_user.remaining("u"), AllowedWithRemaining(4));
  EXPECT_THAT(limit_all({{per_user, "u"}}, "call-1").decisions[0], RefusedForGood(Reason::id_conflict));
}

TEST_F(LimitAll, AnIdNeedsOneStore) {
  Limiter first = on(store_, fixed_window(5, 1min));
  Limiter second = on(other_store_, fixed_window(5, 1min));
  EXPECT_THROW((void)limit_all({{first, "u"}, {second, "u"}}, "call-1"), std::invalid_argument);
}

TEST_F(LimitAll, WritesDecisionsWhereItIsTold) {
  Limiter limiter = on(store_, fixed_window(5, 1min));
  const std::array checks{Check(limiter, "a"), Check(limiter, "b", 2)};
  std::array<Decision, 2> decisions;
  const AllOutcome outcome = limit_all(checks, decisions);
  EXPECT_TRUE(outcome.allowed);
  EXPECT_THAT(decisions[0], AllowedWithRemaining(4));
  EXPECT_THAT(decisions[1], AllowedWithRemaining(3));
  EXPECT_THROW((void)limit_all(checks, std::span(decisions).first(1)), std::length_error);
}

TEST_F(LimitAll, TakesAtMost64Checks) {
  Limiter limiter = on(store_, fixed_window(100, 1min));
  std::vector<Check> checks(64, Check(limiter, "u"));
  EXPECT_TRUE(limit_all(checks));
  EXPECT_THAT(limiter.remaining("u"), AllowedWithRemaining(36));
  checks.emplace_back(limiter, "u");
  EXPECT_THROW((void)limit_all(checks), std::length_error);
}

TEST_F(LimitAll, OverNothingIsAllowed) { EXPECT_TRUE(limit_all(std::vector<Check>{}).allowed); }

TEST_F(LimitAll, MixesMemoryAndRemoteStores) {
  const auto remote = std::make_shared<Store>(std::make_shared<FakeRemoteStore>());
  Limiter near = on(store_, fixed_window(5, 1min));
  Limiter far = on(remote, fixed_window(1, 1min));
  EXPECT_TRUE(limit_all({{near, "u"}, {far, "u"}}));
  EXPECT_FALSE(limit_all({{near, "u"}, {far, "u"}}));
  EXPECT_THAT(near.remaining("u"), AllowedWithRemaining(4));
}

}  // namespace
}  // namespace weir::limiter
