#include "limiter/rejection_cache.hpp"

#include "limiter/random_bits.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

namespace weir::limiter {

RejectionCache::RejectionCache(std::size_t entries) : entries_(entries), seed_(random_bits()) {}

RejectionCache::Hash RejectionCache::hash_of(Key key) const {
  const std::uint64_t number = key.number();
  const auto hash = key.is_number() ? XXH3_128bits_withSeed(&number, sizeof number, ~seed_)  // 42 is not "42"
                                    : XXH3_128bits_withSeed(key.text().data(), key.text().size(), seed_);
  return {hash.low64, hash.high64};
}

void RejectionCache::allocate() {
  std::call_once(allocated_, [this] {
    slots_.resize(entries_);
    used_.store(true, std::memory_order_release);
  });
}

std::optional<Decision> RejectionCache::find(Key key, std::int64_t cost, Instant now, std::uint64_t refunds) {
  if (!used_.load(std::memory_order_acquire)) return std::nullopt;
  const Hash hash = hash_of(key);
  const std::scoped_lock lock(mutex_of(hash));
  const Slot& slot = slots_[hash.slot % slots_.size()];
  if (slot.hash != hash || slot.refunds != refunds || cost < slot.cost) return std::nullopt;
  if (now < slot.since || now >= slot.until) return std::nullopt;
  Decision decision = slot.decision;
  if (decision.reason == Reason::denied) return decision;
  decision.reason = Reason::cached;
  decision.retry_after = slot.passes - now;
  return decision;
}

void RejectionCache::remember(Key key, std::int64_t cost, const Decision& refusal, Instant now, std::uint64_t refunds) {
  if (entries_ == 0 || refusal.allowed || refusal.degraded || cost <= 0) return;
  const bool denied = refusal.reason == Reason::denied;
  if (!denied && !refusal.retry_after) return;
  const std::chrono::nanoseconds passes = refusal.retry_after.value_or(longest_stand);
  if (passes > Instant::max() - now) return;
  allocate();
  const Hash hash = hash_of(key);
  const std::scoped_lock lock(mutex_of(hash));
  Slot& slot = slots_[hash.slot % slots_.size()];
  if (slot.until > now && slot.hash != hash) replaced_.fetch_add(1, std::memory_order_relaxed);
  slot = Slot{.hash = hash,
              .cost = denied ? 1 : cost,
              .since = now,
              .until = now + std::min(passes, longest_stand),
              .passes = now + passes,
              .refunds = refunds,
              .decision = refusal};
}

void RejectionCache::forget(Key key) {
  if (!used_.load(std::memory_order_acquire)) return;
  const Hash hash = hash_of(key);
  const std::scoped_lock lock(mutex_of(hash));
  Slot& slot = slots_[hash.slot % slots_.size()];
  if (slot.hash == hash) slot.until = Instant{};
}

void RejectionCache::forget_all() {
  if (!used_.load(std::memory_order_acquire)) return;
  std::array<std::unique_lock<std::mutex>, std::tuple_size_v<decltype(mutexes_)>> locks;
  for (std::size_t i = 0; i < locks.size(); ++i) locks[i] = std::unique_lock(mutexes_[i]);
  for (Slot& slot : slots_) slot.until = Instant{};
}

}  // namespace weir::limiter
