#include "limiter/rejection_cache.hpp"

#include <algorithm>

namespace weir::limiter {

RejectionCache::RejectionCache(std::size_t entries) : entries_(entries), slots_(entries) {}

std::optional<Decision> RejectionCache::find(Key key, std::int64_t cost, Instant now, std::uint64_t refunds) {
  if (!slots_.used()) return std::nullopt;
  auto place = slots_.place_of(key);
  const Refusal* const refusal = place.find();
  if (refusal == nullptr || refusal->refunds != refunds || cost < refusal->cost) return std::nullopt;
  if (now < refusal->since || now >= refusal->until) return std::nullopt;
  Decision decision = refusal->decision;
  if (decision.reason == Reason::denied) return decision;
  decision.reason = Reason::cached;
  decision.retry_after = refusal->passes - now;
  return decision;
}

void RejectionCache::remember(Key key, std::int64_t cost, const Decision& refusal, Instant now, std::uint64_t refunds) {
  if (entries_ == 0 || refusal.allowed || refusal.degraded || cost <= 0) return;
  const bool denied = refusal.reason == Reason::denied;
  if (!denied && !refusal.retry_after) return;
  const std::chrono::nanoseconds passes = refusal.retry_after.value_or(longest_stand);
  if (passes > Instant::max() - now) return;
  slots_.allocate();
  auto place = slots_.place_of(key);
  const Refusal* const other = place.of_another();
  if (other != nullptr && other->until > now) replaced_.fetch_add(1, std::memory_order_relaxed);
  place.keep({.cost = denied ? 1 : cost,
              .since = now,
              .until = now + std::min(passes, longest_stand),
              .passes = now + passes,
              .refunds = refunds,
              .decision = refusal});
}

void RejectionCache::forget(Key key) {
  if (slots_.used()) slots_.place_of(key).forget();
}

void RejectionCache::forget_all() { slots_.forget_all(); }

}  // namespace weir::limiter
