#include "store/regions/regions_store.hpp"

#include "store/regions/gathered.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <utility>

namespace weir::store {
namespace {

std::vector<std::shared_ptr<Region>> at_least_one(std::vector<std::shared_ptr<Region>> regions) {
  if (regions.empty()) throw std::invalid_argument("a store over regions needs one");
  return regions;
}

std::shared_ptr<const RegionsSpace> owned(const Space& space) {
  return static_cast<const RegionsSpace&>(space).shared_from_this();
}

std::size_t present(const std::vector<bool>& absent) {
  return static_cast<std::size_t>(std::ranges::count(absent, false));
}

}  // namespace

RegionsStore::RegionsStore(std::vector<std::shared_ptr<Region>> regions)
    : shared_(std::make_shared<RegionsShared>(at_least_one(std::move(regions)))) {}

std::shared_ptr<const Space> RegionsStore::open(std::string_view name, const Rule& rule) {
  std::vector<RegionsSpace::There> there;
  for (const auto& region : shared_->regions) {
    auto space = region->store().open(name, rule);
    const bool counted = rule.algorithm != Algorithm::concurrency && !shared_->keep_requests;
    auto book = counted ? region->books().open(name, space, rule) : nullptr;
    there.push_back({.space = std::move(space), .book = std::move(book)});
  }
  return std::make_shared<const RegionsSpace>(rule, std::move(there));
}

std::optional<Nanos> RegionsStore::timeout() const {
  std::optional<Nanos> longest;
  for (const auto& region : shared_->regions) longest = std::max(longest, region->store().timeout());
  return longest;
}

bool RegionsStore::answers_in_this_thread() const {
  return std::ranges::any_of(shared_->regions,
                             [](const auto& region) { return region->store().answers_in_this_thread(); });
}

StoreHealth RegionsStore::health() const {
  StoreHealth all{.up = false};
  for (const auto& region : shared_->regions) {
    const StoreHealth one = region->store().health();
    all.up = all.up || one.up;
    all.reconnects += one.reconnects;
    std::ranges::transform(all.errors, one.errors, all.errors.begin(), std::plus{});
    if (all.last_error.empty() && !one.last_error.empty()) all.last_error = region->name() + ": " + one.last_error;
  }
  return all;
}

std::uint32_t RegionsStore::instances() const {
  const auto up = std::ranges::find_if(shared_->regions, [](const auto& one) { return one->store().health().up; });
  return (up == shared_->regions.end() ? shared_->regions.front() : *up)->store().instances();
}

void RegionsStore::decide(const Call& call, std::move_only_function<void(Answer)> done) {
  std::make_shared<Asked>(shared_, call, std::move(done))->ask_all();
}

void RegionsStore::settle(std::string_view id, std::span<const std::int64_t> amounts, Instant now, OnSettled done) {
  const std::vector<bool> absent = shared_->holds.settled(id, amounts, now);
  Settlement settlement{.id = std::string(id), .amounts = {amounts.begin(), amounts.end()}, .since = now};
  const auto after_all = [shared = shared_, settlement](const std::vector<std::size_t>& failed, bool any_done) {
    if (!any_done) return;  // who asked hears of it, and asks again
    for (const std::size_t region : failed) shared->regions[region]->keep(settlement);
  };
  const auto gathered = std::make_shared<Gathered>(present(absent), true, std::move(done), after_all);
  for (std::size_t at = 0; at < absent.size(); ++at) {
    if (absent[at]) continue;
    shared_->regions[at]->store().settle(id, amounts, now, [shared = shared_, gathered, at, now](const Settled& how) {
      gathered->answered(at, how);
      if (how || how.error() != SettleError::down) shared->regions[at]->answered(now);
    });
  }
}

void RegionsStore::renew(std::string_view id, Nanos lease, Instant now, OnSettled done) {
  const std::vector<bool> absent = shared_->holds.renewed(id, lease, now);
  const auto gathered = std::make_shared<Gathered>(present(absent), true, std::move(done), [](const auto&, bool) {});
  for (std::size_t at = 0; at < absent.size(); ++at) {
    if (absent[at]) continue;
    shared_->regions[at]->store().renew(id, lease, now,
                                        [gathered, at](const Settled& how) { gathered->answered(at, how); });
  }
}

void RegionsStore::reset(const Space& space, Key key, Instant now, OnSettled done) {
  reset(owned(space), OwnedKey(key), now, std::move(done));
}

void RegionsStore::reset_all(const Space& space, Instant now, OnSettled done) {
  static const std::optional<OwnedKey> all;
  reset(owned(space), all, now, std::move(done));
}

void RegionsStore::reset(const std::shared_ptr<const RegionsSpace>& space, const std::optional<OwnedKey>& key,
                         Instant now, OnSettled done) {
  shared_->resets.fetch_add(1);
  const auto after_all = [shared = shared_, space, key, now](const std::vector<std::size_t>& failed, bool any_done) {
    if (!any_done) return;
    for (const std::size_t at : failed) {
      shared->regions[at]->keep(MissedReset{.space = space->in(at).space, .key = key, .since = now});
    }
  };
  const auto gathered = std::make_shared<Gathered>(shared_->regions.size(), false, std::move(done), after_all);
  for (std::size_t at = 0; at < shared_->regions.size(); ++at) {
    Region& region = *shared_->regions[at];
    const auto& there = space->in(at);
    auto answered = [gathered, space, at](const Settled& how) { gathered->answered(at, how); };
    if (key) {
      if (there.book) region.books().forget(*there.book, key->view());
      region.requests().forget(*there.space, key->view());
      region.store().reset(*there.space, key->view(), now, std::move(answered));
    } else {
      if (there.book) region.books().forget_all(*there.book);
      region.requests().forget_all(*there.space);
      region.store().reset_all(*there.space, now, std::move(answered));
    }
  }
}

void RegionsStore::charge(const Space& space, std::span<const Charge> charges, Instant now,
                          std::move_only_function<void(Status)> done) {
  const auto& own = static_cast<const RegionsSpace&>(space);
  if (shared_->keep_requests) {
    charge_requests(own, charges, now);
    return done(Status::decided);
  }
  for (std::size_t at = 0; at < shared_->regions.size(); ++at) {
    for (const Charge& charge : charges) shared_->regions[at]->owe(own.in(at).book, charge.key, charge.units, now);
  }
  done(Status::decided);
}

// What is given back is not: how much of it there is to give back, each region sees differently.
void RegionsStore::charge_requests(const RegionsSpace& space, std::span<const Charge> charges, Instant now) {
  for (const Charge& charge : charges) {
    if (charge.units <= 0) continue;
    const RequestName request = shared_->names.draw();
    for (std::size_t at = 0; at < shared_->regions.size(); ++at) {
      shared_->regions[at]->owe(space.in(at).space, charge.key, now, {*request, charge.units, Amendment::What::put},
                                request);
    }
  }
}

}  // namespace weir::store
