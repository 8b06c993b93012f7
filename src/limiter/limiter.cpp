// limiter.cpp: decisions of one limiter.
#include <weir/limiter.hpp>

#include "limiter/decide_now.hpp"
#include "limiter/decision.hpp"
#include "limiter/limiter_impl.hpp"
#include "limiter/remote_joint.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <vector>

namespace weir {
namespace {

[[gnu::always_inline]] inline Decision take_plainly(const Limiter::Impl& limiter, Key key, std::int64_t cost) {
  const auto& space = static_cast<const store::MemorySpace&>(*limiter.space);
  const auto place = limiter.memory->locate(space, key);  // the clock is read while the slot's memory comes
  return limiter::to_decision(store::MemoryStore::take(space, place, limiter.now(), cost));
}

// From the share that was fetched ahead, if there is one. What was set at run time must be known, as ever.
std::optional<Decision> take_leased(const Limiter::Impl& limiter, Key key, std::int64_t cost) {
  if (store::Settings* const settings = limiter.settings.get()) {
    if (!settings->current()) return std::nullopt;
    settings->poll();
  }
  const auto verdict = limiter.room().take_leased(*limiter.space, key, cost);
  if (!verdict) return std::nullopt;
  return limiter::to_decision(*verdict);
}

bool in_range(std::int64_t cost) { return cost > -max_count && cost < max_count; }

bool may_lease(const Limiter::Impl& limiter, std::int64_t cost) {
  return limiter.plainly_leased.load(std::memory_order_acquire) && in_range(cost) && cost > 0;
}

Decision decide_one(const Check& check, const limiter::Terms& terms) {
  const std::span<const Check> checks(&check, 1);
  if (check.limiter->impl()->memory != nullptr) {
    limiter::Item item(check);
    limiter::Joint joint(std::span(&item, 1), terms);
    (void)limiter::decide_now(joint);
    return item.decision;
  }
  const auto joint = limiter::RemoteJoint::make(checks, terms);
  limiter::decide_and_wait(*joint);
  return joint->joint().items().front().decision;
}

constexpr std::size_t asked_at_once = 4096;  // of limit_many: what a store's queue can take

// All are asked before any is waited for, so that a batch takes about as long as one.
void decide_each(Limiter& limiter, std::span<const Key> keys, std::span<Decision> decisions, std::int64_t cost) {
  limiter::require_may_wait(limiter.impl()->room());
  const bool leased = may_lease(*limiter.impl(), cost);
  std::vector<std::pair<std::size_t, limiter::RemoteJoint::Pointer>> asked;  // with their places
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (leased) {
      if (const auto decision = take_leased(*limiter.impl(), keys[i], cost)) {
        decisions[i] = *decision;
        continue;
      }
    }
    const Check check(limiter, keys[i], cost);
    asked.emplace_back(i, limiter::RemoteJoint::make(std::span(&check, 1), {.no_lease = leased}));
    asked.back().second->start();
  }
  const auto deadline = limiter::deadline_after(limiter.impl()->timeout);
  for (auto& [place, joint] : asked) {
    joint->wait_until(deadline);
    decisions[place] = joint->joint().items().front().decision;
    joint.reset();
  }
}

void refuse_concurrency(const Limiter::Impl& limiter) {
  if (limiter.holds_only) throw std::logic_error("limit() on a concurrency limit: hold a reservation instead");
}

}  // namespace

Decision Limiter::limit(Key key, std::int64_t cost) {
  if (impl_->plain.load(std::memory_order_acquire) && in_range(cost)) [[likely]] {
    return take_plainly(*impl_, key, cost);
  }
  refuse_concurrency(*impl_);
  const bool leased = may_lease(*impl_, cost);
  if (leased) {
    if (const auto decision = take_leased(*impl_, key, cost)) return *decision;
  }
  return decide_one({*this, key, cost}, {.no_lease = leased});
}

Decision Limiter::limit(Key key, const CallOptions& options) {
  if (options.id.empty()) return limit(key, options.cost);
  refuse_concurrency(*impl_);
  return decide_one({*this, key, options.cost}, {.id = options.id});
}

void Limiter::limit_many(std::span<const Key> keys, std::span<Decision> decisions, std::int64_t cost) {
  if (keys.size() != decisions.size()) throw std::length_error("limit_many: one decision for each key");
  if (impl_->memory == nullptr) {
    refuse_concurrency(*impl_);
    while (!keys.empty()) {
      const std::size_t count = std::min(keys.size(), asked_at_once);
      decide_each(*this, keys.first(count), decisions.first(count), cost);
      keys = keys.subspan(count);
      decisions = decisions.subspan(count);
    }
    return;
  }
  if (!impl_->plain.load(std::memory_order_acquire) || !in_range(cost)) {
    std::ranges::transform(keys, decisions.begin(), [&](Key key) { return limit(key, cost); });
    return;
  }
  const Instant now = impl_->now();
  std::array<limits::Verdict, max_checks> verdicts;
  while (!keys.empty()) {
    const std::size_t count = std::min(keys.size(), verdicts.size());
    impl_->memory->take_many(*impl_->space, keys.first(count), now, cost, std::span(verdicts).first(count));
    std::transform(verdicts.begin(), verdicts.begin() + count, decisions.begin(), limiter::to_decision);
    keys = keys.subspan(count);
    decisions = decisions.subspan(count);
  }
}

Decision Limiter::remaining(Key key) {
  if (impl_->plain.load(std::memory_order_acquire)) return take_plainly(*impl_, key, 0);
  return decide_one({*this, key, 0}, {});
}

Decision Limiter::block_until_ready(Key key, std::chrono::nanoseconds timeout, std::int64_t cost) {
  const Instant start = impl_->now();
  while (true) {
    const Decision decision = limit(key, cost);
    if (decision.allowed || !decision.retry_after) return decision;
    const Instant now = impl_->now();
    if (*decision.retry_after > timeout - (now - start)) return decision;
    const Instant ready = now + *decision.retry_after;
    (impl_->clock != nullptr ? *impl_->clock : system_clock()).sleep_until(ready);
  }
}

}  // namespace weir
