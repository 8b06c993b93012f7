// settings.hpp: what is set while processes run, and shared by all that use one store: rates and deny entries. Not
// counters: few, small, and every process holds a copy of all of them.
//
// A setting has a scope (whose it is: a limit's, or that of all) and a name in it; both are data, any byte. What is
// written here acts here at once, elsewhere within 2 s. While the store is away, what was known last stays and nothing
// can be written.
#pragma once

#include "limits/verdict.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store {

// One setting, as its watcher hears of it.
struct SettingChange {
  std::string_view name;                 // in the scope that is watched
  std::optional<std::string_view> text;  // none: it is gone
  std::optional<limits::Nanos> left;     // the time until it ends by itself, > 0; none: it stays
};

enum class SettingsError : std::uint8_t {
  down,  // no answer in time: usually nothing was written; when it was, it is heard of like another's change
  full,  // there are max_settings already
};
// Whether there was such a setting before.
using SettingWritten = std::expected<bool, SettingsError>;
using OnSettingWritten = std::move_only_function<void(SettingWritten)>;

// What other programs have set for a limit where only they keep it.
struct SetElsewhere {
  std::optional<std::int64_t> capacity{};  // stands in the place of the limit's own
  std::vector<std::string> denied{};       // keys, compared whole; at most max_told
};
inline constexpr std::size_t max_told = 10'000;
using OnElsewhere = std::move_only_function<void(std::expected<SetElsewhere, SettingsError>)>;

inline constexpr std::size_t max_settings = 100'000;  // of one namespace

// A setting that was in force before this store took another one's place.
struct OfferedSetting {
  std::string scope;
  std::string name;
  std::string text;
  std::optional<limits::Nanos> ttl;  // > 0; none: it stays
};
enum class Offer : std::uint8_t {
  until_known,  // acts until the store has said what is set: the settings are those of the store before
  written,      // is written, unless the store has a setting of that name
};

// Safe from any thread. Callbacks come on the store's executor (`watch` and `when_current` may call within the call);
// a watcher must not call back into the Settings.
class Settings {
 public:
  virtual ~Settings() = default;

  // With a `ttl` the setting ends by itself and its text must be empty. Watchers of the scope hear of it before `done`.
  virtual void put(std::string_view scope, std::string_view name, std::string_view text,
                   std::optional<limits::Nanos> ttl, OnSettingWritten done) = 0;
  virtual void erase(std::string_view scope, std::string_view name, OnSettingWritten done) = 0;

  // Acts here at once, but for what is known to be set here already; watchers hear of it within the call. What is to be
  // written and can't be yet is offered again with the questions of `poll`, for as long as this lives.
  virtual void offer(std::vector<OfferedSetting> settings, Offer how) = 0;

  // Hears of all that is set in `scope`, now and from now on, until what is returned is dropped. `prefix` is that of
  // the limit's keys, empty for the scope of all: a layout may keep some of its settings beside its counters.
  // Returns a sentence for each thing that it can't use; each is said once to whoever looks after the store.
  using Watcher = std::move_only_function<std::vector<std::string>(std::span<const SettingChange>)>;
  [[nodiscard]] virtual std::shared_ptr<void> watch(std::string_view scope, std::string_view prefix,
                                                    Watcher changed) = 0;

  // True once the store has said what is set. One load.
  [[nodiscard]] virtual bool known() const noexcept = 0;
  // True when what is known is less than 2 s old, or the store could not say better a moment ago. Two loads and a
  // clock.
  [[nodiscard]] virtual bool current() const noexcept = 0;
  // Asks if need be, and calls once it is so: the caller waits no longer than its own deadline.
  virtual void when_current(std::move_only_function<void()> done) = 0;

  // `prefix`: that of the limit's keys. A question to the store, for people who look; `done` within the call where
  // there is no such place.
  virtual void look_elsewhere(std::string_view /*prefix*/, OnElsewhere done) { done(SetElsewhere{}); }

  // Asks for changes, at most once a second; cheap in between. Stores call it with each decision; whoever wants
  // changes to act while nobody decides calls it from time to time.
  virtual void poll() = 0;
};

// The scope of what names no limit.
inline constexpr std::string_view scope_of_all = "*";

}  // namespace weir::store
