// limiter_impl.hpp: what stands behind a weir::Limiter.
//
// The plain path, which nearly every call takes: memory store, no lists, no rates at run time, not shadow. Then a
// decision is clock -> MemoryStore::take_one, and `plain` says so in one load. Everything else goes through Joint.
#pragma once

#include "limiter/key_rules.hpp"
#include "limiter/local_limits.hpp"
#include "limiter/rejection_cache.hpp"
#include "limiter/store_handle.hpp"

#include <weir/limiter.hpp>

#include <atomic>
#include <chrono>
#include <expected>
#include <memory>
#include <mutex>
#include <string>

namespace weir {

struct Limiter::Impl {
  Impl(Options options, std::string key_prefix, limiter::OpenRule base);

  [[nodiscard]] Instant now() const noexcept { return limiter::now_of(clock); }
  [[nodiscard]] store::Store& room() const { return *handle->room; }
  // Changes the rules and sees anew whether they are plain, one change after the other.
  template <class Change>
  auto change(Change make) {
    const std::scoped_lock lock(change_mutex);
    auto result = make(rules);
    const bool simple = !shadow && !holds_only && rules.plain();
    plain.store(memory != nullptr && simple);
    plainly_leased.store(leased && simple);
    return result;
  }

  std::atomic<bool> plain{false};
  std::atomic<bool> plainly_leased{false};  // its own rule alone holds, and shares of it are fetched ahead
  Clock* const clock;
  store::MemoryStore* const memory;                 // none for other stores
  const std::shared_ptr<const store::Space> space;  // of the limiter's own rule; none when it is unlimited

  const std::shared_ptr<weir::Store> store_handle;
  weir::Store::Impl* const handle;
  const std::string name;
  const std::string prefix;
  const bool shadow;
  const bool holds_only;  // concurrency
  const bool leased;
  const bool cached;
  const OnError on_error;
  const std::chrono::nanoseconds timeout;
  limiter::KeyRules rules;
  std::mutex change_mutex;
  const std::unique_ptr<limiter::RejectionCache> cache;  // none with an immediate store
  const std::unique_ptr<limiter::LocalLimits> local;     // none with an immediate store
  // What is set at run time is written to these, and comes from there; none: it stays here.
  std::shared_ptr<store::Settings> settings;
  std::string scope;               // in the settings
  std::shared_ptr<void> watching;  // of them
};

namespace limiter {

// Checks a rule and opens its space under `prefix`. An unlimited rule needs none.
[[nodiscard]] std::expected<OpenRule, std::string> open_rule(store::Store& store, std::string_view prefix,
                                                             const Rule& rule);
// Whether shares of it can be fetched ahead.
[[nodiscard]] std::expected<void, std::string> leasable(const store::Store& store, const Rule& rule);
// Whether its windows can be counted here.
[[nodiscard]] std::expected<void, std::string> cacheable(const store::Store& store, const Rule& rule);
// Overrides and run-time rates must suit the calls that the limiter takes.
[[nodiscard]] std::expected<void, std::string> same_use(const Rule& base, const Rule& other);

}  // namespace limiter
}  // namespace weir
