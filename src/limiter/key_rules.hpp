// key_rules.hpp: which rule holds for a key: denied, never limited, or counted in a space of the store.
//
// Rates: the key's own at run time, then `overrides`, then the one for all at run time, then the limiter's rule.
// Readers share a lock; the plain path of a limiter that has none of these never comes here.
#pragma once

#include "limiter/key_set.hpp"
#include "store/owned_key.hpp"
#include "store/store.hpp"

#include <weir/limiter.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace weir::limiter {

// A rule and where it counts; an unlimited rule has no space.
struct OpenRule {
  Rule rule;
  std::shared_ptr<const store::Space> space;
};

enum class Standing : std::uint8_t { counted, unlimited, denied };

struct KeyStanding {
  Standing standing = Standing::counted;
  std::shared_ptr<const store::Space> space;  // when counted
};

using store::OwnedKey;

// What was set since the limiter was made.
struct RunTimeSettings {
  std::optional<Rule> rate;
  std::vector<std::pair<OwnedKey, Rule>> rates;  // of single keys
  std::vector<KeySet::Entry> denied;
};

class KeyRules {
 public:
  static constexpr std::size_t max_entries = 100'000;  // of the deny list, and of keys with a rate at run time

  explicit KeyRules(OpenRule base) : base_(std::move(base)) {}

  // While the limiter is made.
  std::expected<void, std::string> add_override(std::string_view pattern, OpenRule rule);
  std::expected<void, std::string> add_allow(std::string_view pattern) { return allow_.add(pattern); }
  std::expected<void, std::string> add_deny(std::string_view pattern) { return configured_deny_.add(pattern); }

  std::expected<void, std::string> deny(std::string_view pattern, Instant ends, Instant now);
  // What `deny` would say.
  [[nodiscard]] std::expected<void, std::string> deniable(std::string_view pattern, Instant now) const;
  bool undeny(std::string_view pattern);             // what was denied at run time
  bool undeny_configured(std::string_view pattern);  // while the limiter was made
  [[nodiscard]] std::vector<DenyEntry> denied(Instant now) const;

  void set_rate(OpenRule rule);
  std::expected<void, std::string> set_rate(Key key, OpenRule rule);
  bool clear_rate();
  bool clear_rate(Key key);

  [[nodiscard]] KeyStanding standing_of(Key key, Instant now, bool deniable) const;
  [[nodiscard]] Rate rate() const;
  [[nodiscard]] Rate rate_of(Key key, Instant now) const;
  // Every space that this key, or any key, may have been counted in.
  [[nodiscard]] std::vector<OpenRule> rules_of(Key key, Instant now) const;
  [[nodiscard]] std::vector<OpenRule> all_rules() const;
  [[nodiscard]] RunTimeSettings set_at_run_time(Instant now) const;

  [[nodiscard]] const OpenRule& base() const { return base_; }
  // True when the limiter's rule alone holds, for every key.
  [[nodiscard]] bool plain() const;

 private:
  struct OwnedKeyHash {
    std::size_t operator()(const OwnedKey& key) const;
  };
  struct Choice {
    const OpenRule* rule;
    bool runtime;
  };

  [[nodiscard]] Choice choose(Key key, std::string_view text, Instant now) const;

  mutable std::shared_mutex mutex_;
  const OpenRule base_;
  KeySet override_patterns_;
  std::vector<OpenRule> overrides_;
  KeySet allow_;
  KeySet configured_deny_;
  KeySet deny_;  // at run time
  std::optional<OpenRule> runtime_;
  std::unordered_map<OwnedKey, OpenRule, OwnedKeyHash> runtime_by_key_;
};

}  // namespace weir::limiter
