#include "alerts/alerts.hpp"

#include <algorithm>
#include <utility>

namespace weir::alerts {

namespace {

Watch watch_of(const Terms& terms, const LimitAlerts* before) {
  if (before != nullptr) {
    const auto same = std::ranges::find_if(before->watches(),
                                           [&](const Watch& watch) { return terms.same_crossings(watch.terms()); });
    if (same != before->watches().end()) return {terms, *same};
  }
  return Watch(terms);
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
  std::map<std::string, std::vector<Watch>, std::less<>> watches;
  for (const Terms& one : terms) {
    const auto known = before == nullptr ? nullptr : before->of(one.limit);
    watches[one.limit].push_back(watch_of(one, known.get()));
  }
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
