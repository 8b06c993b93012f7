#include "store/regions/watching.hpp"

#include <algorithm>
#include <utility>

namespace weir::store {

using std::chrono::steady_clock;

std::vector<std::string> RegionsSettings::Watching::heard(std::size_t region, std::span<const SettingChange> changes) {
  const std::scoped_lock lock(mutex_);
  ByName& known = known_[region];
  for (const SettingChange& change : changes) {
    if (change.text) {
      Known now{.text = std::string(*change.text), .ends = {}};
      if (change.left)
        now.ends = steady_clock::now() + std::min<limits::Nanos>(*change.left, std::chrono::hours(876'000));
      known.insert_or_assign(std::string(change.name), std::move(now));
    } else if (const auto gone = known.find(change.name); gone != known.end()) {
      known.erase(gone);
    }
  }
  return region == reading_ ? changed_(changes) : std::vector<std::string>{};
}

void RegionsSettings::Watching::read(std::size_t region) {
  const std::scoped_lock lock(mutex_);
  if (region == reading_) return;
  const ByName& before = known_[std::exchange(reading_, region)];
  const ByName& after = known_[region];
  const Steady now = steady_clock::now();
  const auto over = [&](const Known& known) { return known.ends && *known.ends <= now; };
  std::vector<SettingChange> changes;
  for (const auto& [name, known] : before) {
    const auto same = after.find(name);
    if (same == after.end() || over(same->second)) changes.push_back({.name = name, .text = {}, .left = {}});
  }
  for (const auto& [name, known] : after) {
    const auto same = before.find(name);
    if (over(known) || (same != before.end() && same->second == known)) continue;
    SettingChange change{.name = name, .text = known.text, .left = {}};
    if (known.ends) change.left = *known.ends - now;
    changes.push_back(change);
  }
  if (!changes.empty()) (void)changed_(changes);
}

}  // namespace weir::store
