// asio.hpp: the asynchronous calls, by Boost.Asio (1.81 or later) completion tokens.
//
//   Decision d = co_await limiter.async_limit("user:42", boost::asio::use_awaitable);
//   limiter.async_limit("user:42", boost::asio::bind_executor(io, [](weir::Decision d) { ... }));
//
// A handler runs on its associated executor, never inside the call that started it. Until then it counts as work
// there; afterwards nothing is left that would keep run() from returning. Keys and ids are copied.
#pragma once

#include <weir/detail/pending.hpp>
#include <weir/limiter.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/container/small_vector.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {
namespace detail {

// A Check that owns what it speaks of.
class OwnedCheck {
 public:
  OwnedCheck(Limiter& limiter, Key key, std::int64_t cost)
      : limiter_(limiter.impl()), text_(key.text()), number_(key.number()), is_number_(key.is_number()), cost_(cost) {}
  [[nodiscard]] Check view() { return {limiter_, is_number_ ? Key(number_) : Key(text_), cost_}; }

 private:
  Limiter limiter_;
  std::string text_;
  std::uint64_t number_;
  bool is_number_;
  std::int64_t cost_;
};
using OwnedChecks = boost::container::small_vector<OwnedCheck, 1>;

inline OwnedChecks owned(std::span<const Check> checks) {
  OwnedChecks all;
  all.reserve(checks.size());
  for (const Check& check : checks) all.emplace_back(*check.limiter, check.key, check.cost);
  return all;
}

inline OwnedChecks owned(Limiter& limiter, Key key, std::int64_t cost) {
  const Check check(limiter, key, cost);
  return owned(std::span(&check, 1));
}

inline boost::container::small_vector<Check, 1> views(OwnedChecks& checks) {
  boost::container::small_vector<Check, 1> all;
  all.reserve(checks.size());
  for (OwnedCheck& check : checks) all.push_back(check.view());
  return all;
}

// A handler that waits for its result: outstanding work on its executor, with a timer for the store's time.
template <class Handler>
struct Waiting {
  using Executor = boost::asio::associated_executor_t<Handler>;
  using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                  boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

  explicit Waiting(Handler of) : handler(std::move(of)), work(boost::asio::get_associated_executor(handler)) {}

  Handler handler;
  boost::asio::executor_work_guard<Executor> work;
  std::optional<Timer> timer;
};

// The handler gets what `done` is called with, on its executor.
template <class Result, class Handler>
auto answer_for(std::shared_ptr<Waiting<Handler>> waiting) {
  return [waiting = std::move(waiting)](Result result) {
    const auto executor = waiting->work.get_executor();
    boost::asio::post(executor, [waiting = waiting, result = std::move(result)]() mutable {
      Handler done = std::move(waiting->handler);
      waiting->work.reset();
      waiting.reset();
      std::move(done)(std::move(result));
    });
  };
}

// `start(done)` asks a store, which bounds the time of its answer itself.
template <class Start, class Token>
auto async_settled(Start start, Token&& token) {
  return boost::asio::async_initiate<Token, void(Settled)>(
      [](auto handler, Start how) {
        using Handler = decltype(handler);
        how(answer_for<Settled>(std::make_shared<Waiting<Handler>>(std::move(handler))));
      },
      token, std::move(start));
}

// `make(done)` gives the Pending that calls `done(result)`; the handler gets `shape(result)`.
template <class Result, class Handler, class Make, class Shape>
void start_pending(Handler handler, Make make, Shape shape) {
  const auto waiting = std::make_shared<Waiting<Handler>>(std::move(handler));
  const std::shared_ptr<Pending> pending = make([waiting, shape](Result result) {
    const auto executor = waiting->work.get_executor();
    boost::asio::post(executor, [waiting = waiting, shape, result = std::move(result)]() mutable {
      Handler done = std::move(waiting->handler);
      waiting->timer.reset();
      waiting->work.reset();
      waiting.reset();
      std::move(done)(shape(std::move(result)));
    });
  });
  if (pending->timeout() > std::chrono::nanoseconds::zero()) {
    waiting->timer.emplace(waiting->work.get_executor(), pending->timeout());
    waiting->timer->async_wait([pending](const boost::system::error_code& error) {
      if (!error) pending->expire();
    });
  }
  pending->start();
}

template <class Handler, class Shape>
void start_limit_all(Handler handler, OwnedChecks checks, Shape shape) {
  start_pending<AllDecision>(
      std::move(handler), [&](auto done) { return pending_limit_all(views(checks), {}, std::move(done)); }, shape);
}

inline constexpr auto only_decision = [](AllDecision all) -> Decision { return all.decisions.front(); };
inline constexpr auto all_decisions = [](AllDecision all) -> AllDecision { return all; };

template <class Token>
auto async_decide(OwnedChecks checks, Token&& token) {
  return boost::asio::async_initiate<Token, void(Decision)>(
      [](auto handler, OwnedChecks of) { start_limit_all(std::move(handler), std::move(of), only_decision); }, token,
      std::move(checks));
}

// limit -> wait until it would pass -> limit ..., until the deadline.
class BlockUntilReady {
 public:
  BlockUntilReady(OwnedChecks checks, std::chrono::nanoseconds timeout)
      : state_(std::make_unique<State>(std::move(checks), timeout)) {}

