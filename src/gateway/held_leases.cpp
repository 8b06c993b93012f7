#include "gateway/held_leases.hpp"

#include <weir/detail/pending.hpp>

#include <algorithm>
#include <utility>

namespace weir::gateway {

std::shared_ptr<HeldLeases> HeldLeases::make(Clock* clock) {
  return std::shared_ptr<HeldLeases>(new HeldLeases(clock));
}

Instant HeldLeases::now() const { return clock_ == nullptr ? system_time() : clock_->now(); }

std::shared_ptr<HeldLease> HeldLeases::add(Reservation reservation) {
  const Instant start = now();
  auto held = std::make_shared<HeldLease>(std::move(reservation), start + lease);
  open_.add(start + renewed_after, held);
  return held;
}

void HeldLeases::settle(const std::shared_ptr<HeldLease>& held, std::vector<std::int64_t> used) {
  {
    const std::scoped_lock lock(held->mutex);
    if (std::exchange(held->settled, true)) return;
    held->used = std::move(used);
  }
  try_to_settle(held);
}

void HeldLeases::try_to_settle(const std::shared_ptr<HeldLease>& held) {
  detail::settle_async(held->reservation, held->used, [self = weak_from_this(), held](const Settled& settled) {
    if (const auto leases = self.lock()) leases->went(held, settled);
  });
}

// What the store no longer knows, or knows to be settled, is done.
void HeldLeases::went(const std::shared_ptr<HeldLease>& held, const Settled& settled) {
  if (settled || settled.error() != SettleError::down) return;
  const Instant again = now() + settled_again_after;
  const std::scoped_lock lock(held->mutex);
  if (again < held->ends) {
    unsettled_.add(again, held);
  } else {
    lost_.fetch_add(1, std::memory_order_relaxed);
  }
}

void HeldLeases::renew(const std::shared_ptr<HeldLease>& held) {
  const Instant start = now();
  {
    const std::scoped_lock lock(held->mutex);
    if (held->settled) return;
  }
  detail::renew_async(held->reservation, lease, [held, start](const Settled& renewed) {
    if (!renewed) return;
    const std::scoped_lock renewed_lock(held->mutex);
    held->ends = std::max(held->ends, start + lease);
  });
  open_.add(start + renewed_after, held);
}

std::optional<Instant> HeldLeases::step(Instant now) {
  const auto renewal = open_.each_due(now, [&](const std::weak_ptr<HeldLease>& held) {
    if (const auto lives = held.lock()) renew(lives);
  });
  const auto settlement = unsettled_.each_due(now, [&](const auto& held) { try_to_settle(held); });
  if (!renewal || !settlement) return renewal ? renewal : settlement;
  return std::min(*renewal, *settlement);
}

void HeldLeases::set_alarm(const std::function<void()>& alarm) {
  if (!alarm) {
    open_.set_alarm({});
    unsettled_.set_alarm({});
    return;
  }
  open_.set_alarm(alarm);
  unsettled_.set_alarm(alarm);
}

}  // namespace weir::gateway
