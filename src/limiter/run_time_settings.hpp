// run_time_settings.hpp: rates and deny entries that are set while the process runs.
//
// Where the store shares settings, a change is checked here, written there, and acts when it has been written; what
// others write comes the same way. Elsewhere a change acts at once. Both end in the same place: the limiter's KeyRules.
#pragma once

#include "limiter/deny_list.hpp"
#include "limiter/limiter_impl.hpp"

#include <weir/limiter.hpp>

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::limiter {

// Why something was not set: nothing has changed.
struct NotSet {
  bool store_down = false;  // else what was asked can't be
  std::string sentence;
  friend bool operator==(const NotSet&, const NotSet&) = default;
};
// Whether there was such a setting before.
using SetResult = std::expected<bool, NotSet>;
using OnSet = std::move_only_function<void(SetResult)>;

// `done` is called once: within the call, or on the store's thread when it has answered or given up (a second). Texts
// are copied.
void set_rate(Limiter& limiter, const Rule& rule, OnSet done);
void set_rate(Limiter& limiter, Key key, const Rule& rule, OnSet done);
void clear_rate(Limiter& limiter, OnSet done);
void clear_rate(Limiter& limiter, Key key, OnSet done);
void deny(Limiter& limiter, std::string_view pattern, std::optional<std::chrono::nanoseconds> ttl, OnSet done);
void undeny(Limiter& limiter, std::string_view pattern, OnSet done);

// The same of a list that names no limit; it must live until `done`.
void deny(DenyList& list, std::string_view pattern, std::optional<std::chrono::nanoseconds> ttl, Instant now,
          OnSet done);
void undeny(DenyList& list, std::string_view pattern, OnSet done);

// Whether the limiter can go by this rate. The error is a sentence.
[[nodiscard]] std::expected<void, std::string> check_rate(const Limiter::Impl& limiter, const Rule& rule);

// Waits for what `set` is told: not longer than settings take. Throws std::logic_error where the answer would come in
// the thread that waits.
[[nodiscard]] SetResult set_and_wait(const store::Store& store, std::move_only_function<void(OnSet)> set);

// What other programs have set for the limiter where only they keep it: the rate that is in force for it (none: its
// own, or one that was set at run time here), and who is denied. Waits for the store; none when it does not answer.
struct Elsewhere {
  std::optional<Rule> rate{};
  std::vector<std::string> denied{};
};
[[nodiscard]] std::optional<Elsewhere> set_elsewhere(const Limiter& limiter);

// From now on the limiter follows what its store's users set: under its name, else under its prefix. Not for one whose
// keys are its own: what was set for it would outlive it.
void share_settings(const std::shared_ptr<Limiter::Impl>& limiter, bool has_keys_of_its_own);

}  // namespace weir::limiter
