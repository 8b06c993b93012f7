#include "limiter/deny_list.hpp"

#include "limiter/setting_text.hpp"
#include "limiter/store_handle.hpp"

#include <mutex>
#include <utility>

namespace weir::limiter {

std::expected<void, std::string> DenyList::add(std::string_view pattern, std::optional<std::chrono::nanoseconds> ttl,
                                               Instant now) {
  if (ttl && *ttl <= std::chrono::nanoseconds::zero()) return std::unexpected("a ttl must be above 0");
  const bool ends = ttl && *ttl < KeySet::forever - now;
  const std::unique_lock lock(mutex_);
  const bool is_new = set_.size() >= max_entries && !set_.contains(pattern);
  if (is_new && set_.remove_ended(now) == 0) return std::unexpected("the deny list is full: 100,000 entries");
  auto added = set_.add(pattern, 0, ends ? now + *ttl : KeySet::forever);
  empty_.store(set_.empty(), std::memory_order_relaxed);
  return added;
}

std::expected<void, std::string> DenyList::check(std::string_view pattern, std::optional<std::chrono::nanoseconds> ttl,
                                                 Instant now) const {
  if (ttl && *ttl <= std::chrono::nanoseconds::zero()) return std::unexpected("a ttl must be above 0");
  const std::shared_lock lock(mutex_);
  return set_.check(pattern, max_entries, now);
}

bool DenyList::remove(std::string_view pattern) {
  const std::unique_lock lock(mutex_);
  const bool removed = set_.remove(pattern);
  empty_.store(set_.empty(), std::memory_order_relaxed);
  return removed;
}

bool DenyList::denies(std::string_view text, Instant now) const {
  if (empty()) return false;
  const std::shared_lock lock(mutex_);
  return set_.find(text, now).has_value();
}

std::vector<DenyEntry> DenyList::entries(Instant now) const {
  std::vector<DenyEntry> found;
  const std::shared_lock lock(mutex_);
  for (const KeySet::Entry& entry : set_.entries()) {
    if (entry.ends <= now) continue;
    found.push_back({entry.pattern, entry.ends == KeySet::forever ? std::nullopt : std::optional(entry.ends)});
  }
  return found;
}

DenyList::~DenyList() { close_door(); }

void DenyList::close_door() {
  if (door_ == nullptr) return;
  const std::scoped_lock lock(door_->mutex);
  door_->list = nullptr;
}

void DenyList::share(store::Store& store, Clock* clock, store::Offer how) {
  auto settings = store.settings();
  if (settings == this->settings()) return;
  close_door();
  {
    const std::unique_lock lock(mutex_);
    settings_ = settings;
  }
  if (settings == nullptr) return;
  const Instant seen = now_of(clock);
  std::vector<store::OfferedSetting> offered;
  for (const DenyEntry& entry : entries(seen)) {
    const auto left = entry.expires ? std::optional<store::Nanos>(*entry.expires - seen) : std::nullopt;
    offered.push_back(
        {.scope = std::string(store::scope_of_all), .name = deny_name(entry.pattern), .text = {}, .ttl = left});
  }
  door_ = std::make_shared<Door>();
  door_->list = this;
  watching_ = settings->watch(store::scope_of_all, {}, [door = door_, clock](auto changes) -> std::vector<std::string> {
    const std::scoped_lock lock(door->mutex);
    if (door->list == nullptr) return {};
    const Instant now = now_of(clock);
    std::vector<std::string> complaints;
    for (const store::SettingChange& change : changes) {
      const auto name = read_setting_name(change.name);
      if (!name || name->kind != SettingName::Kind::deny) continue;
      if (!change.text) {
        door->list->remove(name->pattern);
      } else if (!door->list->add(name->pattern, change.left, now)) {
        complaints = {"the deny list: an entry that was set at run time can't be used"};
      }
    }
    return complaints;
  });
  // All of the list is offered: what the store does not take to go by leaves the list, as its watcher hears.
  if (!offered.empty()) settings->offer(std::move(offered), how);
}

std::shared_ptr<store::Settings> DenyList::settings() const {
  const std::shared_lock lock(mutex_);
  return settings_;
}

}  // namespace weir::limiter
