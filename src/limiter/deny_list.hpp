// deny_list.hpp: who is denied whatever the limit. Entries end by themselves or stay. Safe from any thread.
//
// `add` and `remove` act in this process alone. Where the store shares settings, change the list by deny() and undeny()
// of run_time_settings.hpp: they write there, and the list follows.
#pragma once

#include "limiter/key_set.hpp"
#include "store/store.hpp"

#include <weir/clock.hpp>
#include <weir/limiter.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace weir::limiter {

class DenyList {
 public:
  static constexpr std::size_t max_entries = 100'000;

  DenyList() = default;
  DenyList(const DenyList&) = delete;
  DenyList& operator=(const DenyList&) = delete;
  ~DenyList();

  // Patterns are those of weir::Options. The same pattern again replaces its entry. The error says what is wrong with
  // the pattern or the time, or that the list is full.
  std::expected<void, std::string> add(std::string_view pattern, std::optional<std::chrono::nanoseconds> ttl,
                                       Instant now);
  // What `add` would say.
  [[nodiscard]] std::expected<void, std::string> check(std::string_view pattern,
                                                       std::optional<std::chrono::nanoseconds> ttl, Instant now) const;
  bool remove(std::string_view pattern);  // false when there was no such entry
  [[nodiscard]] bool denies(std::string_view text, Instant now) const;
  [[nodiscard]] std::vector<DenyEntry> entries(Instant now) const;

  // From now on the list follows what the users of `store` set in the scope of all, and no longer what those of another
  // store do: that one is offered what is on the list now, as `how` says. The same settings again change nothing. One
  // call at a time.
  void share(store::Store& store, Clock* clock, store::Offer how = store::Offer::written);
  [[nodiscard]] std::shared_ptr<store::Settings> settings() const;  // none: not shared

  [[nodiscard]] bool empty() const noexcept { return empty_.load(std::memory_order_relaxed); }  // one load

 private:
  mutable std::shared_mutex mutex_;
  KeySet set_;
  std::atomic<bool> empty_{true};
  std::shared_ptr<store::Settings> settings_;
  std::shared_ptr<void> watching_;
  // What the store's thread reaches the list by, as long as there is one.
  struct Door {
    std::mutex mutex;
    DenyList* list = nullptr;
  };
  std::shared_ptr<Door> door_;
  void close_door();
};

}  // namespace weir::limiter
