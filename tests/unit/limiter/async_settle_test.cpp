#include <weir/detail/pending.hpp>
#include <weir/weir.hpp>

#include "limiter/fake_clock.hpp"
#include "limiter/fake_remote_store.hpp"
#include "limiter/matchers.hpp"

#include <gmock/gmock.h>

#include <array>
#include <memory>
#include <optional>

namespace weir::limiter {
namespace {

using Mood = FakeRemoteStore::Mood;

class CallsThatNobodyWaitsFor : public testing::Test {
 protected:
  Limiter limiter(const Rule& rule, bool shadow = false) {
    return Limiter(rule, {.store = handle_, .shadow = shadow, .timeout = 1min});
  }
  detail::OnSettled note() {
    return [this](Settled settled) { answer_ = settled; };
  }
  void settle(std::string_view id, std::int64_t amount) {
    detail::settle_async(handle_, id, std::array{amount}, note());
  }
  FakeClock clock_;
  std::shared_ptr<FakeRemoteStore> store_ = std::make_shared<FakeRemoteStore>();
  std::shared_ptr<Store> handle_ = std::make_shared<Store>(store_, &clock_);
  std::optional<Settled> answer_;
};

TEST_F(CallsThatNobodyWaitsFor, SettleByIdWhenTheStoreAnswers) {
  Limiter tokens = limiter(fixed_window(10, 1min));
  tokens.reserve("user", 8, {.id = "r1"})->leave();
  store_->set_mood(Mood::waits);
  settle("r1", 3);
  EXPECT_FALSE(answer_);
  store_->answer_now();
  EXPECT_TRUE(answer_.value());
  store_->set_mood(Mood::answers);
  EXPECT_THAT(tokens.remaining("user"), AllowedWithRemaining(7));
}

TEST_F(CallsThatNobodyWaitsFor, SettleWhatShadowLimitsHoldToo) {
  Limiter tokens = limiter(fixed_window(10, 1min));
  Limiter shadow = limiter(fixed_window(10, 1min), true);
  reserve_all({{tokens, "user", 8}, {shadow, "user", 8}}, {.id = "r1"})->leave();
  settle("r1", 3);
  EXPECT_TRUE(answer_.value());
  EXPECT_THAT(tokens.remaining("user"), AllowedWithRemaining(7));
  EXPECT_THAT(shadow.remaining("user"), AllowedWithRemaining(7));
}

TEST_F(CallsThatNobodyWaitsFor, SayThatAnIdIsUnknown) {
  settle("nobody", 3);
  EXPECT_EQ(answer_.value().error(), SettleError::unknown);
}

TEST_F(CallsThatNobodyWaitsFor, RenewALease) {
  Limiter slots = limiter(concurrency(1));
  slots.reserve("user", 1, {.id = "r1", .lease = 10s})->leave();
  clock_.advance(9s);
  detail::renew_async(handle_, "r1", 10s, note());
  EXPECT_TRUE(answer_.value());
  clock_.advance(9s);
  EXPECT_FALSE(slots.reserve("user", 1));
}

TEST_F(CallsThatNobodyWaitsFor, ResetAKeyOrAllKeys) {
  Limiter remote = limiter(fixed_window(1, 1min));
  ASSERT_THAT(remote.limit("user"), Allowed());
  ASSERT_THAT(remote.limit("user"), Limited());
  detail::reset_async(remote, "user", note());
  EXPECT_TRUE(answer_.value());
  EXPECT_THAT(remote.limit("user"), Allowed());
  detail::reset_all_async(remote, note());
  EXPECT_TRUE(answer_.value());
  EXPECT_THAT(remote.limit("user"), Allowed());
}

TEST_F(CallsThatNobodyWaitsFor, OutliveTheLimiterThatAsked) {
  store_->set_mood(Mood::waits);
  {
    Limiter remote = limiter(fixed_window(1, 1min));
    detail::reset_async(remote, "user", note());
  }
  store_->answer_now();
  EXPECT_TRUE(answer_.value());
}

}  // namespace
}  // namespace weir::limiter
