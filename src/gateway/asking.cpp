#include "gateway/asking.hpp"

#include "gateway/conclusion.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

namespace weir::gateway {

Asking::Asking(const Request& request, std::shared_ptr<const RouteLimits> route, std::shared_ptr<const Runtime> runtime)
    : route_(std::move(route)),
      runtime_(std::move(runtime)),
      memory_(place_.data(), place_.size()),
      asked_(asked_limits(request, *route_, memory_)) {}

std::shared_ptr<Asking> Asking::ask(const Request& request, std::shared_ptr<const RouteLimits> route,
                                    std::shared_ptr<const Runtime> runtime) {
  const std::shared_ptr<Asking> asking(new Asking(request, std::move(route), std::move(runtime)));
  if (asking->asked_.malformed || asking->asked_.checks.empty()) {
    asking->state_.store(State::answered, std::memory_order_release);
  } else {
    asking->own_keys();
    asking->start();
  }
  return asking;
}

// Keys are views of the request's headers, which its stream may change or lose while it is held.
void Asking::own_keys() {
  for (Check& check : asked_.checks) {
    const std::string_view text = check.key.text();
    if (check.key.is_number() || text.empty()) continue;
    auto* own = static_cast<char*>(memory_.allocate(text.size(), 1));
    std::memcpy(own, text.data(), text.size());
    check.key = std::string_view(own, text.size());
  }
}

void Asking::start() {
  const std::span<const Check> checks(asked_.checks.data(), asked_.checks.size());
  start_ = runtime_->now();
  if (asked_.holds) {
    pending_ =
        detail::pending_reserve_all(checks, {.lease = HeldLeases::lease, .once = true},
                                    [self = shared_from_this()](std::expected<Reservation, AllDecision> reserved) {
                                      if (reserved) {
                                        self->reservation_.emplace(*std::move(reserved));
                                      } else {
                                        self->all_ = std::move(reserved.error());
                                      }
                                      self->came();
                                    });
  } else {
    pending_ = detail::pending_limit_all(checks, {}, [self = shared_from_this()](AllDecision all) {
      self->all_ = std::move(all);
      self->came();
    });
  }
  pending_->start();
}

void Asking::came() {
  runtime_->decision_seconds().record(runtime_->now() - start_);
  switch (state_.exchange(State::answered, std::memory_order_acq_rel)) {
    case State::parked:
      wake_();
      wake_ = nullptr;
      break;
    case State::left:
      reservation_.reset();  // releases it
      break;
    case State::asked:
    case State::answered:
      break;
  }
}

std::chrono::nanoseconds Asking::timeout() const {
  return pending_ == nullptr ? std::chrono::nanoseconds(0) : pending_->timeout();
}

bool Asking::park(Wake wake) {
  wake_ = std::move(wake);
  State asked = State::asked;
  if (state_.compare_exchange_strong(asked, State::parked, std::memory_order_acq_rel)) return true;
  wake_ = nullptr;
  return false;
}

void Asking::leave() {
  if (state_.exchange(State::left, std::memory_order_acq_rel) == State::answered) reservation_.reset();
}

void Asking::expire() {
  if (pending_ != nullptr && !answered()) pending_->expire();
}

Admission Asking::conclude(const Patience& patience, Told* told) {
  if (asked_.malformed || asked_.checks.empty()) {
    Admission admission;
    admission.refusal = std::move(asked_.malformed);
    return admission;
  }
  const bool allowed = reservation_ ? true : all_.allowed;
  const std::span<const Decision> decisions = reservation_ ? reservation_->decisions() : all_.decisions;
  Admission admission = conclusion(allowed, asked_, decisions, *route_, *runtime_, patience, told);
  if (!reservation_) return admission;
  admission.hold =
      hold_of(*std::exchange(reservation_, std::nullopt), asked_, *runtime_, runtime_->lasting()->leases.get());
  return admission;
}

}  // namespace weir::gateway
