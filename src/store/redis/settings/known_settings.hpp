// known_settings.hpp: the settings as this process knows them, and who hears of a change. Pure but for its lock, which
// is held while watchers are told, so that each hears changes in their order. From any thread.
#pragma once

#include "store/redis/settings/settings_snapshot.hpp"
#include "store/settings.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis {

class KnownSettings {
 public:
  using Steady = std::chrono::steady_clock::time_point;

  // `on_notice` hears once each, of at most 100, what can't be used.
  explicit KnownSettings(std::function<void(std::string_view sentence)> on_notice) : on_notice_(std::move(on_notice)) {}

  // Tells at once what the scope holds; then changes, as long as the result lives. `prefix`: of the limit's keys;
  // empty: of no limit.
  [[nodiscard]] std::shared_ptr<void> watch(std::string_view scope, std::string_view prefix, Settings::Watcher changed,
                                            Steady now);
  // The prefix of the limit whose scope this is; empty when nobody watches it, or it is none's.
  [[nodiscard]] std::string prefix_of(std::string_view scope) const;

  // All there is, as Redis said just now.
  void become(SharedSettingsByField all, std::int64_t redis_ms, Steady now);
  // One of them, as it was written just now; none: it is gone.
  void set(const std::string& field, SharedSetting setting, std::int64_t redis_ms, Steady now);
  void erase(const std::string& field, Steady now);
  // One that acted elsewhere, until `become` says otherwise: for so long, or no end. False when there is one, or no
  // room.
  bool assume(const std::string& field, std::string text, std::optional<std::chrono::nanoseconds> left, Steady now);

  void say(std::string sentence);

 private:
  struct Watching {
    std::string start;   // of the scope's fields
    std::string prefix;  // of the limit's keys
    Settings::Watcher changed;
  };
  struct Change {
    std::string_view field;
    const SharedSetting* setting;  // none: it is gone
  };

  // Holds mutex_; then, when it is free again, says what there is to say: whoever hears it may ask us.
  class Locked;

  // All of these want mutex_.
  void tell(std::span<const Change> changes, Steady now);
  void tell(Watching& watching, std::span<const Change> changes, Steady now);
  void say_once(std::string sentence);
  [[nodiscard]] std::int64_t redis_ms(Steady now) const;

  const std::function<void(std::string_view sentence)> on_notice_;
  mutable std::mutex mutex_;
  SharedSettingsByField known_;
  std::int64_t redis_ms_ = 0;  // Redis' clock, at
  Steady redis_ms_at_{};       // this time of ours
  std::vector<std::weak_ptr<Watching>> watching_;
  std::set<std::string> said_;
  std::vector<std::string> to_say_;
};

}  // namespace weir::store::redis