  template <class Self>
  void operator()(Self& self) {
    self.reset_cancellation_state(boost::asio::enable_total_cancellation());
    state_->start = std::chrono::steady_clock::now();
    ask(self);
  }

  template <class Self>
  void operator()(Self& self, Decision decision) {
    const auto left = state_->timeout - (std::chrono::steady_clock::now() - state_->start);
    if (decision.allowed || !decision.retry_after || *decision.retry_after > left) return self.complete({}, decision);
    if (self.get_cancellation_state().cancelled() != boost::asio::cancellation_type::none) {
      return self.complete(boost::asio::error::operation_aborted, decision);
    }
    state_->refusal = decision;
    state_->timer.emplace(boost::asio::any_io_executor(self.get_executor()), *decision.retry_after);
    auto& timer = *state_->timer;
    timer.async_wait(std::move(self));
  }

  template <class Self>
  void operator()(Self& self, boost::system::error_code error) {
    if (error) return self.complete(error, state_->refusal);
    ask(self);
  }

 private:
  struct State {
    State(OwnedChecks of, std::chrono::nanoseconds at_most) : checks(std::move(of)), timeout(at_most) {}
    OwnedChecks checks;
    std::chrono::nanoseconds timeout;
    std::chrono::steady_clock::time_point start;
    Decision refusal;
    std::optional<boost::asio::steady_timer> timer;
  };

  template <class Self>
  void ask(Self& self) {
    OwnedChecks again = owned(views(state_->checks));
    async_decide(std::move(again), std::move(self));
  }

  std::unique_ptr<State> state_;
};

}  // namespace detail

template <class Token>
auto Limiter::async_limit(Key key, Token&& token) {
  return detail::async_decide(detail::owned(*this, key, 1), std::forward<Token>(token));
}

template <class Token>
auto Limiter::async_limit(Key key, std::int64_t cost, Token&& token) {
  return detail::async_decide(detail::owned(*this, key, cost), std::forward<Token>(token));
}

template <class Token>
auto Limiter::async_remaining(Key key, Token&& token) {
  return detail::async_decide(detail::owned(*this, key, 0), std::forward<Token>(token));
}

template <class Token>
auto async_limit_all(std::span<const Check> checks, Token&& token) {
  return boost::asio::async_initiate<Token, void(AllDecision)>(
      [](auto handler, detail::OwnedChecks of) {
        detail::start_limit_all(std::move(handler), std::move(of), detail::all_decisions);
      },
      token, detail::owned(checks));
}

template <class Token>
auto async_limit_all(std::initializer_list<Check> checks, Token&& token) {
  return async_limit_all(std::span<const Check>(checks.begin(), checks.size()), std::forward<Token>(token));
}

template <class Token>
auto Limiter::async_reserve(Key key, std::int64_t amount, const ReserveOptions& options, Token&& token) {
  using Result = std::expected<Reservation, AllDecision>;
  using Answer = std::expected<Reservation, Decision>;
  return boost::asio::async_initiate<Token, void(Answer)>(
      [](auto handler, detail::OwnedChecks checks, const std::string& id, std::chrono::nanoseconds lease) {
        detail::start_pending<Result>(
            std::move(handler),
            [&](auto done) {
              return detail::pending_reserve_all(detail::views(checks), {.id = id, .lease = lease}, std::move(done));
            },
            [](Result result) -> Answer {
              if (result) return *std::move(result);
              return std::unexpected(result.error().decisions.front());
            });
      },
      token, detail::owned(*this, key, amount), std::string(options.id), options.lease);
}

template <class Token>
auto Limiter::async_block_until_ready(Key key, std::chrono::nanoseconds timeout, Token&& token) {
  return async_block_until_ready(key, timeout, 1, std::forward<Token>(token));
}

template <class Token>
auto Limiter::async_block_until_ready(Key key, std::chrono::nanoseconds timeout, std::int64_t cost, Token&& token) {
  return boost::asio::async_compose<Token, void(boost::system::error_code, Decision)>(
      detail::BlockUntilReady(detail::owned(*this, key, cost), timeout), token);
}

template <class Token>
auto Limiter::async_reset(Key key, Token&& token) {
  return detail::async_settled(
      [check = detail::OwnedCheck(*this, key, 0)](auto done) mutable {
        const Check view = check.view();
        detail::reset_async(*view.limiter, view.key, std::move(done));
      },
      std::forward<Token>(token));
}

template <class Token>
auto Limiter::async_reset_all(Token&& token) {
  return detail::async_settled(
      [limiter = impl()](auto done) {
        Limiter of(limiter);
        detail::reset_all_async(of, std::move(done));
      },
      std::forward<Token>(token));
}

template <class Token>
auto Store::async_settle(std::string_view id, std::int64_t amount, Token&& token) {
  return detail::async_settled(
      [store = shared_from_this(), id = std::string(id), amount](auto done) {
        detail::settle_async(store, id, std::span(&amount, 1), std::move(done));
      },
      std::forward<Token>(token));
}

template <class Token>
auto Store::async_release(std::string_view id, Token&& token) {
  return async_settle(id, 0, std::forward<Token>(token));
}

template <class Token>
auto Store::async_renew(std::string_view id, std::chrono::nanoseconds lease, Token&& token) {
  return detail::async_settled([store = shared_from_this(), id = std::string(id),
                                lease](auto done) { detail::renew_async(store, id, lease, std::move(done)); },
                               std::forward<Token>(token));
}

}  // namespace weir
