#include "store/regions/settings.hpp"

#include "store/regions/watching.hpp"

#include <algorithm>
#include <utility>

namespace weir::store {

using std::chrono::steady_clock;

// Several writes at once. That of the region which is read is the answer, as then this process acts by it; when that
// one fails, whatever succeeded is.
struct RegionsSettings::Write {
  std::mutex mutex{};
  Name name;
  Written written;
  OnSettingWritten done;
  std::size_t left;
  std::optional<SettingWritten> written_somewhere{};
  SettingsError error = SettingsError::down;
  std::vector<std::size_t> failed{};
};

void RegionsSettings::put(std::string_view scope, std::string_view name, std::string_view text,
                          std::optional<limits::Nanos> ttl, OnSettingWritten done) {
  Written written{.text = std::string(text)};
  const Steady now = steady_clock::now();
  if (ttl) written.ends = *ttl > Steady::max() - now ? Steady::max() : now + *ttl;
  write({std::string(scope), std::string(name)}, std::move(written), std::move(done));
}

void RegionsSettings::erase(std::string_view scope, std::string_view name, OnSettingWritten done) {
  write({std::string(scope), std::string(name)}, {}, std::move(done));
}

void RegionsSettings::write_to(std::size_t region, const Name& name, const Written& written, OnSettingWritten done) {
  Settings& settings = *regions_[region].settings;
  if (!written.text) return settings.erase(name.first, name.second, std::move(done));
  if (!written.ends) return settings.put(name.first, name.second, *written.text, std::nullopt, std::move(done));
  const limits::Nanos left = *written.ends - steady_clock::now();
  if (left <= limits::Nanos::zero()) return settings.erase(name.first, name.second, std::move(done));
  settings.put(name.first, name.second, *written.text, left, std::move(done));
}

void RegionsSettings::write(Name name, Written written, OnSettingWritten done) {
  auto all = std::make_shared<Write>();
  all->name = std::move(name);
  all->written = std::move(written);
  all->done = std::move(done);
  all->left = regions_.size();
  for (std::size_t region = 0; region < regions_.size(); ++region) {
    write_to(region, all->name, all->written, [self = shared_from_this(), all, region](SettingWritten how) {
      if (how) self->arrived(region, all->name);
      std::unique_lock lock(all->mutex);
      OnSettingWritten first;
      if (!how) {
        all->failed.push_back(region);
        if (how.error() == SettingsError::full) all->error = SettingsError::full;
      } else if (!all->written_somewhere || region == self->reading_.load()) {
        all->written_somewhere = how;
      }
      const bool last = --all->left == 0;
      if (last || (how && region == self->reading_.load())) first = std::exchange(all->done, nullptr);
      const SettingWritten result = all->written_somewhere.value_or(std::unexpected(all->error));
      lock.unlock();
      if (last && all->written_somewhere) {
        for (const std::size_t failed : all->failed) self->missed(failed, all->name, all->written);
      }
      if (first) first(result);
    });
  }
}

void RegionsSettings::missed(std::size_t region, const Name& name, const Written& written) {
  const std::scoped_lock lock(mutex_);
  auto& writes = pending_[region].writes;
  if (writes.size() < max_pending) writes.insert_or_assign(name, written);
  any_pending_.store(true);
}

void RegionsSettings::arrived(std::size_t region, const Name& name) {
  if (!any_pending_.load()) return;
  const std::scoped_lock lock(mutex_);
  pending_[region].writes.erase(name);
}

bool RegionsSettings::lacks(std::size_t region) const {
  if (!any_pending_.load()) return false;
  const std::scoped_lock lock(mutex_);
  return pending_[region].sending || !pending_[region].writes.empty();
}

void RegionsSettings::send_pending(std::size_t region) {
  std::unique_lock lock(mutex_);
  Pending& pending = pending_[region];
  if (pending.sending) return;
  if (pending.writes.empty()) {
    const auto idle = [](const Pending& one) { return one.writes.empty() && !one.sending; };
    any_pending_.store(!std::ranges::all_of(pending_, idle));
    return;
  }
  pending.sending = true;
  auto next = pending.writes.extract(pending.writes.begin());
  lock.unlock();
  const auto sent = std::make_shared<std::pair<Name, Written>>(std::move(next.key()), std::move(next.mapped()));
  write_to(region, sent->first, sent->second, [self = shared_from_this(), region, sent](const SettingWritten& how) {
    std::unique_lock guard(self->mutex_);
    Pending& of = self->pending_[region];
    of.sending = false;
    if (!how && how.error() == SettingsError::down) {
      of.writes.insert(std::move(*sent));  // unless there is a newer one
      return;
    }
    guard.unlock();
    self->send_pending(region);
  });
}

void RegionsSettings::offer(std::vector<OfferedSetting> settings, Offer how) {
  for (const auto& region : regions_) region.settings->offer(settings, how);
}

std::shared_ptr<void> RegionsSettings::watch(std::string_view scope, std::string_view prefix, Watcher changed) {
  auto watching = std::make_shared<Watching>(regions_.size(), reading_.load(), std::move(changed));
  {
    const std::scoped_lock lock(mutex_);
    std::erase_if(watching_, [](const auto& one) { return one.expired(); });
    watching_.push_back(watching);
  }
  for (std::size_t region = 0; region < regions_.size(); ++region) {
    watching->keep(regions_[region].settings->watch(
        scope, prefix, [region, weak = std::weak_ptr<Watching>(watching)](std::span<const SettingChange> changes) {
          const auto open = weak.lock();
          return open ? open->heard(region, changes) : std::vector<std::string>{};
        }));
  }
  return watching;
}

void RegionsSettings::poll() {
  for (const auto& region : regions_) region.settings->poll();
}

std::size_t RegionsSettings::to_read(Instant now) const {
  const std::size_t reading = reading_.load();
  for (std::size_t region = 0; region < reading; ++region) {
    if (regions_[region].presence->answers_for(settling, now) && !lacks(region)) return region;
  }
  if (regions_[reading].presence->answers()) return reading;
  for (std::size_t region = 0; region < regions_.size(); ++region) {
    // One that was never asked knows nothing yet.
    if (regions_[region].presence->answers() && regions_[region].settings->current()) return region;
  }
  return reading;
}

void RegionsSettings::turn(Instant now) {
  if (any_pending_.load()) {
    for (std::size_t region = 0; region < regions_.size(); ++region) {
      if (regions_[region].presence->answers()) send_pending(region);
    }
  }
  const std::size_t region = to_read(now);
  if (reading_.exchange(region) == region) return;
  std::vector<std::shared_ptr<Watching>> open;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& one : watching_) {
      if (auto watching = one.lock()) open.push_back(std::move(watching));
    }
  }
  for (const auto& watching : open) watching->read(region);
}

}  // namespace weir::store
