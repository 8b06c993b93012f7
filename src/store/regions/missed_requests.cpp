#include "store/regions/missed_requests.hpp"

#include <utility>

namespace weir::store {
namespace {

// A window is looked at for as long again once it is over.
bool matters(const Space& space, Instant at, Instant now) { return now - at < 2 * space.rule().period.length(); }

}  // namespace

void MissedRequests::removed(const Name& name) {
  bytes_ -= weight(name);
  requests_.fetch_sub(1, std::memory_order_relaxed);
}

void MissedRequests::insert(const std::shared_ptr<const Space>& space, Name name, Missed missed, bool newer) {
  auto& [kept, requests] = spaces_[space.get()];
  kept = space;
  if (const auto known = requests.find(name); known != requests.end()) {
    if (newer) known->second = std::move(missed);
    return;
  }
  if (this->requests() >= max_requests || bytes_ + weight(name) > max_bytes) {
    if (requests.empty()) spaces_.erase(space.get());
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  bytes_ += weight(name);
  requests_.fetch_add(1, std::memory_order_relaxed);
  requests.emplace(std::move(name), std::move(missed));
}

void MissedRequests::keep(const std::shared_ptr<const Space>& space, Key key, Instant at, RequestChange change,
                          RequestName held) {
  OwnedKey owned(key);
  Name name{.key = std::move(owned.text), .number = owned.number, .request = std::move(change.request)};
  const std::scoped_lock lock(mutex_);
  insert(space, std::move(name), {.at = at, .units = change.units, .what = change.what, .held = std::move(held)}, true);
}

void MissedRequests::forget(const Space& space, Key key) {
  const OwnedKey owned(key);
  const std::scoped_lock lock(mutex_);
  const auto found = spaces_.find(&space);
  if (found == spaces_.end()) return;
  OfSpace& requests = found->second.second;
  const Name first{.key = owned.text, .number = owned.number, .request = {}};
  for (auto at = requests.lower_bound(first);
       at != requests.end() && at->first.key == first.key && at->first.number == first.number;) {
    removed(at->first);
    at = requests.erase(at);
  }
  if (requests.empty()) spaces_.erase(found);
}

void MissedRequests::forget_all(const Space& space) {
  const std::scoped_lock lock(mutex_);
  const auto found = spaces_.find(&space);
  if (found == spaces_.end()) return;
  for (const auto& [name, missed] : found->second.second) removed(name);
  spaces_.erase(found);
}

std::shared_ptr<const AmendmentBatch> MissedRequests::take(Instant now) {
  const std::scoped_lock lock(mutex_);
  while (!spaces_.empty()) {
    const auto first = spaces_.begin();
    auto& [space, requests] = first->second;
    auto taken = std::make_shared<AmendmentBatch>();
    taken->space = space;
    std::vector<Instant> times;
    while (!requests.empty() && taken->changes.size() < batch) {
      auto next = requests.extract(requests.begin());
      removed(next.key());
      Missed& missed = next.mapped();
      if (!matters(*space, missed.at, now)) continue;
      OwnedKey& key = taken->keys.emplace_back(std::string_view(next.key().key));
      key.number = next.key().number;
      taken->changes.push_back({std::move(next.key().request), missed.units, missed.what});
      taken->held.push_back(std::move(missed.held));
      times.push_back(missed.at);
    }
    if (requests.empty()) spaces_.erase(first);
    if (taken->changes.empty()) continue;
    for (std::size_t at = 0; at < taken->changes.size(); ++at) {
      const RequestChange& change = taken->changes[at];
      taken->amendments.push_back({.key = taken->keys[at].view(),
                                   .at = times[at],
                                   .request = change.request,
                                   .units = change.units,
                                   .what = change.what});
    }
    return taken;
  }
  return nullptr;
}

void MissedRequests::put_back(const AmendmentBatch& batch) {
  const std::scoped_lock lock(mutex_);
  for (std::size_t at = 0; at < batch.changes.size(); ++at) {
    const RequestChange& change = batch.changes[at];
    Name name{.key = batch.keys[at].text, .number = batch.keys[at].number, .request = change.request};
    insert(batch.space, std::move(name),
           {.at = batch.amendments[at].at, .units = change.units, .what = change.what, .held = batch.held[at]}, false);
  }
}

}  // namespace weir::store
