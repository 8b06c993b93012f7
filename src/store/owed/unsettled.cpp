#include "store/owed/unsettled.hpp"

#include <utility>

namespace weir::store {

std::size_t Unsettled::weight(const Settlement& settlement) {
  return settlement.id.size() + settlement.amounts.size() * sizeof(std::int64_t);
}

Settlement Unsettled::remove(Queue::iterator place) {
  by_id_.erase(place->id);
  bytes_ -= weight(*place);
  Settlement settlement = std::move(*place);
  queue_.erase(place);
  ids_.store(queue_.size(), std::memory_order_relaxed);
  return settlement;
}

void Unsettled::keep(Settlement settlement) {
  const std::scoped_lock lock(mutex_);
  const auto known = by_id_.find(settlement.id);
  if (known != by_id_.end()) {
    settlement.since = known->second->since;
    (void)remove(known->second);
  }
  if (queue_.size() >= max_ids || bytes_ + weight(settlement) > max_bytes) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  bytes_ += weight(settlement);
  queue_.push_back(std::move(settlement));
  by_id_.emplace(queue_.back().id, std::prev(queue_.end()));
  ids_.store(queue_.size(), std::memory_order_relaxed);
}

void Unsettled::forget(std::string_view id) {
  if (ids() == 0) return;
  const std::scoped_lock lock(mutex_);
  const auto known = by_id_.find(id);
  if (known != by_id_.end()) (void)remove(known->second);
}

std::vector<Settlement> Unsettled::take(std::size_t most, Instant now) {
  std::vector<Settlement> taken;
  const std::scoped_lock lock(mutex_);
  while (!queue_.empty() && taken.size() < most) {
    Settlement settlement = remove(queue_.begin());
    if (now - settlement.since >= kept) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
    } else {
      taken.push_back(std::move(settlement));
    }
  }
  return taken;
}

}  // namespace weir::store
