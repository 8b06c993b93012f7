#include "gateway/wait_queue.hpp"

#include <vector>

namespace weir::gateway {

std::optional<WaitQueue::Ticket> WaitQueue::add(Instant due, Wake wake) {
  const std::scoped_lock lock(mutex_);
  if (waiting_.size() >= bound_) return std::nullopt;
  const Ticket ticket{.due = due, .number = next_++};
  const auto added = waiting_.emplace(ticket, std::move(wake)).first;
  if (added == waiting_.begin() && alarm_) alarm_();
  return ticket;
}

bool WaitQueue::remove(const Ticket& ticket) {
  decltype(waiting_)::node_type removed;  // destroyed after the lock is given back
  const std::scoped_lock lock(mutex_);
  removed = waiting_.extract(ticket);
  return !removed.empty();
}

std::optional<Instant> WaitQueue::wake_due(Instant now) {
  std::vector<Wake> due;
  std::optional<Instant> next;
  {
    const std::scoped_lock lock(mutex_);
    while (!waiting_.empty() && waiting_.begin()->first.due <= now) {
      due.push_back(std::move(waiting_.extract(waiting_.begin()).mapped()));
    }
    if (!waiting_.empty()) next = waiting_.begin()->first.due;
  }
  for (Wake& wake : due) wake();
  return next;
}

void WaitQueue::set_alarm(Wake alarm) {
  const std::scoped_lock lock(mutex_);
  alarm_ = std::move(alarm);
  if (alarm_ && !waiting_.empty()) alarm_();
}

std::size_t WaitQueue::size() const {
  const std::scoped_lock lock(mutex_);
  return waiting_.size();
}

}  // namespace weir::gateway
