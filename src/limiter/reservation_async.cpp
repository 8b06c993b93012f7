// reservation_async.cpp: a reservation is settled or renewed, and nobody waits.
#include "limiter/reservation_impl.hpp"

#include <weir/detail/pending.hpp>

#include <mutex>
#include <stdexcept>
#include <utility>

namespace weir::detail {
namespace {

// The parts of one call; the last answer ends it.
class Together {
 public:
  Together(std::size_t parts, OnSettled done) : left_(parts + 1), done_(std::move(done)) {}

  void answered(const Settled& settled) {
    {
      const std::scoped_lock lock(mutex_);
      if (!settled) result_ = settled;
      if (--left_ > 0) return;
    }
    if (done_) done_(result_);
  }

 private:
  std::mutex mutex_;
  std::size_t left_;
  OnSettled done_;
  Settled result_{};
};

}  // namespace

void settle_async(Reservation& reservation, std::span<const std::int64_t> actuals, OnSettled done) {
  Reservation::Impl& impl = reservation.impl();
  if (actuals.size() != impl.decisions.size()) throw std::length_error("settle needs one amount a check");
  impl.open = false;
  const auto together = std::make_shared<Together>(impl.parts.size(), std::move(done));
  for (const Reservation::Impl::Part& part : impl.parts) {
    std::vector<std::int64_t> amounts;
    amounts.reserve(part.checks.size());
    for (const std::uint8_t check : part.checks) amounts.push_back(actuals[check]);
    // As the blocking settlement: what is held here in an outage is settled here, what can't be delivered is kept.
    limiter::settle_part(
        part.limiter->handle->shared_from_this(), *part.room, part.id, amounts, part.limiter->now(),
        [together, room = part.room, owner = part.limiter](const Settled& settled) { together->answered(settled); });
  }
  together->answered({});
}

void renew_async(const Reservation& reservation, std::chrono::nanoseconds lease, OnSettled done) {
  if (lease <= std::chrono::nanoseconds::zero()) throw std::invalid_argument("a lease must be above 0");
  const Reservation::Impl& impl = reservation.impl();
  const auto together = std::make_shared<Together>(impl.parts.size(), std::move(done));
  for (const Reservation::Impl::Part& part : impl.parts) {
    part.room->renew(part.id, lease, part.limiter->now(),
                     [together, room = part.room, owner = part.limiter](const store::Settled& settled) {
                       together->answered(limiter::to_settled(settled));
                     });
  }
  together->answered({});
}

}  // namespace weir::detail
