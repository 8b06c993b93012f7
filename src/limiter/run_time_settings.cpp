#include "limiter/run_time_settings.hpp"

#include "limiter/setting_text.hpp"

#include <exception>
#include <utility>
#include <vector>

namespace weir::limiter {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t longest_name = KeySet::max_pattern;

std::unexpected<NotSet> unfit(std::string sentence) {
  return std::unexpected(NotSet{.store_down = false, .sentence = std::move(sentence)});
}

SetResult set_result(store::SettingWritten written) {
  if (written) return *written;
  if (written.error() == store::SettingsError::full) {
    return unfit("there are " + std::to_string(store::max_settings) + " settings at run time already");
  }
  return std::unexpected(
      NotSet{.store_down = true, .sentence = "the store does not answer, and what is set at run time is kept there"});
}

store::OnSettingWritten answer_to(OnSet done) {
  return [done = std::move(done)](store::SettingWritten written) mutable { done(set_result(written)); };
}

std::expected<OpenRule, std::string> usable(const Limiter::Impl& limiter, const Rule& rule) {
  try {
    auto opened = open_rule(limiter.room(), limiter.prefix, rule);
    if (!opened) return opened;
    if (auto fits = same_use(limiter.rules.base().rule, rule); !fits) return std::unexpected(std::move(fits.error()));
    return opened;
  } catch (const std::exception& error) {  // a layout that can't count so
    return std::unexpected(error.what());
  }
}

void forget_refusals(Limiter::Impl& limiter) {
  if (limiter.cache) limiter.cache->forget_all();
}
void forget_refusals(Limiter::Impl& limiter, Key key) {
  if (limiter.cache) limiter.cache->forget(key);
}

std::optional<Instant> end_of(std::optional<nanoseconds> ttl, Instant now) {
  const bool ends = ttl && *ttl < KeySet::forever - now;
  return ends ? std::optional(now + *ttl) : std::nullopt;
}

// What came from the store, one after the other.
class Applying {
 public:
  explicit Applying(Limiter::Impl& limiter) : limiter_(limiter), now_(limiter.now()) {}

  void apply(const store::SettingChange& change) {
    const auto name = read_setting_name(change.name);
    if (!name) return complain("a setting that this version of Weir does not know");
    std::expected<void, std::string> applied;
    switch (name->kind) {
      case SettingName::Kind::rate:
      case SettingName::Kind::rate_of_key:
        applied = apply_rate(name->key, change.text);
        break;
      case SettingName::Kind::deny:
        applied = apply_denial(name->pattern, change);
        break;
    }
    if (applied) return;
    complain(name->kind == SettingName::Kind::rate   ? "the rate: " + applied.error()
             : name->kind == SettingName::Kind::deny ? "a deny entry"  // the error may hold a part of the key
                                                     : "a key's rate: " + applied.error());
  }

  [[nodiscard]] std::vector<std::string> complaints() && {
    if (refusals_may_be_over_) forget_refusals(limiter_);
    return std::move(complaints_);
  }

 private:
  std::expected<void, std::string> apply_rate(const std::optional<OwnedKey>& key,
                                              std::optional<std::string_view> text) {
    std::expected<OpenRule, std::string> opened;
    if (text) {
      const auto rule = read_rate_setting(*text, limiter_.rules.base().rule);
      if (!rule) {
        opened = std::unexpected(rule.error());
      } else {
        opened = usable(limiter_, *rule);
      }
    }
    refusals_may_be_over_ = true;
    return limiter_.change([&](KeyRules& rules) -> std::expected<void, std::string> {
      if (!text || !opened) {  // what can't be used takes the place of what was before it: the rest holds
        key ? rules.clear_rate(key->view()) : rules.clear_rate();
        return opened ? std::expected<void, std::string>{} : std::unexpected(opened.error());
      }
      if (key) return rules.set_rate(key->view(), *std::move(opened));
      rules.set_rate(*std::move(opened));
      return {};
    });
  }

  std::expected<void, std::string> apply_denial(std::string_view pattern, const store::SettingChange& change) {
    refusals_may_be_over_ = true;
    return limiter_.change([&](KeyRules& rules) -> std::expected<void, std::string> {
      if (change.text) return rules.deny(pattern, end_of(change.left, now_).value_or(KeySet::forever), now_);
      rules.undeny(pattern);
      return {};
    });
  }

  void complain(const std::string& what) {
    std::string sentence = "limit '" + limiter_.scope + "': what was set at run time can't be used: " + what;
    if (complaints_.empty() || complaints_.back() != sentence) complaints_.push_back(std::move(sentence));
  }

  Limiter::Impl& limiter_;
  const Instant now_;
  bool refusals_may_be_over_ = false;
  std::vector<std::string> complaints_;
};

// Checks, then writes: what it becomes here comes back from the settings.
void write_rate(Limiter::Impl& limiter, std::string name, const Rule& rule, OnSet done) {
  if (name.size() > longest_name) return done(unfit("the key of a rate at run time has at most 8192 bytes"));
  if (const auto opened = usable(limiter, rule); !opened) return done(unfit(opened.error()));
  limiter.settings->put(limiter.scope, name, rate_setting(rule, limiter.rules.base().rule), std::nullopt,
                        answer_to(std::move(done)));
}

}  // namespace

std::expected<void, std::string> check_rate(const Limiter::Impl& limiter, const Rule& rule) {
  auto opened = usable(limiter, rule);
  if (!opened) return std::unexpected(std::move(opened.error()));
  return {};
}

