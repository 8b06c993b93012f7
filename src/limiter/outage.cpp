#include "limiter/outage.hpp"

#include <algorithm>
#include <utility>

namespace weir::limiter {
namespace {

std::int64_t nanos(Instant now) { return now.time_since_epoch().count(); }

}  // namespace

void Outage::failed(Instant now) {
  std::int64_t none = 0;
  began_.compare_exchange_strong(none, nanos(now), std::memory_order_relaxed);
  last_failure_.store(nanos(now), std::memory_order_relaxed);
  behind_.store(true, std::memory_order_relaxed);
}

std::optional<Instant> Outage::began() const {
  const std::int64_t began = began_.load(std::memory_order_relaxed);
  return began == 0 ? std::nullopt : std::optional(Instant(std::chrono::nanoseconds(began)));
}

void Outage::granted(const std::shared_ptr<const Book>& book, Key key, std::int64_t units, Instant at) {
  books_.enter(book, key, units, at);
  behind_.store(true, std::memory_order_relaxed);
}

void Outage::held(std::string_view id, std::vector<LocalPart> parts, Instant now, store::Nanos lease) {
  constexpr store::Nanos remembered = std::chrono::minutes(10);  // as the store does
  for (const LocalPart& part : parts) {
    if (part.book) granted(part.book, part.key.view(), part.amount, now);
  }
  const std::scoped_lock lock(holds_mutex_);
  if (holds_.size() >= max_holds) std::erase_if(holds_, [&](const auto& hold) { return hold.second.until <= now; });
  if (holds_.size() >= max_holds) return;  // what it holds stays charged, used or not
  const store::Nanos kept = std::max(lease, remembered);
  const Instant until = kept > Instant::max() - now ? Instant::max() : now + kept;
  holds_.insert_or_assign(std::string(id), Hold{.parts = std::move(parts), .at = now, .until = until});
}

void Outage::settled(std::string_view id, std::span<const std::int64_t> amounts, Instant now) {
  Hold hold;
  {
    const std::scoped_lock lock(holds_mutex_);
    const auto found = holds_.find(id);
    if (found == holds_.end()) return;
    hold = std::move(found->second);
    holds_.erase(found);
  }
  if (amounts.size() != 1 && amounts.size() != hold.parts.size()) return;
  for (std::size_t i = 0; i < hold.parts.size(); ++i) {
    const LocalPart& part = hold.parts[i];
    if (part.book == nullptr) continue;
    const std::int64_t more = amounts[amounts.size() == 1 ? 0 : i] - part.amount;
    granted(part.book, part.key.view(), more, more < 0 ? hold.at : now);
  }
}

void Outage::keep(Settlement settlement) {
  unsettled_.keep(std::move(settlement));
  behind_.store(true, std::memory_order_relaxed);
}

void Outage::catch_up(store::Store& room, Instant now) {
  behind_.store(false, std::memory_order_relaxed);
  std::int64_t began = began_.load(std::memory_order_relaxed);
  const std::int64_t since = nanos(now) - last_failure_.load(std::memory_order_relaxed);
  const bool over = since >= quiet.count() || since < 0;  // below 0: the clock was set back
  if (began != 0 && over) began_.compare_exchange_strong(began, 0, std::memory_order_relaxed);
  pay(room, now);
  if (began_.load(std::memory_order_relaxed) != 0 || books_.keys() > 0 || unsettled_.ids() > 0) {
    behind_.store(true, std::memory_order_relaxed);
  }
}

void Outage::pay(store::Store& room, Instant now) {
  send_charges(room, now);
  send_settlements(room, now);
}

void Outage::send_charges(store::Store& room, Instant now) {
  std::size_t none = 0;
  if (books_.keys() == 0 || !charging_.compare_exchange_strong(none, Books::batch)) return;
  const std::shared_ptr<const Batch> batch = books_.take(now);
  charging_.store(batch == nullptr ? 0 : batch->keys.size());
  if (batch == nullptr) return;
  room.charge(*batch->book->remote, batch->charges, now, [self = shared_from_this(), batch, now](store::Status status) {
    // After a `timeout` it may have been charged: to charge it twice would refuse what fits.
    if (status == store::Status::down || status == store::Status::full) {
      self->books_.put_back(*batch, now);
      self->behind_.store(true, std::memory_order_relaxed);
    }
    if (status == store::Status::timeout) self->unsure_.fetch_add(batch->keys.size(), std::memory_order_relaxed);
    self->charging_.store(0);
  });
}

void Outage::send_settlements(store::Store& room, Instant now) {
  std::size_t none = 0;
  if (unsettled_.ids() == 0 || !settling_.compare_exchange_strong(none, 1)) return;
  for (Settlement& settlement : unsettled_.take(settle_at_once, now)) {
    settling_.fetch_add(1);
    const auto sent = std::make_shared<Settlement>(std::move(settlement));
    room.settle(sent->id, sent->amounts, now, [self = shared_from_this(), sent](const store::Settled& how) {
      if (!how && how.error() == store::SettleError::down) self->keep(std::move(*sent));
      self->settling_.fetch_sub(1);
    });
  }
  settling_.fetch_sub(1);
}

}  // namespace weir::limiter
