#include "limiter/local_limits.hpp"

#include "limiter/random_bits.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

namespace weir::limiter {
namespace {

std::int64_t used(const store::Verdict& verdict) { return verdict.limit - verdict.remaining + verdict.debt; }

std::int64_t limit_of(const Rule& rule) { return is_bucket(rule) && rule.burst != 0 ? rule.burst : rule.count; }

store::Verdict look(store::MemoryStore& store, const store::Space& space, Key key, Instant now) {
  const store::Check check{.space = &space, .key = key, .cost = 0};
  store::Verdict verdict;
  (void)store.decide_now({.checks = std::span(&check, 1), .now = now}, std::span(&verdict, 1));
  return verdict;
}

}  // namespace

LocalLimits::LocalLimits(std::shared_ptr<Outage> outage, std::string prefix, double share)
    : outage_(std::move(outage)),
      prefix_(std::move(prefix)),
      prefix_hash_(std::hash<std::string>{}(prefix_)),
      share_(share) {}

// Of what makes two rules share counters.
std::uint64_t LocalLimits::counter_of(const Rule& rule) const {
  constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;
  std::uint64_t counter = prefix_hash_;
  const auto mix = [&](std::uint64_t part) { counter = ((counter ^ part) * odd) ^ (counter >> 29); };
  mix(static_cast<std::uint64_t>(rule.algorithm) << 8 | static_cast<std::uint64_t>(rule.period.kind()));
  mix(static_cast<std::uint64_t>(rule.period.length().count()));
  if (rule.anchor) mix(static_cast<std::uint64_t>(std::chrono::sys_days(*rule.anchor).time_since_epoch().count()));
  return counter;
}

auto LocalLimits::local_of(const std::shared_ptr<const store::Space>& remote, Share share) -> Local& {
  constexpr std::size_t bound = 2 * KeyRules::max_entries;  // of rules that were in force at any time
  if (locals_.size() > bound) locals_.clear();
  Local& local = locals_[remote];
  if (local.choice.space != nullptr && local.share == share) return local;
  local.share = share;
  local.rule = share_of(remote->rule(), share);
  local.grown = nullptr;
  local.choice.space = outage_->local().open(prefix_, local.rule);
  const bool counts = local.rule.algorithm != Algorithm::concurrency;
  if (counts) local.choice.book = outage_->books().open(prefix_, remote, local.rule);
  return local;
}

LocalChoice LocalLimits::choose(const std::shared_ptr<const store::Space>& remote, Key key, std::uint32_t instances,
                                Instant now, store::Nanos lease) {
  const Rule& rule = remote->rule();
  const std::uint64_t counter = counter_of(rule);
  const std::scoped_lock lock(mutex_);
  Local& local = local_of(remote, Share::make(share_, instances));
  if (rule.algorithm == Algorithm::concurrency && lease <= store::Nanos(0)) return local.choice;

  const store::Nanos window = window_of(rule, now);
  const Instant began = outage_->began().value_or(now);
  if (window > long_window) {
    const auto known = outage_->last().find(counter, key);
    if (!known || !(known->at >= began || same_window(rule, known->at, began))) {
      if (is_bucket(rule)) {
        const LastAnswer all_but_one{.used = limit_of(rule), .at = began, .begun = true};
        const std::int64_t more =
            limit_of(local.rule) - 1 - used(look(outage_->local(), *local.choice.space, key, began));
        if (more > 0) outage_->local().charge_now(*local.choice.space, key, began, more);
        outage_->last().note(counter, key, all_but_one);
        return local.choice;
      }
      Rule part = local.rule;
      part.count = grown(part.count, now - began, window);
      if (local.grown == nullptr || local.grown->rule() != part) local.grown = outage_->local().open(prefix_, part);
      return {local.grown, local.choice.book};
    }
  }
  const auto answer = outage_->last().begin(counter, key);
  if (answer && !answer->begun) start_from(local, *answer, key, now, lease);
  return local.choice;
}

// Dated back to when the answer came: what has passed since then passes here, too.
void LocalLimits::start_from(const Local& local, const LastAnswer& answer, Key key, Instant now, store::Nanos lease) {
  const store::Space& space = *local.choice.space;
  store::MemoryStore& store = outage_->local();
  const std::int64_t wanted = std::min(local.share.used(answer.used), limit_of(local.rule));
  if (local.rule.algorithm != Algorithm::concurrency) {
    const std::int64_t more = wanted - used(look(store, space, key, answer.at));
    if (more > 0) store.charge_now(space, key, answer.at, more);
    return;
  }
  // Whose slots they are is not known here: they are taken for as long as a lease lasts.
  const std::int64_t more = wanted - used(look(store, space, key, now));
  if (more <= 0) return;
  const store::Check check{.space = &space, .key = key, .cost = more, .hold = true};
  store::Verdict verdict;
  (void)store.decide_now({.checks = std::span(&check, 1), .now = now, .id = random_id(), .lease = lease, .once = true},
                         std::span(&verdict, 1));
}

void LocalLimits::note(const store::Space& remote, Key key, const store::Verdict& verdict, Instant now) {
  outage_->last().note(counter_of(remote.rule()), key, {.used = used(verdict), .at = now, .begun = false});
}

void LocalLimits::owe(const std::shared_ptr<const store::Space>& remote, Key key, std::int64_t units,
                      std::uint32_t instances, Instant at) {
  std::shared_ptr<const store::Book> book;
  {
    const std::scoped_lock lock(mutex_);
    book = local_of(remote, Share::make(share_, instances)).choice.book;
  }
  if (book != nullptr) outage_->granted(book, key, units, at);
}

void LocalLimits::forget(const std::shared_ptr<const store::Space>& remote, Key key) {
  outage_->last().forget(counter_of(remote->rule()), key);
  const std::scoped_lock lock(mutex_);
  const auto local = locals_.find(remote);
  if (local == locals_.end()) return;
  outage_->local().reset_now(*local->second.choice.space, key);
  if (local->second.choice.book) outage_->books().forget(*local->second.choice.book, key);
}

void LocalLimits::forget_all(const std::shared_ptr<const store::Space>& remote) {
  outage_->last().forget_all();
  const std::scoped_lock lock(mutex_);
  const auto local = locals_.find(remote);
  if (local == locals_.end()) return;
  outage_->local().reset_all_now(*local->second.choice.space);
  if (local->second.choice.book) outage_->books().forget_all(*local->second.choice.book);
}

}  // namespace weir::limiter
