#include "gateway/hold.hpp"

#include "api/recorded.hpp"

#include <algorithm>

namespace weir::gateway {

namespace {

bool is_place(const Held& held) { return held.limit->config.rule.algorithm == Algorithm::concurrency; }

bool counts_tokens(const Held& held) { return held.limit->tokens.has_value(); }
bool succeeded(int status) { return status >= 200 && status <= 299; }

bool charges(const Held& held, int status) {
  if (counts_tokens(held)) return succeeded(status);
  const std::vector<config::Statuses>& charge = held.limit->config.charge;
  if (charge.empty()) return true;
  return std::ranges::any_of(charge,
                             [&](const config::Statuses& one) { return one.first <= status && status <= one.last; });
}

}  // namespace

Hold::Hold(Reservation reservation, std::vector<Held> held, HeldLeases* leases, Charging charging)
    : held_(std::move(held)), leases_(leases), charging_(charging) {
  if (leases_ == nullptr) {
    reservation_.emplace(std::move(reservation));
  } else {
    lease_ = leases_->add(std::move(reservation));
  }
}

Hold::~Hold() { settle(); }

std::span<const Decision> Hold::found() const {
  return reservation_ ? reservation_->decisions() : lease_->reservation.decisions();
}

void Hold::answered(int status) {
  status_ = status;
  const bool waits = std::ranges::any_of(
      held_, [&](const Held& held) { return is_place(held) || (counts_tokens(held) && succeeded(status)); });
  if (!waits) settle();
}

std::int64_t Hold::tokens() const {
  std::int64_t most = 0;
  for (const Held& held : held_) {
    if (counts_tokens(held) && held.limit->config.tokens.unit != usage::Unit::cost) most = std::max(most, held.cost);
  }
  return most;
}

void Hold::took(const usage::Counts& counts, std::string_view model) {
  took_ = counts;
  model_ = model;
}

bool Hold::gives_back() const {
  return std::ranges::any_of(held_, [&](const Held& held) { return !is_place(held) && !charges(held, status_); });
}

std::vector<Decision> Hold::decisions(Instant now) const {
  const auto as_found = found();
  std::vector<Decision> decisions(as_found.begin(), as_found.end());
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    Decision& decision = decisions[i];
    if (is_place(held_[i]) || charges(held_[i], status_) || !decision.limit) continue;
    decision.remaining = std::min(decision.remaining + held_[i].cost, *decision.limit);
    if (decision.remaining == *decision.limit) decision.reset = now;
  }
  return decisions;
}

void Hold::settle() {
  if (settled_) return;
  settled_ = true;
  std::vector<std::int64_t> used(held_.size(), 0);
  for (std::size_t i = 0; i < held_.size(); ++i) {
    const Held& held = held_[i];
    if (is_place(held) || !charges(held, status_)) continue;
    used[i] = counts_tokens(held) && took_ ? usage::charge(held.limit->tokens->tariff(model_), *took_) : held.cost;
  }
  record(used);
  if (lease_ != nullptr) return leases_->settle(lease_, std::move(used));
  [[maybe_unused]] const Settled settled = reservation_->settle(used);
}

void Hold::record(const std::vector<std::int64_t>& used) const {
  if (charging_.recorder == nullptr) return;
  const Instant now = charging_.clock == nullptr ? system_time() : charging_.clock->now();
  const auto decisions = found();
  for (std::size_t i = 0; i < held_.size(); ++i) {
    if (api::charged(decisions[i])) charging_.recorder->charged(held_[i].limit->recorded, used[i], now);
  }
}

}  // namespace weir::gateway
