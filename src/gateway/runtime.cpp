#include "gateway/runtime.hpp"

#include "gateway/alert_settings.hpp"
#include "gateway/enforced_limiter.hpp"
#include "gateway/jwt_claim_header.hpp"
#include "gateway/store_reference.hpp"
#include "limiter/carry.hpp"
#include "limiter/limiter_impl.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace weir::gateway {

namespace {

struct Installed {
  std::mutex mutex;
  std::shared_ptr<Runtime> runtime;  // guarded by mutex
  std::atomic<std::uint64_t> version{0};
};

Installed& installed() {
  static Installed installed;
  return installed;
}

std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

bool same_store_behaviour(const config::Store& one, const config::Store& other) {
  return one.on_error == other.on_error && one.timeout == other.timeout &&
         one.rejection_cache == other.rejection_cache && one.local_share == other.local_share;
}

// What was set under the store before, for the one that takes its place.
store::Offer offer_to(const config::Store& store, const config::Store& before) {
  const bool same = same_counters(store, before) && store.name_space == before.name_space;
  return same ? store::Offer::until_known : store::Offer::written;
}

bool same_counters(const config::Limit& one, const config::Limit& other) {
  return std::tie(one.prefix, one.rule.algorithm, one.rule.period, one.rule.anchor) ==
         std::tie(other.prefix, other.rule.algorithm, other.rule.period, other.rule.anchor);
}

bool looks_at_model(const config::Limit& limit) {
  const auto is_model = [](const config::KeySource& source) { return source.kind == config::KeySource::Kind::model; };
  return limit.tokens.counts() || std::ranges::any_of(limit.key, is_model) ||
         std::ranges::any_of(limit.when, [&](const config::Condition& one) { return is_model(one.source); });
}

api::NamedLimit named(const EnforcedLimit& limit) {
  return {.config = &limit.config,
          .limiter = &limit.limiter,
          .metrics = &limit.metrics,
          .only = &limit.only,
          .recorded = limit.recorded,
          .alerts = limit.alerts.get()};
}

void add_claims(std::vector<std::string>& headers, const config::Limit& limit) {
  const auto add = [&](const config::KeySource& source) {
    if (source.kind != config::KeySource::Kind::jwt) return;
    std::string name = jwt_claim_header(source.name);
    if (std::ranges::find(headers, name) == headers.end()) headers.push_back(std::move(name));
  };
  for (const config::KeySource& part : limit.key) add(part);
  for (const config::Condition& condition : limit.when) add(condition.source);
}

}  // namespace

Runtime::Runtime(Settings settings, Clock* clock, Note note, StoreMaker make)
    : serial_(next_serial()),
      clock_(clock),
      settings_(std::move(settings)),
      lasting_(std::make_shared<Lasting>(clock, std::move(note), std::move(make))) {
  use_store(lasting_->make_store(settings_.store, clock_, lasting_->note));
  lasting_->deny_list.share(*store_->impl().room, clock_);
  add_limits(nullptr);
  record_as_configured(nullptr);
}

Runtime::Runtime(Settings settings, const Runtime& before)
    : serial_(next_serial()), clock_(before.clock_), settings_(std::move(settings)), lasting_(before.lasting_) {
  if (same_store(settings_.store, before.settings_.store)) {
    use_store(before.store_);
    if (settings_.store.max_keys != before.settings_.store.max_keys) {
      notes_.emplace_back("the store's changed max_keys takes effect at the next start");
      settings_.store.max_keys = before.settings_.store.max_keys;
    }
  } else {
    use_store(lasting_->make_store(settings_.store, clock_, lasting_->note));
    if (!same_counters(settings_.store, before.settings_.store)) {
      notes_.emplace_back("another store: limits start with what it has counted");
    }
  }
  add_limits(&before);
  // Last of all: what throws leaves the list with the store before. It writes to the store in force, and follows it.
  if (store_ != before.store_) {
    lasting_->deny_list.share(*store_->impl().room, clock_, offer_to(settings_.store, before.settings_.store));
  }
  record_as_configured(&before);
}

void Runtime::record_as_configured(const Runtime* before) {
  prices_ = prices_by_model(settings_.prices);
  std::optional<analytics::Terms> terms;
  if (const auto& wanted = settings_.analytics) {
    terms = analytics::Terms{.bucket = std::chrono::floor<std::chrono::milliseconds>(wanted->bucket).count(),
                             .retention = std::chrono::floor<std::chrono::milliseconds>(wanted->retention).count(),
                             .top = static_cast<std::size_t>(wanted->top)};
  }
  const bool same = before != nullptr && store_ == before->store_;
  if (!same || !terms) {
    if (before != nullptr && before->sharing_ != nullptr) before->sharing_->flush(now());  // the last of it
  }
  lasting_->recorder.configure(terms);
  if (same && terms && before->sharing_ != nullptr) {
    sharing_ = before->sharing_;
  } else if (auto records = terms ? store_->impl().room->records() : nullptr) {
    sharing_ = std::make_shared<analytics::Sharing>(lasting_->recorder, records);
  } else {
    lasting_->recorder.share(nullptr);
  }
}

void Runtime::use_store(std::shared_ptr<Store> store) {
  store_ = std::move(store);
  answers_at_once_ = store_->impl().room->immediate();
  shared_settings_ = store_->impl().room->settings();
}

