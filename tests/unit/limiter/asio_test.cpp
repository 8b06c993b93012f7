#include <weir/asio.hpp>
#include <weir/weir.hpp>

#include "limiter/fake_clock.hpp"
#include "limiter/fake_remote_store.hpp"
#include "limiter/matchers.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <gmock/gmock.h>

#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace weir::limiter {
namespace {

namespace asio = boost::asio;

class AsioTest : public testing::Test {
 protected:
  Limiter local_limiter(const Rule& rule) { return Limiter(rule, {.clock = &clock_}); }
  Limiter remote_limiter(const Rule& rule) { return Limiter(rule, {.store = remote_handle_, .timeout = 20ms}); }

  FakeClock clock_;
  std::shared_ptr<FakeRemoteStore> remote_ = std::make_shared<FakeRemoteStore>();
  std::shared_ptr<Store> remote_handle_ = std::make_shared<Store>(remote_, &clock_);
  asio::io_context io_;
};

TEST_F(AsioTest, ACallbackGetsTheDecisionAndNothingKeepsTheContextRunning) {
  Limiter limiter = local_limiter(fixed_window(2, 1min));
  std::optional<Decision> decision;
  limiter.async_limit("user", asio::bind_executor(io_, [&](Decision made) { decision = made; }));
  io_.run();
  ASSERT_TRUE(decision);
  EXPECT_THAT(*decision, AllowedWithRemaining(1));
}

TEST_F(AsioTest, TheHandlerNeverRunsInsideTheCall) {
  Limiter limiter = local_limiter(fixed_window(2, 1min));
  bool ran = false;
  asio::post(io_, [&] {
    limiter.async_limit("user", asio::bind_executor(io_, [&](Decision) { ran = true; }));
    EXPECT_FALSE(ran);
  });
  io_.run();
  EXPECT_TRUE(ran);
}

TEST_F(AsioTest, AFutureGetsTheDecision) {
  Limiter limiter = local_limiter(fixed_window(10, 1min));
  EXPECT_THAT(limiter.async_limit("user", 4, asio::use_future).get(), AllowedWithRemaining(6));
  EXPECT_THAT(limiter.async_remaining("user", asio::use_future).get(), AllowedWithRemaining(6));
}

TEST_F(AsioTest, ACoroutineGetsTheDecision) {
  Limiter limiter = local_limiter(fixed_window(1, 1min));
  int done = 0;
  const auto work = [&]() -> asio::awaitable<void> {
    EXPECT_THAT(co_await limiter.async_limit("user", asio::use_awaitable), Allowed());
    EXPECT_THAT(co_await limiter.async_limit("user", asio::use_awaitable), LimitedFor(1min));
    ++done;
  };
  asio::co_spawn(io_, work(), asio::detached);
  io_.run();
  EXPECT_EQ(done, 1);
}

TEST_F(AsioTest, TheKeyIsCopied) {
  Limiter limiter = local_limiter(fixed_window(5, 1min));
  auto key = std::make_unique<std::string>("a key that is longer than any small string");
  auto later = limiter.async_limit(*key, asio::deferred);
  key.reset();
  EXPECT_THAT(std::move(later)(asio::use_future).get(), AllowedWithRemaining(4));
  EXPECT_THAT(limiter.remaining("a key that is longer than any small string"), AllowedWithRemaining(4));
}

TEST_F(AsioTest, SeveralLimitsAreDecidedAsOne) {
  Limiter per_user = local_limiter(fixed_window(5, 1min));
  Limiter per_ip = local_limiter(fixed_window(1, 1min));
  EXPECT_TRUE(async_limit_all({{per_user, "u"}, {per_ip, "1.2.3.4"}}, asio::use_future).get().allowed);
  const AllDecision refused = async_limit_all({{per_user, "u"}, {per_ip, "1.2.3.4"}}, asio::use_future).get();
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.retry_after, 1min);
  EXPECT_THAT(per_user.remaining("u"), AllowedWithRemaining(4));
}

TEST_F(AsioTest, AReservationIsHeldAndReleased) {
  Limiter limiter = local_limiter(concurrency(1));
  auto held = limiter.async_reserve("user", 1, {}, asio::use_future).get();
  ASSERT_TRUE(held);
  EXPECT_FALSE(limiter.async_reserve("user", 1, {}, asio::use_future).get());
  EXPECT_TRUE(held->release());
  EXPECT_TRUE(limiter.async_reserve("user", 1, {}, asio::use_future).get());
}

