// setting_text.hpp: run-time settings of a limit as the texts that processes share through their store.
//
//   rate                  the rate of all keys
//   rate of KEY           of one key; rate number N: of a number
//   deny PATTERN          has no text
//
// A rate is words: `v1 200 per 60000000000 burst 20 anchor 2026-01-15`. The period is in nanoseconds, or month or year;
// what the rule does not have is left out. It is counted as the limit counts, unless an algorithm stands in front:
// `v1 token_bucket 200 per ...`. A reader leaves alone what starts with another version.
#pragma once

#include "limiter/key_rules.hpp"

#include <weir/key.hpp>
#include <weir/rule.hpp>

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace weir::limiter {

struct SettingName {
  enum class Kind { rate, rate_of_key, deny };
  Kind kind = Kind::rate;
  std::optional<OwnedKey> key{};  // rate_of_key
  std::string_view pattern{};     // deny
};

[[nodiscard]] std::string rate_name();
[[nodiscard]] std::string rate_name(Key key);
[[nodiscard]] std::string deny_name(std::string_view pattern);
[[nodiscard]] std::optional<SettingName> read_setting_name(std::string_view name);

// `base` is the limit's own rule. The same text, read with another base, is the same rate counted as that one counts.
[[nodiscard]] std::string rate_setting(const Rule& rule, const Rule& base);
// The error says what is wrong; the rule need not be valid yet.
[[nodiscard]] std::expected<Rule, std::string> read_rate_setting(std::string_view text, const Rule& base);

// The same rate, counted the way `base` counts.
[[nodiscard]] Rule counted_like(const Rule& base, Rule rate);

}  // namespace weir::limiter