void Runtime::add_limits(const Runtime* before) {
  alerts_ = alerts::Alerts(alert_terms(settings_.alerts, settings_.limits), lasting_->alerts,
                           store_->impl().room->once(), before == nullptr ? nullptr : &before->alerts_);
  std::vector<std::pair<const EnforcedLimit*, const EnforcedLimit*>> changed;  // the old one and the new one
  for (config::Limit& limit : std::exchange(settings_.limits, {})) {
    const std::string name = limit.name;
    try {
      add_claims(claim_headers_, limit);
      const bool comparable = before != nullptr && store_ == before->store_ &&
                              same_store_behaviour(settings_.store, before->settings_.store);
      const EnforcedLimit* old = before == nullptr ? nullptr : before->enforced(name);
      Limiter limiter = comparable && old != nullptr && same_limiter(limit, old->config)
                            ? Limiter(old->limiter.impl())
                            : enforced_limiter(limit, settings_.store, store_);
      const bool is_new = old != nullptr && limiter.impl() != old->limiter.impl();
      if (is_new && store_ == before->store_ && !same_counters(old->config, limit))
        notes_.push_back("limit '" + name + "' starts afresh");
      EnforcedLimit made =
          enforce(std::move(limit), settings_.prices, std::move(limiter), lasting_->metrics.limit(name));
      made.alerts = alerts_.of(name);
      made.recorded = lasting_->recorder.limit(name);
      limits_.push_back(std::make_shared<const EnforcedLimit>(std::move(made)));
      by_name_.emplace(limits_.back()->config.name, limits_.back());
      if (is_new) changed.emplace_back(old, limits_.back().get());
    } catch (const std::exception& error) {
      throw std::runtime_error("limit '" + name + "': " + error.what());
    }
  }
  // Last of all: what is set on the old ones from now on is lost.
  for (const auto& [old, limit] : changed) {
    const store::Offer how = offer_to(settings_.store, before->settings_.store);
    for (const std::string& dropped : limiter::carry_settings(old->limiter, limit->limiter, how)) {
      notes_.push_back("limit '" + limit->config.name + "': " + dropped);
    }
  }
}

const EnforcedLimit* Runtime::enforced(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second.get();
}

RouteLimits Runtime::limits_of(const RouteSettings& route) const { return limits_of(route, true); }
RouteLimits Runtime::known_limits_of(const RouteSettings& route) const { return limits_of(route, false); }

RouteLimits Runtime::limits_of(const RouteSettings& route, bool unknown_is_wrong) const {
  if (route.limits.size() > max_checks) {
    throw std::runtime_error("route '" + route.name + "' has " + std::to_string(route.limits.size()) +
                             " limits; at most " + std::to_string(max_checks) + " can be decided as one");
  }
  RouteLimits found{
      .name = route.name, .upstream = route.upstream, .limits = {}, .policy = {}, .owners = {}, .model = route.model};
  bool lasting = true;
  for (const std::vector<std::string>& names : route.limits) {
    FirstMatch& first = found.limits.emplace_back();
    for (const std::string& name : names) {
      if (const auto limit = by_name_.find(name); limit != by_name_.end()) {
        first.push_back(limit->second.get());
        found.owners.push_back(limit->second);
        found.looks_at_model = found.looks_at_model || looks_at_model(limit->second->config);
      } else if (unknown_is_wrong) {
        throw std::runtime_error("route '" + route.name + "': no limit is named '" + name + "'");
      }
    }
    if (first.empty()) {
      found.limits.pop_back();
      continue;
    }
    const EnforcedLimit& alone = *first.front();
    if (first.size() > 1) {
      lasting = false;
    } else if (!alone.config.shadow) {
      lasting = lasting && !alone.policy.empty();
      found.policy.append(found.policy.empty() ? "" : ",").append(alone.policy);
    }
  }
  if (!lasting) found.policy.clear();
  return found;
}

std::optional<api::NamedLimit> Runtime::find(std::string_view name) const {
  const EnforcedLimit* limit = enforced(name);
  if (limit == nullptr) return std::nullopt;
  return named(*limit);
}

std::vector<api::NamedLimit> Runtime::limits() const {
  std::vector<api::NamedLimit> all;
  all.reserve(limits_.size());
  for (const auto& limit : limits_) all.push_back(named(*limit));
  return all;
}

const std::shared_ptr<Runtime>& Runtime::current() {
  struct Seen {
    std::uint64_t version = 0;
    std::shared_ptr<Runtime> runtime;
  };
  thread_local Seen seen;
  Installed& all = installed();
  if (all.version.load(std::memory_order_acquire) != seen.version) [[unlikely]] {
    std::shared_ptr<Runtime> old;  // goes after the lock is given back
    const std::scoped_lock lock(all.mutex);
    // Counted by this thread alone: requests that keep it do not meet on one counter.
    const auto own = std::make_shared<std::shared_ptr<Runtime>>(all.runtime);
    old = std::exchange(seen.runtime, std::shared_ptr<Runtime>(own, own->get()));
    seen.version = all.version.load(std::memory_order_relaxed);
  }
  return seen.runtime;
}

std::uint64_t Runtime::version() noexcept { return installed().version.load(std::memory_order_acquire); }

void Runtime::install(std::shared_ptr<Runtime> runtime) {
  Installed& all = installed();
  const std::scoped_lock lock(all.mutex);
  all.runtime.swap(runtime);
  all.version.fetch_add(1, std::memory_order_release);
}

}  // namespace weir::gateway