void set_rate(Limiter& of, const Rule& rule, OnSet done) {
  Limiter::Impl& limiter = *of.impl();
  if (limiter.settings != nullptr) return write_rate(limiter, rate_name(), rule, std::move(done));
  auto opened = usable(limiter, rule);
  if (!opened) return done(unfit(opened.error()));
  const bool before = limiter.change([&](KeyRules& rules) {
    const bool had = rules.rate().runtime;
    rules.set_rate(*std::move(opened));
    return had;
  });
  forget_refusals(limiter);
  done(before);
}

void set_rate(Limiter& of, Key key, const Rule& rule, OnSet done) {
  Limiter::Impl& limiter = *of.impl();
  if (limiter.settings != nullptr) return write_rate(limiter, rate_name(key), rule, std::move(done));
  auto opened = usable(limiter, rule);
  if (!opened) return done(unfit(opened.error()));
  auto set = limiter.change([&](KeyRules& rules) { return rules.set_rate(key, *std::move(opened)); });
  forget_refusals(limiter, key);
  done(set ? SetResult(false) : unfit(set.error()));
}

void clear_rate(Limiter& of, OnSet done) {
  Limiter::Impl& limiter = *of.impl();
  if (limiter.settings != nullptr)
    return limiter.settings->erase(limiter.scope, rate_name(), answer_to(std::move(done)));
  const bool cleared = limiter.change([](KeyRules& rules) { return rules.clear_rate(); });
  forget_refusals(limiter);
  done(cleared);
}

void clear_rate(Limiter& of, Key key, OnSet done) {
  Limiter::Impl& limiter = *of.impl();
  if (limiter.settings != nullptr) {
    return limiter.settings->erase(limiter.scope, rate_name(key), answer_to(std::move(done)));
  }
  const bool cleared = limiter.change([&](KeyRules& rules) { return rules.clear_rate(key); });
  forget_refusals(limiter, key);
  done(cleared);
}

void deny(Limiter& of, std::string_view pattern, std::optional<nanoseconds> ttl, OnSet done) {
  Limiter::Impl& limiter = *of.impl();
  if (ttl && *ttl <= nanoseconds::zero()) return done(unfit("a ttl must be above 0"));
  const Instant now = limiter.now();
  const std::optional<Instant> end = end_of(ttl, now);
  if (limiter.settings != nullptr) {
    if (const auto fits = limiter.rules.deniable(pattern, now); !fits) return done(unfit(fits.error()));
    return limiter.settings->put(limiter.scope, deny_name(pattern), {}, end ? ttl : std::nullopt,
                                 answer_to(std::move(done)));
  }
  auto denied =
      limiter.change([&](KeyRules& rules) { return rules.deny(pattern, end.value_or(KeySet::forever), now); });
  done(denied ? SetResult(false) : unfit(denied.error()));
}

void undeny(Limiter& of, std::string_view pattern, OnSet done) {
  const std::shared_ptr<Limiter::Impl>& limiter = of.impl();
  const auto undeny_here = [](Limiter::Impl& one, std::string_view what) {
    return one.change([&](KeyRules& rules) {
      const bool denied = rules.undeny(what);
      return rules.undeny_configured(what) || denied;
    });
  };
  if (limiter->settings == nullptr) return done(undeny_here(*limiter, pattern));
  limiter->settings->erase(limiter->scope, deny_name(pattern),
                           [limiter, undeny_here, pattern = std::string(pattern),
                            done = std::move(done)](store::SettingWritten written) mutable {
                             const bool denied = written && undeny_here(*limiter, pattern);
                             done(written ? SetResult(*written || denied) : set_result(written));
                           });
}

void deny(DenyList& list, std::string_view pattern, std::optional<nanoseconds> ttl, Instant now, OnSet done) {
  const auto settings = list.settings();
  if (settings == nullptr) {
    auto added = list.add(pattern, ttl, now);
    return done(added ? SetResult(false) : unfit(added.error()));
  }
  if (const auto fits = list.check(pattern, ttl, now); !fits) return done(unfit(fits.error()));
  settings->put(store::scope_of_all, deny_name(pattern), {}, end_of(ttl, now) ? ttl : std::nullopt,
                answer_to(std::move(done)));
}

void undeny(DenyList& list, std::string_view pattern, OnSet done) {
  const auto settings = list.settings();
  if (settings == nullptr) return done(list.remove(pattern));
  settings->erase(store::scope_of_all, deny_name(pattern), answer_to(std::move(done)));
}

void share_settings(const std::shared_ptr<Limiter::Impl>& limiter, bool has_keys_of_its_own) {
  if (has_keys_of_its_own) return;
  auto settings = limiter->room().settings();
  if (settings == nullptr) return;
  limiter->scope = limiter->name.empty() ? "@" + limiter->prefix : limiter->name;
  limiter->watching = settings->watch(
      limiter->scope, limiter->prefix,
      [weak = std::weak_ptr(limiter)](std::span<const store::SettingChange> changes) -> std::vector<std::string> {
        const auto owner = weak.lock();
        if (owner == nullptr) return {};
        Applying applying(*owner);
        for (const store::SettingChange& change : changes) applying.apply(change);
        return std::move(applying).complaints();
      });
  limiter->settings = std::move(settings);
}

}  // namespace weir::limiter
