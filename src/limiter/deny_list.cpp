#include "limiter/deny_list.hpp"

#include <mutex>

namespace weir::limiter {

std::expected<void, std::string> DenyList::add(std::string_view pattern, std::optional<std::chrono::nanoseconds> ttl,
                                               Instant now) {
  if (ttl && *ttl <= std::chrono::nanoseconds::zero()) return std::unexpected("a ttl must be above 0");
  const bool ends = ttl && *ttl < KeySet::forever - now;
  const std::unique_lock lock(mutex_);
  if (set_.size() >= max_entries) set_.remove_ended(now);
  if (set_.size() >= max_entries) return std::unexpected("the deny list is full: 100,000 entries");
  auto added = set_.add(pattern, 0, ends ? now + *ttl : KeySet::forever);
  empty_.store(set_.empty(), std::memory_order_relaxed);
  return added;
}

bool DenyList::remove(std::string_view pattern) {
  const std::unique_lock lock(mutex_);
  const bool removed = set_.remove(pattern);
  empty_.store(set_.empty(), std::memory_order_relaxed);
  return removed;
}

bool DenyList::denies(std::string_view text, Instant now) const {
  if (empty()) return false;
  const std::shared_lock lock(mutex_);
  return set_.find(text, now).has_value();
}

std::vector<DenyEntry> DenyList::entries(Instant now) const {
  std::vector<DenyEntry> found;
  const std::shared_lock lock(mutex_);
  for (const KeySet::Entry& entry : set_.entries()) {
    if (entry.ends <= now) continue;
    found.push_back({entry.pattern, entry.ends == KeySet::forever ? std::nullopt : std::optional(entry.ends)});
  }
  return found;
}

}  // namespace weir::limiter
