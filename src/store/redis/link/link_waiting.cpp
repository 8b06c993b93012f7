// link_waiting.cpp: what a Link waits for while somebody waits for it, and how it is.
#include "store/redis/link/link.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace weir::store::redis {
namespace {

// A deadline may be the end of all time, which a timer can't reckon with.
constexpr std::chrono::hours longest_timer{1};

}  // namespace

void Link::wait() {
  if (pipeline_.waiting() == 0) return rest();
  wait_until(attempt_ ? std::min(pipeline_.earliest(), attempt_end_) : pipeline_.earliest());
  if (attempt_) {
    if (attempt_step_ == Attempt::Step::read) wait_for(attempt_->transport(), Want::read);
    if (attempt_step_ == Attempt::Step::write) wait_for(attempt_->transport(), Want::write);
  } else if (transport_) {
    wait_for(*transport_, Want::read);
    if (!out_.empty()) wait_for(*transport_, Want::write);
  }
}

// A timer that goes off early finds that, and waits again: cheaper than to set it anew with each command.
void Link::wait_until(Deadline at) {
  if (timer_at_ && *timer_at_ <= at) return;
  at = std::min(at, std::chrono::steady_clock::now() + longest_timer);
  timer_at_ = at;
  timer_.expires_at(at);
  timer_.async_wait([self = shared_from_this(), turn = ++timer_turn_](const boost::system::error_code&) {
    if (turn != self->timer_turn_) return;
    self->timer_at_.reset();
    self->drive();
  });
}

void Link::wait_for(Transport& transport, Want want) {
  bool& awaited = want == Want::read ? read_awaited_ : write_awaited_;
  if (std::exchange(awaited, true)) return;
  const auto kind = want == Want::read ? boost::asio::posix::descriptor_base::wait_read
                                       : boost::asio::posix::descriptor_base::wait_write;
  transport.descriptor().async_wait(
      kind, [self = shared_from_this(), turn = wait_turn_, want](const boost::system::error_code&) {
        if (turn != self->wait_turn_) return;
        (want == Want::read ? self->read_awaited_ : self->write_awaited_) = false;
        self->look_ = self->look_ || want == Want::read;
        self->drive();
      });
}

void Link::rest() {
  if (timer_at_) {
    timer_at_.reset();
    ++timer_turn_;
    timer_.cancel();
  }
  if (!read_awaited_ && !write_awaited_) return;
  read_awaited_ = write_awaited_ = false;
  ++wait_turn_;
  boost::system::error_code ignored;
  if (transport_) {
    transport_->descriptor().cancel(ignored);
  } else if (attempt_ && attempt_->has_transport()) {
    attempt_->transport().descriptor().cancel(ignored);
  }
}

Health Link::health() const {
  const std::lock_guard guard(health_lock_);
  return health_;
}

void Link::say_up() {
  if (std::exchange(up_, true)) return;
  const std::lock_guard guard(health_lock_);
  health_.up = true;
  health_.last_error.clear();
}

void Link::say_down(const std::string& why) {
  const std::lock_guard guard(health_lock_);
  up_ = health_.up = false;
  if (health_.last_error != why) health_.last_error = why;
}

}  // namespace weir::store::redis
