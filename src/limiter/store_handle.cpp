#include "limiter/store_handle.hpp"

#include "limiter/ask_and_wait.hpp"
#include "limiter/pay_back.hpp"
#include "store/due/due_work.hpp"

#include <stdexcept>
#include <utility>

namespace weir {
namespace limiter {

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

std::string shadow_id(std::string_view id, std::size_t nth) {
  return std::string(id) + "~shadow" + std::to_string(nth);
}

}  // namespace limiter

Store::Impl::Impl(std::shared_ptr<store::Store> of, Clock* its_clock, std::int64_t max_local_keys)
    : room(std::move(of)),
      memory(dynamic_cast<store::MemoryStore*>(room.get())),
      clock(its_clock),
      outage(room->immediate() ? nullptr : std::make_shared<limiter::Outage>(max_local_keys)) {}

Store::Store(std::shared_ptr<store::Store> room, Clock* clock, std::int64_t max_local_keys) {
  if (room == nullptr) throw std::invalid_argument("a Store handle needs a store");
  impl_ = std::make_shared<Impl>(std::move(room), clock, max_local_keys);
  if (impl_->outage == nullptr) return;
  store::due_work().add(impl_, [weak = std::weak_ptr(impl_)](store::DueWork::Deadline until) {
    if (const auto impl = weak.lock()) limiter::pay_if_taken(*impl, until);
  });
}

Store::~Store() = default;

StoreStatistics Store::statistics() const {
  if (impl_->outage != nullptr) {
    const auto& books = impl_->outage->books();
    const auto& unsettled = impl_->outage->unsettled();
    const auto local = impl_->outage->local().statistics();
    return {.keys = local.keys,
            .evictions = local.evictions,
            .ids = local.ids,
            .owed = books.keys(),
            .unsettled = unsettled.ids(),
            .forgiven = books.dropped() + unsettled.dropped()};
  }
  if (impl_->memory == nullptr) return {};
  const auto found = impl_->memory->statistics();
  return {.keys = found.keys, .evictions = found.evictions, .ids = found.ids};
}

StoreHealth Store::health() const { return impl_->room->health(); }

Settled Store::settle(std::string_view id, std::int64_t amount) { return settle(id, std::span(&amount, 1)); }

Settled Store::settle(std::string_view id, std::span<const std::int64_t> amounts) {
  return limiter::settle_and_wait(*impl_->room, limiter::timeout_of(*impl_->room),
                                  [&](auto done) { limiter::settle(impl_, id, amounts, std::move(done)); });
}

Settled Store::renew(std::string_view id, std::chrono::nanoseconds lease) {
  if (lease <= std::chrono::nanoseconds::zero()) throw std::invalid_argument("a lease must be above 0");
  return limiter::settle_and_wait(*impl_->room, limiter::timeout_of(*impl_->room),
                                  [&](auto done) { limiter::renew(impl_, id, lease, std::move(done)); });
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
