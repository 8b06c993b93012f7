#include "store/regions/holds.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace weir::store {
namespace {

constexpr Nanos remembered = std::chrono::minutes(10);  // as every store does

Instant end_of(Instant now, Nanos lease) {
  const Nanos kept = std::max(lease, remembered);
  return kept > Instant::max() - now ? Instant::max() : now + kept;
}

}  // namespace

bool Holds::has_room(Instant now) {
  if (holds_.size() < max_ids) return true;
  if (now - swept_ < std::chrono::seconds(1)) return false;
  swept_ = now;
  std::erase_if(holds_, [&](const auto& hold) { return hold.second.until <= now; });
  return holds_.size() < max_ids;
}

bool Holds::asked(std::string_view id, std::vector<HeldPart> parts, Instant now, Nanos lease) {
  const std::scoped_lock lock(mutex_);
  if (const auto known = holds_.find(id); known != holds_.end()) {
    if (known->second.until > now) return false;
    holds_.erase(known);
  }
  if (!has_room(now)) return false;
  holds_.emplace(std::string(id), Hold{.parts = std::move(parts),
                                       .absent = std::vector<bool>(regions_.size()),
                                       .unknown = regions_.size(),
                                       .at = now,
                                       .until = end_of(now, lease)});
  return true;
}

void Holds::forget(std::string_view id) {
  const std::scoped_lock lock(mutex_);
  if (const auto hold = holds_.find(id); hold != holds_.end()) holds_.erase(hold);
}

void Holds::known(std::string_view id, std::size_t region, bool held, Instant now) {
  const std::scoped_lock lock(mutex_);
  const auto found = holds_.find(id);
  if (found == holds_.end()) return;
  Hold& hold = found->second;
  --hold.unknown;
  if (!held) {
    hold.absent[region] = true;
    hold.any_absent = true;
    if (hold.used) make_up(hold, region, now);
  }
  if (hold.unknown == 0 && (hold.used || !hold.any_absent)) holds_.erase(found);
}

void Holds::make_up(const Hold& hold, std::size_t region, Instant now) {
  const std::vector<std::int64_t>& used = *hold.used;
  if (used.size() != 1 && used.size() != hold.parts.size()) return;  // nobody settles so
  for (std::size_t i = 0; i < hold.parts.size(); ++i) {
    const HeldPart& part = hold.parts[i];
    const std::int64_t more = used[used.size() == 1 ? 0 : i] - part.amount;
    regions_[region]->owe(part.space->in(region).book, part.key.view(), more, more < 0 ? hold.at : now);
  }
}

std::vector<bool> Holds::settled(std::string_view id, std::span<const std::int64_t> amounts, Instant now) {
  const std::scoped_lock lock(mutex_);
  const auto found = holds_.find(id);
  if (found == holds_.end()) return std::vector<bool>(regions_.size());
  Hold& hold = found->second;
  std::vector<bool> absent = hold.absent;
  if (!hold.used) {
    hold.used.emplace(amounts.begin(), amounts.end());
    for (std::size_t region = 0; region < regions_.size(); ++region) {
      if (absent[region]) make_up(hold, region, now);
    }
  }
  if (hold.unknown == 0) holds_.erase(found);
  return absent;
}

std::vector<bool> Holds::renewed(std::string_view id, Nanos lease, Instant now) {
  const std::scoped_lock lock(mutex_);
  const auto found = holds_.find(id);
  if (found == holds_.end()) return std::vector<bool>(regions_.size());
  found->second.until = std::max(found->second.until, end_of(now, lease));
  return found->second.absent;
}

std::size_t Holds::ids() const {
  const std::scoped_lock lock(mutex_);
  return holds_.size();
}

}  // namespace weir::store
