#include "gateway/hold.hpp"

#include <algorithm>

namespace weir::gateway {

namespace {

bool is_place(const Held& held) { return held.limit->config.rule.algorithm == Algorithm::concurrency; }

bool charges(const Held& held, int status) {
  const std::vector<config::Statuses>& charge = held.limit->config.charge;
  if (charge.empty()) return true;
  return std::ranges::any_of(charge,
                             [&](const config::Statuses& one) { return one.first <= status && status <= one.last; });
}

}  // namespace

Hold::~Hold() { settle(); }

void Hold::answered(int status) {
  status_ = status;
  if (std::ranges::none_of(held_, is_place)) settle();
}

bool Hold::gives_back() const {
  return std::ranges::any_of(held_, [&](const Held& held) { return !is_place(held) && !charges(held, status_); });
}

std::vector<Decision> Hold::decisions(Instant now) const {
  const auto found = reservation_.decisions();
  std::vector<Decision> decisions(found.begin(), found.end());
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
    if (!is_place(held_[i]) && charges(held_[i], status_)) used[i] = held_[i].cost;
  }
  // A store that is down frees places, and keeps costs, at the lease's end.
  [[maybe_unused]] const Settled settled = reservation_.settle(used);
}

}  // namespace weir::gateway
