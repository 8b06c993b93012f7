#include "store/redis/leases/lease_table.hpp"

#include <algorithm>
#include <utility>

namespace weir::store::redis {
namespace {

constexpr auto quiet_time = std::chrono::milliseconds(200);

Verdict spent(const Lease& lease) {
  Verdict verdict = lease.seen;
  verdict.outcome = limits::Outcome::allowed;
  verdict.retry_after = limits::Nanos(0);
  return verdict;
}

bool spend(Lease& lease, std::int64_t cost, Deadline now) {
  if (lease.units < cost || now >= lease.ends) return false;
  lease.units -= cost;
  return true;
}

}  // namespace

bool LeaseTable::Entry::is(const RedisSpace& its, Key key) const {
  if (space.get() != &its || key.is_number() != number.has_value()) return false;
  return number ? *number == key.number() : text == key.text();
}

void LeaseTable::Entry::put_back(Lease& lease) {
  constexpr std::size_t most = 4;
  const Lease ended = std::exchange(lease, {});
  if (ended.units > 0 && back.size() < most) back.push_back({.units = ended.units, .receipt = ended.receipt});
}

// What was granted last is given back first: a bucket takes back only what nobody was charged after.
void LeaseTable::Entry::drop_ended(Deadline now) {
  if (now >= next.ends) put_back(next);
  if (now < current.ends && current.units > 0) return;
  put_back(current);
  std::swap(current, next);
}

LeaseErrand LeaseTable::Entry::errand(std::int64_t want, Deadline now) {
  asking = resets + 1;
  return {.space = space, .text = text, .number = number, .want = want, .back = std::exchange(back, {}), .asked = now};
}

std::uint64_t LeaseTable::hash(const RedisSpace& space, Key key) const {
  constexpr std::uint64_t odd = 0x9E37'79B9'7F4A'7C15;
  return fold_multiply(key_hash_(key) ^ reinterpret_cast<std::uintptr_t>(&space), odd);
}

// Two keys of one hash: the second has no lease.
LeaseTable::Entry* LeaseTable::find(Shard& shard, std::uint64_t hash, const RedisSpace& space, Key key) {
  const auto found = shard.entries.find(hash);
  return found != shard.entries.end() && found->second.is(space, key) ? &found->second : nullptr;
}

LeaseTable::Entry* LeaseTable::find_or_add(Shard& shard, std::uint64_t hash, const RedisSpace& space, Key key) {
  if (const auto found = shard.entries.find(hash); found != shard.entries.end()) {
    return found->second.is(space, key) ? &found->second : nullptr;
  }
  if (shard.entries.size() >= max_keys_of_shard_) return nullptr;
  Entry& entry = shard.entries[hash];
  entry.space = space.shared_from_this();
  if (key.is_number()) {
    entry.number = key.number();
  } else {
    entry.text = key.text();
  }
  keys_.fetch_add(1, std::memory_order_relaxed);
  return &entry;
}

std::optional<Verdict> LeaseTable::take(const RedisSpace& space, Key key, std::int64_t cost, Deadline now,
                                        std::uint32_t instances, Errands& errands) {
  const std::uint64_t hash = this->hash(space, key);
  Shard& shard = shard_of(hash);
  const std::scoped_lock lock(shard.mutex);
  Entry* const entry = find_or_add(shard, hash, space, key);
  if (entry == nullptr) return std::nullopt;
  entry->use.note(cost, now, space.lease_life());
  std::optional<Verdict> verdict;
  if (spend(entry->current, cost, now)) [[likely]] {
    verdict = spent(entry->current);
    if (entry->current.units > entry->current.granted / 3) [[likely]]
      return verdict;
  } else {
    entry->drop_ended(now);
    if (spend(entry->current, cost, now)) {
      verdict = spent(entry->current);
    } else if (spend(entry->next, cost, now)) {
      verdict = spent(entry->next);
    }
  }
  if (entry->asking != 0 || entry->next.units > 0 || now < entry->quiet_until) return verdict;
  if (entry->current.units > entry->current.granted / 3) return verdict;
  const std::int64_t want =
      lease_share(entry->use.a_period(), space.rule().burst == 0 ? space.rule().count : space.rule().burst, instances);
  if (want > entry->current.units) errands.push_back(entry->errand(want, now));
  return verdict;
}

void LeaseTable::untake(const RedisSpace& space, Key key, std::int64_t cost, Deadline now) {
  const std::uint64_t hash = this->hash(space, key);
  Shard& shard = shard_of(hash);
  const std::scoped_lock lock(shard.mutex);
  Entry* const entry = find(shard, hash, space, key);
  // The lease it was taken from may have gone meanwhile: then the units are lost, as those of a call that passed.
  if (entry == nullptr || now >= entry->current.ends) return;
  if (entry->current.units + cost <= entry->current.granted) entry->current.units += cost;
}

void LeaseTable::granted(const LeaseErrand& errand, Lease lease, Deadline now, Errands& errands) {
  const std::uint64_t hash = this->hash(*errand.space, errand.key());
  Shard& shard = shard_of(hash);
  const std::scoped_lock lock(shard.mutex);
  Entry* const entry = find(shard, hash, *errand.space, errand.key());
  const bool was_reset = entry != nullptr && std::exchange(entry->asking, 0) != entry->resets + 1;
  if (entry == nullptr || was_reset) {
    // Nobody spends it. Where it was charged before the reset, Redis takes nothing back.
    LeaseErrand back{.space = errand.space, .text = errand.text, .number = errand.number};
    back.back.push_back({.units = lease.units, .receipt = std::move(lease.receipt)});
    errands.push_back(std::move(back));
    return;
  }
  entry->drop_ended(now);
  if (lease.seen.remaining == 0) entry->quiet_until = now + quiet_time;
  Lease& place = entry->current.units > 0 ? entry->next : entry->current;
  entry->put_back(place);
  place = std::move(lease);
  entry->drop_ended(now);  // when it came too late
  if (!entry->back.empty()) errands.push_back(entry->errand(0, now));
}

void LeaseTable::not_granted(const LeaseErrand& errand, Deadline now) {
  const std::uint64_t hash = this->hash(*errand.space, errand.key());
  Shard& shard = shard_of(hash);
  const std::scoped_lock lock(shard.mutex);
  Entry* const entry = find(shard, hash, *errand.space, errand.key());
  if (entry == nullptr) return;
  entry->asking = 0;
  if (errand.want > 0) entry->quiet_until = now + quiet_time;
}

void LeaseTable::sweep(Deadline now, Errands& errands) {
  Shard& shard = shards_[swept_.fetch_add(1, std::memory_order_relaxed) % shard_count];
  const std::scoped_lock lock(shard.mutex);
  const std::size_t before = shard.entries.size();
  boost::unordered::erase_if(shard.entries, [&](auto& one) {
    Entry& entry = one.second;
    if (entry.asking != 0) return false;
    entry.drop_ended(now);
    if (!entry.back.empty()) errands.push_back(entry.errand(0, now));
    return entry.asking == 0 && entry.current.units == 0 && now - entry.use.since() > 3 * entry.space->lease_life();
  });
  keys_.fetch_sub(before - shard.entries.size(), std::memory_order_relaxed);
}

void LeaseTable::give_back_all(Errands& errands) {
  for (Shard& shard : shards_) {
    const std::scoped_lock lock(shard.mutex);
    for (auto& [hash, entry] : shard.entries) {
      entry.put_back(entry.next);
      entry.put_back(entry.current);
      if (!entry.back.empty()) errands.push_back(entry.errand(0, {}));
    }
    keys_.fetch_sub(shard.entries.size(), std::memory_order_relaxed);
    shard.entries.clear();
  }
}

void LeaseTable::forget(const RedisSpace& space, Key key) {
  const std::uint64_t hash = this->hash(space, key);
  Shard& shard = shard_of(hash);
  const std::scoped_lock lock(shard.mutex);
  Entry* const entry = find(shard, hash, space, key);
  if (entry == nullptr) return;
  entry->current = entry->next = {};
  entry->back.clear();
  ++entry->resets;
}

void LeaseTable::forget(const RedisSpace& space) {
  for (Shard& shard : shards_) {
    const std::scoped_lock lock(shard.mutex);
    for (auto& [hash, entry] : shard.entries) {
      if (entry.space.get() != &space) continue;
      entry.current = entry.next = {};
      entry.back.clear();
      ++entry.resets;
    }
  }
}

}  // namespace weir::store::redis
