#include "limiter/key_rules.hpp"

#include <array>
#include <charconv>
#include <mutex>
#include <utility>

namespace weir::limiter {
namespace {

// The text that patterns see: a number's is its decimal form.
class PatternText {
 public:
  explicit PatternText(Key key) : view_(key.text()) {
    if (!key.is_number()) return;
    const auto [end, error] = std::to_chars(digits_.data(), digits_.data() + digits_.size(), key.number());
    view_ = std::string_view(digits_.data(), end);
  }
  PatternText(const PatternText&) = delete;
  PatternText& operator=(const PatternText&) = delete;
  operator std::string_view() const { return view_; }  // NOLINT(google-explicit-constructor)

 private:
  std::array<char, 20> digits_;
  std::string_view view_;
};

}  // namespace

std::size_t KeyRules::OwnedKeyHash::operator()(const OwnedKey& key) const {
  return key.number ? std::hash<std::uint64_t>{}(*key.number) : std::hash<std::string>{}(key.text);
}

std::expected<void, std::string> KeyRules::add_override(std::string_view pattern, OpenRule rule) {
  const std::unique_lock lock(mutex_);
  auto added = override_patterns_.add(pattern, static_cast<std::uint32_t>(overrides_.size()));
  if (added) overrides_.push_back(std::move(rule));
  return added;
}

std::expected<void, std::string> KeyRules::deny(std::string_view pattern, Instant ends, Instant now) {
  const std::unique_lock lock(mutex_);
  if (deny_.size() >= max_entries && !deny_.contains(pattern) && deny_.remove_ended(now) == 0) {
    return std::unexpected("the deny list is full: it holds 100000 entries");
  }
  return deny_.add(pattern, 0, ends);
}

std::expected<void, std::string> KeyRules::deniable(std::string_view pattern, Instant now) const {
  const std::shared_lock lock(mutex_);
  return deny_.check(pattern, max_entries, now);
}

bool KeyRules::undeny(std::string_view pattern) {
  const std::unique_lock lock(mutex_);
  return deny_.remove(pattern);
}

bool KeyRules::undeny_configured(std::string_view pattern) {
  const std::unique_lock lock(mutex_);
  return configured_deny_.remove(pattern);
}

std::vector<DenyEntry> KeyRules::denied(Instant now) const {
  const std::shared_lock lock(mutex_);
  std::vector<DenyEntry> denied;
  for (KeySet::Entry& entry : configured_deny_.entries()) denied.push_back({std::move(entry.pattern), std::nullopt});
  for (KeySet::Entry& entry : deny_.entries()) {
    if (entry.ends <= now || configured_deny_.contains(entry.pattern)) continue;
    const auto expires = entry.ends == KeySet::forever ? std::nullopt : std::optional(entry.ends);
    denied.push_back({std::move(entry.pattern), expires});
  }
  return denied;
}

void KeyRules::set_rate(OpenRule rule) {
  const std::unique_lock lock(mutex_);
  runtime_ = std::move(rule);
}

std::expected<void, std::string> KeyRules::set_rate(Key key, OpenRule rule) {
  OwnedKey owned(key);
  const std::unique_lock lock(mutex_);
  if (runtime_by_key_.size() >= max_entries && !runtime_by_key_.contains(owned)) {
    return std::unexpected("100000 keys have a rate of their own already");
  }
  runtime_by_key_.insert_or_assign(std::move(owned), std::move(rule));
  return {};
}

bool KeyRules::clear_rate() {
  const std::unique_lock lock(mutex_);
  return std::exchange(runtime_, std::nullopt).has_value();
}

bool KeyRules::clear_rate(Key key) {
  const std::unique_lock lock(mutex_);
  return runtime_by_key_.erase(OwnedKey(key)) != 0;
}

KeyRules::Choice KeyRules::choose(Key key, std::string_view text, Instant now) const {
  if (!runtime_by_key_.empty()) {
    const auto found = runtime_by_key_.find(OwnedKey(key));
    if (found != runtime_by_key_.end()) return {&found->second, true};
  }
  if (const auto index = override_patterns_.find(text, now)) return {&overrides_[*index], false};
  if (runtime_) return {&*runtime_, true};
  return {&base_, false};
}

KeyStanding KeyRules::standing_of(Key key, Instant now, bool deniable) const {
  const PatternText text(key);
  const std::shared_lock lock(mutex_);
  if (deniable && (configured_deny_.find(text, now) || deny_.find(text, now))) return {Standing::denied, nullptr};
  if (allow_.find(text, now)) return {Standing::unlimited, nullptr};
  const OpenRule& rule = *choose(key, text, now).rule;
  return {rule.space == nullptr ? Standing::unlimited : Standing::counted, rule.space};
}

Rate KeyRules::rate() const {
  const std::shared_lock lock(mutex_);
  return runtime_ ? Rate{runtime_->rule, true} : Rate{base_.rule, false};
}

Rate KeyRules::rate_of(Key key, Instant now) const {
  const PatternText text(key);
  const std::shared_lock lock(mutex_);
  const Choice choice = choose(key, text, now);
  return {choice.rule->rule, choice.runtime};
}

std::vector<OpenRule> KeyRules::rules_of(Key key, Instant now) const {
  const PatternText text(key);
  const std::shared_lock lock(mutex_);
  std::vector<OpenRule> rules{base_};
  if (runtime_) rules.push_back(*runtime_);
  if (const auto index = override_patterns_.find(text, now)) rules.push_back(overrides_[*index]);
  const auto own = runtime_by_key_.find(OwnedKey(key));
  if (own != runtime_by_key_.end()) rules.push_back(own->second);
  return rules;
}

std::vector<OpenRule> KeyRules::all_rules() const {
  const std::shared_lock lock(mutex_);
  std::vector<OpenRule> rules{base_};
  if (runtime_) rules.push_back(*runtime_);
  rules.insert(rules.end(), overrides_.begin(), overrides_.end());
  for (const auto& [key, rule] : runtime_by_key_) rules.push_back(rule);
  return rules;
}

RunTimeSettings KeyRules::set_at_run_time(Instant now) const {
  const std::shared_lock lock(mutex_);
  RunTimeSettings settings;
  if (runtime_) settings.rate = runtime_->rule;
  for (const auto& [key, rule] : runtime_by_key_) settings.rates.emplace_back(key, rule.rule);
  for (KeySet::Entry& entry : deny_.entries()) {
    if (entry.ends > now) settings.denied.push_back(std::move(entry));
  }
  return settings;
}

bool KeyRules::plain() const {
  const std::shared_lock lock(mutex_);
  return base_.space != nullptr && override_patterns_.empty() && allow_.empty() && configured_deny_.empty() &&
         deny_.empty() && !runtime_ && runtime_by_key_.empty();
}

}  // namespace weir::limiter
