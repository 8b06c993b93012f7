#include "store/memory/ledger.hpp"

#include "store/memory/space.hpp"

#include <algorithm>
#include <utility>

namespace weir::store {
namespace {

constexpr int forgotten_a_call = 4;  // more than come in by one call, so that the due never pile up

}  // namespace

Entry* Ledger::find(std::string_view id, Instant now) {
  forget_due(now);
  const auto found = entries_.find(id);
  if (found == entries_.end() || found->second->forget_at <= now) return nullptr;
  return found->second.get();
}

Entry& Ledger::add(Entry entry) {
  const auto stale = entries_.find(entry.id);  // due, but not yet come by
  if (stale != entries_.end()) forget(stale->second->due);
  auto owned = std::make_unique<Entry>(std::move(entry));
  Entry& added = *owned;
  entries_.emplace(added.id, std::move(owned));
  added.due = due_.emplace(added.forget_at, &added);
  if (added.granted) {
    for (Part& part : added.parts) open(part, added.lease_end);
  }
  return added;
}

void Ledger::open(Part& part, Instant lease_end) {
  Holder& holder = holders_[part.hash];
  part.place = holder.open.emplace(lease_end, &part);
  part.open = true;
  if (part.concurrency) holder.held += part.amount;
}

void Ledger::close(Part& part) {
  if (!part.open) return;
  part.open = false;
  const auto found = holders_.find(part.hash);
  Holder& holder = found->second;
  if (part.concurrency) holder.held -= part.amount;
  holder.open.erase(part.place);
  if (holder.open.empty()) holders_.erase(found);
}

std::int64_t Ledger::held(std::uint64_t hash, Instant now) {
  while (true) {
    const auto found = holders_.find(hash);
    if (found == holders_.end()) return 0;
    const auto soonest = found->second.open.begin();
    if (soonest->first > now) return found->second.held;
    close(*soonest->second);
  }
}

void Ledger::renew(Entry& entry, Instant lease_end) {
  entry.lease_end = lease_end;
  for (Part& part : entry.parts) {
    if (!part.open) continue;
    OpenParts& siblings = holders_.find(part.hash)->second.open;
    siblings.erase(part.place);
    part.place = siblings.emplace(lease_end, &part);
  }
  due_.erase(entry.due);
  entry.forget_at = std::max(entry.forget_at, lease_end);
  entry.due = due_.emplace(entry.forget_at, &entry);
}

void Ledger::void_key(std::uint64_t hash) {
  while (true) {
    const auto found = holders_.find(hash);
    if (found == holders_.end()) return;
    close(*found->second.open.begin()->second);
  }
}

void Ledger::forget_due(Instant now) {
  for (int count = 0; count < forgotten_a_call && !due_.empty() && due_.begin()->first <= now; ++count) {
    forget(due_.begin());
  }
}

void Ledger::forget(DueEntries::iterator due) {
  Entry& entry = *due->second;
  for (Part& part : entry.parts) close(part);
  due_.erase(due);
  entries_.erase(entries_.find(entry.id));
}

}  // namespace weir::store
