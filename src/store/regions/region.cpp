#include "store/regions/region.hpp"

#include <utility>

namespace weir::store {

void Region::owe(const std::shared_ptr<const Book>& book, Key key, std::int64_t units, Instant at) {
  if (book == nullptr || units == 0) return;
  books_.enter(book, key, units, at);
  behind_.store(true);
}

void Region::owe(const std::shared_ptr<const Space>& space, Key key, Instant at, RequestChange change,
                 RequestName held) {
  requests_.keep(space, key, at, std::move(change), std::move(held));
  behind_.store(true);
}

void Region::keep(Settlement settlement) {
  unsettled_.keep(std::move(settlement));
  behind_.store(true);
}

void Region::keep(MissedReset reset) {
  {
    const std::scoped_lock lock(resets_mutex_);
    if (resets_.size() < max_resets) {
      resets_.push_back(std::move(reset));
      lacking_.fetch_add(1);
    } else {
      ++dropped_resets_;
    }
  }
  behind_.store(true);
}

std::size_t Region::missed() const {
  const std::scoped_lock lock(resets_mutex_);
  return resets_.size() + books_.keys() + requests_.requests() + unsettled_.ids();
}

std::uint64_t Region::dropped() const {
  const std::scoped_lock lock(resets_mutex_);
  return dropped_resets_ + books_.dropped() + requests_.dropped() + unsettled_.dropped();
}

void Region::catch_up(Instant now) {
  if (sending_.exchange(true)) return;
  behind_.store(false);
  send_next(now);
}

void Region::pause() {
  if (missed() > 0) behind_.store(true);
  sending_.store(false);
}

std::optional<MissedReset> Region::next_reset(Instant now) {
  const std::scoped_lock lock(resets_mutex_);
  while (!resets_.empty()) {
    MissedReset reset = std::move(resets_.front());
    resets_.pop_front();
    if (now - reset.since < resets_kept) return reset;
    ++dropped_resets_;
    lacking_.fetch_sub(1);
  }
  return std::nullopt;
}

void Region::send_next(Instant now) {
  if (auto reset = next_reset(now)) return send(*std::move(reset), now);
  if (const auto batch = books_.take(now)) return send(batch, now);
  if (const auto batch = requests_.take(now)) return send(batch, now);
  if (auto settlements = unsettled_.take(settle_at_once, now); !settlements.empty()) {
    return send(std::move(settlements), now);
  }
  pause();
  if (missed() > 0) catch_up(now);  // came just now
}

void Region::send(MissedReset reset, Instant now) {
  const auto sent = std::make_shared<MissedReset>(std::move(reset));
  auto done = [self = shared_from_this(), sent, now](const Settled& how) {
    if (!how) self->keep(std::move(*sent));
    self->lacking_.fetch_sub(1);  // that of this try
    if (how) return self->send_next(now);
    self->pause();
  };
  if (sent->key) return store_->reset(*sent->space, sent->key->view(), now, std::move(done));
  store_->reset_all(*sent->space, now, std::move(done));
}

void Region::send(const std::shared_ptr<const Batch>& batch, Instant now) {
  store_->charge(*batch->book->remote, batch->charges, now, [self = shared_from_this(), batch, now](Status status) {
    if (status == Status::decided) return self->send_next(now);
    // After a `timeout` it may have been charged: to charge it twice would refuse what fits.
    if (status != Status::timeout) self->books_.put_back(*batch, now);
    self->pause();
  });
}

void Region::send(const std::shared_ptr<const AmendmentBatch>& batch, Instant now) {
  store_->amend(*batch->space, batch->amendments, now, [self = shared_from_this(), batch, now](Status status) {
    if (status == Status::decided) return self->send_next(now);
    self->requests_.put_back(*batch);
    self->pause();
  });
}

void Region::send(std::vector<Settlement> settlements, Instant now) {
  struct Sending {
    std::atomic<std::size_t> left;
    std::atomic<bool> failed{false};
  };
  const auto sending = std::make_shared<Sending>(settlements.size());
  for (Settlement& settlement : settlements) {
    const auto sent = std::make_shared<Settlement>(std::move(settlement));
    store_->settle(sent->id, sent->amounts, now, [self = shared_from_this(), sent, sending, now](const Settled& how) {
      if (!how && how.error() == SettleError::down) {
        self->keep(std::move(*sent));
        sending->failed.store(true);
      }
      if (sending->left.fetch_sub(1) != 1) return;
      if (sending->failed.load()) return self->pause();
      self->send_next(now);
    });
  }
}

}  // namespace weir::store
