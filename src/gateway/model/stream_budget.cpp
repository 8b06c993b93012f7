#include "gateway/model/stream_budget.hpp"

#include "limits/wide.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace weir::gateway {

namespace {

using config::OnExceeded;
using limits::Wide;

// A month counts as 30 days, a year as 365: a pace need not be more exact.
std::chrono::nanoseconds period_of(const Rule& rule) {
  switch (rule.period.kind()) {
    case Period::Kind::month:
      return std::chrono::days(30);
    case Period::Kind::year:
      return std::chrono::days(365);
    case Period::Kind::fixed:
      break;
  }
  return rule.period.length();
}

}  // namespace

StreamBudget::StreamBudget(const Hold& hold, std::string_view model) {
  const std::span<const Held> held = hold.held();
  const std::span<const Decision> found = hold.found();
  for (std::size_t i = 0; i < held.size(); ++i) {
    const EnforcedLimit& limit = *held[i].limit;
    if (!limit.tokens || limit.config.shadow || !found[i].limit) continue;
    if (limit.config.tokens.on_exceeded == OnExceeded::finish) continue;
    parts_.push_back({.action = limit.config.tokens.on_exceeded,
                      .tariff = limit.tokens->tariff(model),
                      .units = held[i].cost + found[i].remaining,
                      .rule = held[i].rule});
  }
}

bool StreamBudget::truncates() const {
  return std::ranges::any_of(parts_, [](const Part& part) { return part.action == OnExceeded::truncate; });
}

bool StreamBudget::paces() const {
  return std::ranges::any_of(parts_, [](const Part& part) { return part.action == OnExceeded::pace; });
}

bool StreamBudget::is_spent(const usage::Counts& seen) const {
  return std::ranges::any_of(parts_, [&](const Part& part) {
    return part.action == OnExceeded::truncate && usage::charge(part.tariff, seen) > part.units;
  });
}

std::chrono::nanoseconds StreamBudget::delay(const usage::Counts& seen) const {
  Wide longest = 0;
  for (const Part& part : parts_) {
    if (part.action != OnExceeded::pace || part.rule.count <= 0) continue;
    const Wide excess = Wide{usage::charge(part.tariff, seen)} - part.units;
    longest = std::max(longest, excess * period_of(part.rule).count() / part.rule.count);
  }
  return std::chrono::nanoseconds(
      static_cast<std::int64_t>(std::min<Wide>(longest, std::numeric_limits<std::int64_t>::max())));
}

}  // namespace weir::gateway
