#include "alerts/alerts.hpp"

#include <algorithm>
#include <utility>

namespace weir::alerts {

namespace {

using Watches = std::vector<const Watch*>;

// Goes on with one of those before that saw the same crossings, best with that of the same webhook, and takes it off
// them: two watches that know the same would hide crossings from each other.
Watch watch_of(const Terms& terms, Watches& before) {
  const auto sees_the_same = [&](const Watch* watch) { return terms.same_crossings(watch->terms()); };
  auto known = std::ranges::find_if(
      before, [&](const Watch* watch) { return sees_the_same(watch) && terms.webhook == watch->terms().webhook; });
  if (known == before.end()) known = std::ranges::find_if(before, sees_the_same);
  if (known == before.end()) return Watch(terms);
  const Watch& same = **known;
  before.erase(known);
  return {terms, same};
}

}  // namespace

std::size_t LimitAlerts::send_samples(std::int64_t capacity, Instant now) const {
  std::size_t queued = 0;
  for (const Watch& watch : watches_) {
    if (delivery_.add(sample(watch.shared_terms(), capacity, now), nullptr)) ++queued;
  }
  return queued;
}

Alerts::Alerts(const std::vector<Terms>& terms, Delivery& delivery, const std::shared_ptr<store::Once>& once,
               const Alerts* before) {
  Watches known;
  if (before != nullptr) {
    for (const auto& [limit, its] : before->limits_) {
      for (const Watch& watch : its->watches()) known.push_back(&watch);
    }
  }
  std::map<std::string, std::vector<Watch>, std::less<>> watches;
  for (const Terms& one : terms) watches[one.limit].push_back(watch_of(one, known));
  for (auto& [limit, its] : watches) {
    delivery.know(limit);
    limits_.emplace(limit, std::make_shared<const LimitAlerts>(std::move(its), delivery, once));
  }
}

std::shared_ptr<const LimitAlerts> Alerts::of(std::string_view limit) const {
  const auto found = limits_.find(limit);
  return found == limits_.end() ? nullptr : found->second;
}

}  // namespace weir::alerts
