#include "cli/simulation.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <stdexcept>
#include <utility>

#include "config/shown.hpp"
#include "config/suggestion.hpp"
#include "gateway/enforced_limiter.hpp"
#include "gateway/pattern_text.hpp"
#include "limiter/random_bits.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace weir::cli {

namespace {

using Wrong = std::unexpected<std::string>;

constexpr Decision does_not_apply{};

std::int64_t saturated_sum(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
}

bool is_concurrency(const config::Limit& limit) { return limit.rule.algorithm == Algorithm::concurrency; }

}  // namespace

std::size_t Simulation::KeyHash::operator()(std::string_view key) const {
  return XXH3_64bits_withSeed(key.data(), key.size(), seed);
}

Simulation::One::One(const config::Limit& of, Limiter decides, std::uint64_t seed)
    : config(&of), limiter(std::move(decides)), limited(0, KeyHash{seed}) {
  for (const config::Pattern& pattern : of.only) {
    if (const auto added = only.add(gateway::pattern_text(pattern)); !added) throw std::runtime_error(added.error());
  }
}

std::expected<std::unique_ptr<Simulation>, std::string> Simulation::make(const config::Config& config) {
  std::unique_ptr<Simulation> simulation(new Simulation);
  simulation->store_ = memory_store({.max_keys = config.store.max_keys, .clock = &simulation->clock_});
  const std::uint64_t seed = limiter::random_bits();
  for (const config::Limit& limit : config.limits) {
    if (is_concurrency(limit)) {
      simulation->held_.emplace_back(limit.name);
      continue;
    }
    try {
      auto one = std::make_unique<One>(limit, gateway::enforced_limiter(limit, config.store, simulation->store_), seed);
      simulation->by_name_.emplace(limit.name, one.get());
      simulation->limits_.push_back(std::move(one));
    } catch (const std::exception& error) {
      return Wrong("limit '" + limit.name + "': " + error.what());
    }
  }
  if (config.limits.empty()) return Wrong("the config has no limits, so there is nothing to simulate");
  if (simulation->limits_.empty()) {
    return Wrong("all limits of the config are concurrency limits; a trace does not say when calls end");
  }
  return simulation;
}

std::expected<Simulation::One*, std::string> Simulation::limit_of(std::string_view name) {
  if (name.empty()) {
    if (limits_.size() == 1) return limits_.front().get();
    return Wrong("no limit is named, and the config has " + std::to_string(limits_.size()));
  }
  if (latest_ != nullptr && latest_->config->name == name) return latest_;
  const auto found = by_name_.find(name);
  if (found != by_name_.end()) return latest_ = found->second;
  if (std::ranges::find(held_, name) != held_.end()) {
    return Wrong("limit '" + std::string(name) +
                 "' is a concurrency limit: a trace does not say when calls end, so it can't be simulated");
  }
  std::vector<std::string_view> names;
  names.reserve(limits_.size());
  for (const auto& one : limits_) names.emplace_back(one->config->name);
  return Wrong("the config has no limit " + config::in_quotes(name) + config::did_you_mean(name, names));
}

std::expected<std::string_view, std::string> Simulation::key_of(const One& one, const trace::Call& call) {
  const std::size_t wanted = one.config->key.size();
  const auto counts_by = [&] {
    return "limit '" + one.config->name + "' counts by " + std::to_string(wanted) + (wanted == 1 ? " part" : " parts");
  };
  if (call.parts == 0 && wanted == 1) return call.key;
  std::string_view key = call.key;
  int parts = call.parts;
  if (parts == 0) {
    if (const auto list = list_.read_all(call.key); !list) {
      return Wrong(counts_by() + ", so its key is a JSON list of strings: " + std::string(list.error()));
    }
    key = list_.text();
    parts = list_.parts();
  }
  if (static_cast<std::size_t>(parts) != wanted) return Wrong(counts_by() + ", the key has " + std::to_string(parts));
  return key;
}

void Simulation::note_time(Instant time) {
  if (calls_ == 0) first_ = last_ = time;
  if (calls_ > 0 && time < before_) backwards_ = true;
  first_ = std::min(first_, time);
  last_ = std::max(last_, time);
  before_ = time;
}

void Simulation::count(One& one, std::string_view key, std::int64_t cost, const Decision& decision) {
  if (decision.allowed) {
    ++one.tally.allowed;
    if (decision.reason == Reason::shadow) {
      ++one.tally.shadowed;
    } else {
      one.tally.cost = saturated_sum(one.tally.cost, cost);
    }
    return;
  }
  if (decision.reason == Reason::denied) {
    ++one.tally.denied;
    return;
  }
  ++one.tally.limited;
  if (const auto found = one.limited.find(key); found != one.limited.end()) {
    ++found->second;
  } else if (one.limited.size() < most_limited_keys) {
    one.limited.emplace(key, 1);
  } else {
    overflowed_ = true;
  }
}

std::expected<Simulation::Outcome, std::string> Simulation::decide(const trace::Call& call) {
  const auto one = limit_of(call.limit);
  if (!one) return Wrong(one.error());
  const auto key = key_of(**one, call);
  if (!key) return Wrong(key.error());
  note_time(call.time);
  ++calls_;
  clock_.set(call.time);
  Outcome outcome{
      .limit = (*one)->config, .key = *key, .cost = call.cost.value_or((*one)->config->cost), .decision = {}};
  if (!(*one)->only.empty() && !(*one)->only.find(*key, call.time)) {
    ++(*one)->tally.allowed;
    outcome.decision = does_not_apply;
    return outcome;
  }
  outcome.decision = (*one)->limiter.limit(*key, outcome.cost);
  count(**one, *key, outcome.cost, outcome.decision);
  return outcome;
}

std::uint64_t Simulation::forgotten() const { return store_->statistics().evictions; }

std::vector<Simulation::OfLimit> Simulation::tallies() const {
  std::vector<OfLimit> all;
  all.reserve(limits_.size());
  for (const auto& one : limits_) all.push_back({one->config, &one->tally});
  return all;
}

std::vector<LimitedKey> Simulation::top(std::size_t count) const {
  std::vector<LimitedKey> top;
  for (const auto& one : limits_) {
    for (const auto& [key, times] : one->limited) top.push_back({one->config->name, key, times});
  }
  const auto more = [](const LimitedKey& a, const LimitedKey& b) {
    if (a.count != b.count) return a.count > b.count;
    return a.limit != b.limit ? a.limit < b.limit : a.key < b.key;
  };
  const std::size_t kept = std::min(count, top.size());
  std::ranges::partial_sort(top, top.begin() + static_cast<std::ptrdiff_t>(kept), more);
  top.resize(kept);
  return top;
}

}  // namespace weir::cli
