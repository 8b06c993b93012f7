#include "store/redis/settings/known_settings.hpp"

#include "limits/wide.hpp"
#include "store/redis/settings/setting_field.hpp"

#include <algorithm>
#include <utility>

namespace weir::store::redis {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

class KnownSettings::Locked {
 public:
  explicit Locked(KnownSettings& settings) : settings_(settings), lock_(settings.mutex_) {}
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  ~Locked() {
    const std::vector<std::string> sentences = std::exchange(settings_.to_say_, {});
    lock_.unlock();
    for (const std::string& sentence : sentences) settings_.on_notice_(sentence);
  }

 private:
  KnownSettings& settings_;
  std::unique_lock<std::mutex> lock_;
};

std::int64_t KnownSettings::redis_ms(Steady now) const {
  return redis_ms_ + std::chrono::floor<milliseconds>(now - redis_ms_at_).count();
}

std::shared_ptr<void> KnownSettings::watch(std::string_view scope, std::string_view prefix, Settings::Watcher changed,
                                           Steady now) {
  auto watching = std::make_shared<Watching>(
      Watching{.start = scope_start(scope), .prefix = std::string(prefix), .changed = std::move(changed)});
  const Locked locked(*this);
  std::vector<Change> all;
  for (auto at = known_.lower_bound(watching->start); at != known_.end() && at->first.starts_with(watching->start);
       ++at) {
    all.push_back({at->first, &at->second});
  }
  tell(*watching, all, now);
  watching_.push_back(watching);
  return watching;
}

std::string KnownSettings::prefix_of(std::string_view scope) const {
  const std::string start = scope_start(scope);
  std::string prefix;
  const std::scoped_lock lock(mutex_);
  for (const auto& one : watching_) {
    if (const auto watching = one.lock(); watching && watching->start == start) prefix = watching->prefix;
  }
  return prefix;
}

void KnownSettings::become(SharedSettingsByField all, std::int64_t redis_ms, Steady now) {
  const Locked locked(*this);
  redis_ms_ = redis_ms;
  redis_ms_at_ = now;
  const SharedSettingsByField before = std::exchange(known_, std::move(all));
  std::vector<Change> changes;
  auto old = before.begin();
  for (const auto& [field, setting] : known_) {
    for (; old != before.end() && old->first < field; ++old) changes.push_back({old->first, nullptr});
    const bool had = old != before.end() && old->first == field;
    if (!had || old->second != setting) changes.push_back({field, &setting});
    if (had) ++old;
  }
  for (; old != before.end(); ++old) changes.push_back({old->first, nullptr});
  tell(changes, now);
}

void KnownSettings::set(const std::string& field, SharedSetting setting, std::int64_t redis_ms, Steady now) {
  const Locked locked(*this);
  redis_ms_ = redis_ms;
  redis_ms_at_ = now;
  if (known_.size() >= max_settings) {
    std::erase_if(known_,
                  [redis_ms](const auto& one) { return one.second.ends_ms && *one.second.ends_ms <= redis_ms; });
  }
  const Change change{field, &known_.insert_or_assign(field, std::move(setting)).first->second};
  tell(std::span(&change, 1), now);
}

void KnownSettings::erase(const std::string& field, Steady now) {
  const Locked locked(*this);
  known_.erase(field);
  const Change change{field, nullptr};
  tell(std::span(&change, 1), now);
}

bool KnownSettings::assume(const std::string& field, std::string text, std::optional<nanoseconds> left, Steady now) {
  const Locked locked(*this);
  if (known_.size() >= max_settings) return false;
  SharedSetting setting{.text = std::move(text), .ends_ms = {}};
  if (left) setting.ends_ms = redis_ms(now) + std::chrono::ceil<milliseconds>(*left).count();
  const auto [known, is_new] = known_.try_emplace(field, std::move(setting));
  if (!is_new) return false;
  const Change change{known->first, &known->second};
  tell(std::span(&change, 1), now);
  return true;
}

void KnownSettings::tell(std::span<const Change> changes, Steady now) {
  std::erase_if(watching_, [](const std::weak_ptr<Watching>& one) { return one.expired(); });
  if (changes.empty()) return;
  for (const std::weak_ptr<Watching>& one : watching_) {
    if (const auto watching = one.lock()) tell(*watching, changes, now);
  }
}

void KnownSettings::tell(Watching& watching, std::span<const Change> changes, Steady now) {
  const std::string& start = watching.start;
  auto at = std::ranges::lower_bound(changes, std::string_view(start), {}, &Change::field);
  std::vector<SettingChange> told;
  for (; at != changes.end() && at->field.starts_with(start); ++at) {
    SettingChange change{.name = at->field.substr(start.size()), .text = {}, .left = {}};
    if (at->setting != nullptr) {
      change.text = at->setting->text;
      if (at->setting->ends_ms) {
        const limits::Wide left_ms = limits::Wide{*at->setting->ends_ms} - redis_ms(now);
        change.left = nanoseconds(limits::saturated(left_ms * 1'000'000));
        if (*change.left <= nanoseconds::zero()) change = {.name = change.name, .text = {}, .left = {}};
      }
    }
    told.push_back(change);
  }
  if (told.empty()) return;
  for (std::string& sentence : watching.changed(told)) say_once(std::move(sentence));
}

void KnownSettings::say(std::string sentence) {
  const Locked locked(*this);
  say_once(std::move(sentence));
}

void KnownSettings::say_once(std::string sentence) {
  constexpr std::size_t most = 100;
  if (!on_notice_ || said_.size() >= most) return;
  const auto [said, is_new] = said_.insert(std::move(sentence));
  if (is_new) to_say_.push_back(*said);
}

}  // namespace weir::store::redis
