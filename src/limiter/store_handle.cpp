#include "limiter/store_handle.hpp"

#include <chrono>
#include <condition_variable>
#include <optional>
#include <stdexcept>
#include <utility>

namespace weir {
namespace limiter {
namespace {

// Where a store's thread leaves its answer for the one that waits; it outlives a waiter that gave up.
struct Answered {
  std::mutex mutex;
  std::condition_variable came;
  std::optional<store::Settled> answer;
};

template <class Ask>
Settled ask_and_wait(const store::Store& store, store::Nanos timeout, Ask ask) {
  require_may_wait(store);
  const auto answered = std::make_shared<Answered>();
  ask([answered](store::Settled answer) {
    const std::scoped_lock lock(answered->mutex);
    answered->answer = answer;
    answered->came.notify_one();
  });
  std::unique_lock lock(answered->mutex);
  if (!answered->answer) answered->came.wait_for(lock, timeout, [&] { return answered->answer.has_value(); });
  const std::optional<store::Settled> answer = answered->answer;
  if (!answer) return std::unexpected(SettleError::down);
  return to_settled(*answer);
}

}  // namespace

store::Nanos timeout_of(const store::Store& store) {
  constexpr store::Nanos unsaid = std::chrono::milliseconds(100);
  return store.timeout().value_or(unsaid);
}

void require_may_wait(const store::Store& store) {
  if (!store.answers_in_this_thread()) return;
  throw std::logic_error("a blocking call in the thread that runs the store's executor: use the asynchronous ones");
}

Settled to_settled(const store::Settled& settled) {
  if (settled) return {};
  switch (settled.error()) {
    case store::SettleError::unknown:
      return std::unexpected(SettleError::unknown);
    case store::SettleError::conflict:
      return std::unexpected(SettleError::conflict);
    case store::SettleError::down:
      break;
  }
  return std::unexpected(SettleError::down);
}

Settled settle_and_wait(store::Store& store, std::string_view id, std::span<const std::int64_t> amounts, Instant now,
                        store::Nanos timeout) {
  return ask_and_wait(store, timeout, [&](auto done) { store.settle(id, amounts, now, std::move(done)); });
}

Settled renew_and_wait(store::Store& store, std::string_view id, store::Nanos lease, Instant now,
                       store::Nanos timeout) {
  return ask_and_wait(store, timeout, [&](auto done) { store.renew(id, lease, now, std::move(done)); });
}

Settled reset_and_wait(store::Store& store, const store::Space& space, Key key, Instant now, store::Nanos timeout) {
  return ask_and_wait(store, timeout, [&](auto done) { store.reset(space, key, now, std::move(done)); });
}

Settled reset_all_and_wait(store::Store& store, const store::Space& space, Instant now, store::Nanos timeout) {
  return ask_and_wait(store, timeout, [&](auto done) { store.reset_all(space, now, std::move(done)); });
}

std::string shadow_id(std::string_view id, std::size_t nth) {
  return std::string(id) + "~shadow" + std::to_string(nth);
}

}  // namespace limiter

Store::Impl::Impl(std::shared_ptr<store::Store> of, Clock* its_clock)
    : room(std::move(of)), memory(dynamic_cast<store::MemoryStore*>(room.get())), clock(its_clock) {}

const std::shared_ptr<store::MemoryStore>& Store::Impl::fallback() {
  const std::scoped_lock lock(fallback_mutex_);
  if (fallback_ == nullptr) fallback_ = std::make_shared<store::MemoryStore>(store::MemoryOptions{});
  return fallback_;
}

std::shared_ptr<store::MemoryStore> Store::Impl::fallback_if_used() {
  const std::scoped_lock lock(fallback_mutex_);
  return fallback_;
}

Store::Store(std::shared_ptr<store::Store> room, Clock* clock) {
  if (room == nullptr) throw std::invalid_argument("a Store handle needs a store");
  impl_ = std::make_unique<Impl>(std::move(room), clock);
}

Store::~Store() = default;

StoreStatistics Store::statistics() const {
  if (impl_->memory == nullptr) return {};
  const auto found = impl_->memory->statistics();
  return {.keys = found.keys, .evictions = found.evictions, .ids = found.ids};
}

StoreHealth Store::health() const { return impl_->room->health(); }

Settled Store::settle(std::string_view id, std::int64_t amount) { return settle(id, std::span(&amount, 1)); }

Settled Store::settle(std::string_view id, std::span<const std::int64_t> amounts) {
  const Instant now = limiter::now_of(impl_->clock);
  const store::Nanos timeout = limiter::timeout_of(*impl_->room);
  Settled settled = limiter::settle_and_wait(*impl_->room, id, amounts, now, timeout);
  if (!settled && settled.error() != SettleError::conflict) {
    // What was granted while the store was away is held here.
    if (const auto local = impl_->fallback_if_used()) {
      if (limiter::settle_and_wait(*local, id, amounts, now, timeout)) settled = {};
    }
  }
  if (impl_->shadow_holds.load(std::memory_order_relaxed) && amounts.size() == 1) {
    for (std::size_t nth = 0;
         limiter::settle_and_wait(*impl_->room, limiter::shadow_id(id, nth), amounts, now, timeout); ++nth) {
      settled = {};  // a reservation of shadow limits alone has nothing under the id itself
    }
  }
  impl_->refunds.fetch_add(1, std::memory_order_relaxed);
  return settled;
}

Settled Store::renew(std::string_view id, std::chrono::nanoseconds lease) {
  if (lease <= std::chrono::nanoseconds::zero()) throw std::invalid_argument("a lease must be above 0");
  const Instant now = limiter::now_of(impl_->clock);
  const store::Nanos timeout = limiter::timeout_of(*impl_->room);
  Settled renewed = limiter::renew_and_wait(*impl_->room, id, lease, now, timeout);
  if (!renewed) {
    if (const auto local = impl_->fallback_if_used()) {
      if (limiter::renew_and_wait(*local, id, lease, now, timeout)) renewed = {};
    }
  }
  if (impl_->shadow_holds.load(std::memory_order_relaxed)) {
    for (std::size_t nth = 0; limiter::renew_and_wait(*impl_->room, limiter::shadow_id(id, nth), lease, now, timeout);
         ++nth) {
      renewed = {};
    }
  }
  return renewed;
}

std::shared_ptr<Store> memory_store(const MemoryStoreOptions& options) {
  return std::make_shared<Store>(
      std::make_shared<store::MemoryStore>(store::MemoryOptions{.max_keys = options.max_keys}), options.clock);
}

const std::shared_ptr<Store>& default_store() {
  static const std::shared_ptr<Store> store = memory_store();
  return store;
}

}  // namespace weir