TEST_F(AsioTest, ARemoteStoreAnswersOnItsOwnThread) {
  Limiter limiter = remote_limiter(fixed_window(2, 1min));
  remote_->set_mood(FakeRemoteStore::Mood::waits);
  Limiter patient(fixed_window(2, 1min), {.store = remote_handle_, .timeout = 1min});
  std::optional<Decision> decision;
  const auto this_thread = std::this_thread::get_id();
  patient.async_limit("user", asio::bind_executor(io_, [&](Decision made) {
                        decision = made;
                        EXPECT_EQ(std::this_thread::get_id(), this_thread);
                      }));
  std::thread store([&] { remote_->answer_now(); });
  io_.run();  // returns once the answer is there, though the timeout is a minute
  store.join();
  ASSERT_TRUE(decision);
  EXPECT_THAT(*decision, AllowedWithRemaining(1));
}

TEST_F(AsioTest, ARemoteStoreThatIsSilentIsNotWaitedForBeyondTheTimeout) {
  Limiter limiter(fixed_window(2, 1min), {.store = remote_handle_, .on_error = OnError::deny, .timeout = 5ms});
  remote_->set_mood(FakeRemoteStore::Mood::silent);
  std::optional<Decision> decision;
  limiter.async_limit("user", asio::bind_executor(io_, [&](Decision made) { decision = made; }));
  io_.run();
  ASSERT_TRUE(decision);
  EXPECT_THAT(*decision, DegradedRefused(Reason::store_timeout));
  remote_->answer_now();  // what comes late is ignored
}

TEST_F(AsioTest, BlocksUntilTheCallPasses) {
  Limiter limiter(gcra(100, 1s, 1));
  ASSERT_THAT(limiter.limit("user"), Allowed());
  std::optional<Decision> decision;
  limiter.async_block_until_ready("user", 5s,
                                  asio::bind_executor(io_, [&](boost::system::error_code error, Decision made) {
                                    EXPECT_FALSE(error);
                                    decision = made;
                                  }));
  io_.run();
  ASSERT_TRUE(decision);
  EXPECT_THAT(*decision, Allowed());
}

TEST_F(AsioTest, BlockingGivesTheRefusalAtOnceWhenItCanNotPassInTime) {
  Limiter limiter = local_limiter(fixed_window(1, 1min));
  ASSERT_THAT(limiter.limit("user"), Allowed());
  const auto work = [&]() -> asio::awaitable<void> {
    EXPECT_THAT(co_await limiter.async_block_until_ready("user", 59s, asio::use_awaitable), LimitedFor(1min));
  };
  asio::co_spawn(io_, work(), asio::detached);
  EXPECT_GT(io_.run(), 0U);
}

TEST_F(AsioTest, BlockingCanBeCancelled) {
  Limiter limiter = local_limiter(fixed_window(1, 1min));
  ASSERT_THAT(limiter.limit("user"), Allowed());
  asio::cancellation_signal stop;
  boost::system::error_code ended;
  limiter.async_block_until_ready(
      "user", 1h,
      asio::bind_cancellation_slot(
          stop.slot(), asio::bind_executor(io_, [&](boost::system::error_code error, Decision) { ended = error; })));
  asio::post(io_, [&] { stop.emit(asio::cancellation_type::total); });
  io_.run();
  EXPECT_EQ(ended, asio::error::operation_aborted);
}

TEST_F(AsioTest, AConcurrencyLimitCanNotBeChargedEither) {
  Limiter limiter = local_limiter(concurrency(1));
  EXPECT_THROW(limiter.async_limit("user", asio::use_future).get(), std::logic_error);
}

TEST_F(AsioTest, AReservationIsRenewedAndSettledByItsId) {
  Limiter tokens = remote_limiter(fixed_window(10, 1min));
  tokens.reserve("user", 8, {.id = "r1"})->leave();
  asio::co_spawn(
      io_,
      [&]() -> asio::awaitable<void> {
        EXPECT_TRUE(co_await remote_handle_->async_renew("r1", 1min, asio::use_awaitable));
        EXPECT_TRUE(co_await remote_handle_->async_settle("r1", 3, asio::use_awaitable));
        EXPECT_EQ((co_await remote_handle_->async_release("nobody", asio::use_awaitable)).error(),
                  SettleError::unknown);
      },
      asio::detached);
  io_.run();
  EXPECT_EQ(tokens.remaining("user").remaining, 7);
}

TEST_F(AsioTest, AKeyIsResetWhenTheStoreAnswers) {
  Limiter requests = remote_limiter(fixed_window(1, 1min));
  ASSERT_TRUE(requests.limit("user"));
  remote_->set_mood(FakeRemoteStore::Mood::waits);
  std::optional<Settled> reset;
  requests.async_reset("user", asio::bind_executor(io_, [&](Settled how) { reset = how; }));
  EXPECT_EQ(io_.poll(), 0);
  remote_->answer_now();
  io_.run();
  EXPECT_TRUE(reset.value());
  remote_->set_mood(FakeRemoteStore::Mood::answers);
  requests.async_reset_all(asio::bind_executor(io_, [&](Settled how) { reset = how; }));
  io_.restart();
  io_.run();
  EXPECT_TRUE(reset.value());
  EXPECT_TRUE(requests.limit("user"));
}

}  // namespace
}  // namespace weir::limiter
