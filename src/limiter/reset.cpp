// reset.cpp: keys are forgotten, in every space they may be counted in.
#include "limiter/ask_and_wait.hpp"
#include "limiter/limiter_impl.hpp"

#include <weir/detail/pending.hpp>

#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

namespace weir {
namespace limiter {
namespace {

using detail::OnSettled;

// Spaces that are reset at the same time; the last answer ends it.
class Reset {
 public:
  Reset(std::vector<OpenRule> rules, std::move_only_function<void()> forget, OnSettled done)
      : rules_(std::move(rules)), forget_(std::move(forget)), done_(std::move(done)) {
    std::erase_if(rules_, [](const OpenRule& rule) { return rule.space == nullptr; });
  }

  // `ask(space, done)` resets one of them.
  template <class Ask>
  static void start(std::shared_ptr<Reset> reset, Ask ask) {
    reset->left_ = reset->rules_.size() + 1;
    for (const OpenRule& rule : reset->rules_) {
      ask(rule.space, [reset](const store::Settled& settled) { reset->answered(to_settled(settled)); });
    }
    reset->answered({});
  }

 private:
  void answered(const Settled& settled) {
    {
      const std::scoped_lock lock(mutex_);
      if (!settled) result_ = settled;
      if (--left_ > 0) return;
    }
    forget_();
    done_(result_);
  }

  std::vector<OpenRule> rules_;
  std::move_only_function<void()> forget_;
  OnSettled done_;
  std::mutex mutex_;
  std::size_t left_ = 0;
  Settled result_{};
};

using Owner = std::shared_ptr<Limiter::Impl>;

void reset_key(const Owner& owner, Key key, OnSettled done) {
  const Instant now = owner->now();
  const auto forget = [owner, whom = OwnedKey(key)] {
    owner->handle->refunds.fetch_add(1);  // other limiters of these keys have caches of their own
    if (owner->cache) owner->cache->forget(whom.view());
  };
  Reset::start(std::make_shared<Reset>(owner->rules.rules_of(key, now), forget, std::move(done)),
               [&](const auto& space, auto answered) {
                 if (owner->local) owner->local->forget(space, key);
                 owner->room().reset(*space, key, now, std::move(answered));
               });
}

void reset_keys(const Owner& owner, OnSettled done) {
  const Instant now = owner->now();
  const auto forget = [owner] {
    owner->handle->refunds.fetch_add(1);
    if (owner->cache) owner->cache->forget_all();
  };
  Reset::start(std::make_shared<Reset>(owner->rules.all_rules(), forget, std::move(done)),
               [&](const auto& space, auto answered) {
                 if (owner->local) owner->local->forget_all(space);
                 owner->room().reset_all(*space, now, std::move(answered));
               });
}

}  // namespace
}  // namespace limiter

namespace {

// The store gives up by itself after its timeout, and then knows whether a region has done it: that counts.
constexpr std::chrono::nanoseconds answer_grace = std::chrono::seconds(1);

}  // namespace

Settled Limiter::reset(Key key) {
  return limiter::settle_and_wait(impl_->room(), impl_->timeout + answer_grace,
                                  [&](auto done) { limiter::reset_key(impl_, key, std::move(done)); });
}

Settled Limiter::reset_all() {
  return limiter::settle_and_wait(impl_->room(), impl_->timeout + answer_grace,
                                  [&](auto done) { limiter::reset_keys(impl_, std::move(done)); });
}

namespace detail {

void reset_async(Limiter& limiter, Key key, OnSettled done) {
  limiter::reset_key(limiter.impl(), key, std::move(done));
}

void reset_all_async(Limiter& limiter, OnSettled done) { limiter::reset_keys(limiter.impl(), std::move(done)); }

}  // namespace detail
}  // namespace weir
