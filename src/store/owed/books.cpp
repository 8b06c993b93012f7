#include "store/owed/books.hpp"

#include <utility>

namespace weir::store {
namespace {

std::int64_t used(const Verdict& verdict) { return verdict.limit - verdict.remaining + verdict.debt; }

}  // namespace

std::shared_ptr<const Book> Books::open(std::string_view prefix, std::shared_ptr<const Space> remote,
                                        const Rule& local) {
  const std::string name(prefix);
  return std::make_shared<const Book>(Book{.remote = std::move(remote),
                                           .granted = counters_.open(name + ":granted", local),
                                           .returned = counters_.open(name + ":returned", local)});
}

bool Books::has_room(Key key) const { return keys() < max_keys && bytes_ + key.text().size() <= max_bytes; }

void Books::enter(const std::shared_ptr<const Book>& book, Key key, std::int64_t units, Instant at) {
  if (units == 0) return;
  const std::scoped_lock lock(mutex_);
  Keys& keys = due_[book];
  if (!keys.contains(key)) {
    if (!has_room(key)) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    keys.emplace(key);
    bytes_ += key.text().size();
    keys_.fetch_add(1, std::memory_order_relaxed);
  }
  counters_.charge_now(units > 0 ? *book->granted : *book->returned, key, at, units > 0 ? units : -units);
}

std::int64_t Books::owed(const Book& book, Key key, Instant now) {
  return used(counters_.take_one(*book.granted, key, now, 0)) - used(counters_.take_one(*book.returned, key, now, 0));
}

std::shared_ptr<const Batch> Books::take(Instant now) {
  const std::scoped_lock lock(mutex_);
  while (!due_.empty()) {
    const auto first = due_.begin();
    Keys& keys = first->second;
    auto taken = std::make_shared<Batch>();
    taken->book = first->first;
    taken->keys.reserve(std::min(batch, keys.size()));
    while (!keys.empty() && taken->charges.size() < batch) {
      OwnedKey key = std::move(keys.extract(keys.begin()).value());
      keys_.fetch_sub(1, std::memory_order_relaxed);
      bytes_ -= key.text.size();
      const std::int64_t units = owed(*taken->book, key.view(), now);
      counters_.reset_now(*taken->book->granted, key.view());
      counters_.reset_now(*taken->book->returned, key.view());
      if (units == 0) continue;
      taken->keys.push_back(std::move(key));
      taken->charges.push_back({.key = std::string_view{}, .units = units});
    }
    for (std::size_t i = 0; i < taken->keys.size(); ++i) taken->charges[i].key = taken->keys[i].view();
    if (keys.empty()) due_.erase(first);
    if (!taken->charges.empty()) return taken;
  }
  return nullptr;
}

void Books::put_back(const Batch& batch, Instant now) {
  for (const Charge& charge : batch.charges) enter(batch.book, charge.key, charge.units, now);
}

void Books::forget(const Book& book, Key key) {
  counters_.reset_now(*book.granted, key);
  counters_.reset_now(*book.returned, key);
}

void Books::forget_all(const Book& book) {
  counters_.reset_all_now(*book.granted);
  counters_.reset_all_now(*book.returned);
}

}  // namespace weir::store
