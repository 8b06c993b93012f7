#include "gateway/outcomes.hpp"

#include "api/alerted.hpp"
#include "api/decision_json.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace weir::gateway {

namespace {

constexpr std::array<std::string_view, api::outcomes> words{"allowed", "limited", "denied", "error", "shadow"};

// Which limit a line of the log speaks of: what stopped the request, else what would have, else of the real ones that
// with the least left.
bool more_telling(const Decision& one, bool one_is_shadow, const Decision& other, bool other_is_shadow) {
  if (one.allowed != other.allowed) return !one.allowed;
  const bool held_back = one.reason == Reason::shadow;
  if (held_back != (other.reason == Reason::shadow)) return held_back;
  if (one_is_shadow != other_is_shadow) return other_is_shadow;
  return one.allowed && one.limit && (!other.limit || one.remaining < other.remaining);
}

}  // namespace

void see_alerts(const AskedLimits& asked, std::span<const Decision> decisions, bool allowed, const Runtime& runtime) {
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    const EnforcedLimit& limit = *asked.limits[i];
    if (limit.alerts == nullptr) continue;
    const auto outcome = api::outcome_of(decisions[i], allowed);
    if (!outcome) continue;
    api::see(limit.alerts.get(), decisions[i], *outcome, asked.checks[i].key, limit.config.key.size(), runtime.now());
  }
}

void count_outcomes(const AskedLimits& asked, std::span<const Decision> decisions, bool allowed) {
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    if (const auto outcome = api::outcome_of(decisions[i], allowed)) asked.limits[i]->metrics.count(*outcome);
  }
}

Told told_of(const AskedLimits& asked, std::span<const Decision> decisions, bool allowed) {
  std::size_t telling = 0;
  for (std::size_t i = 1; i < decisions.size(); ++i) {
    const bool shadow = asked.limits[i]->config.shadow;
    if (more_telling(decisions[i], shadow, decisions[telling], asked.limits[telling]->config.shadow)) telling = i;
  }
  const Decision& decision = decisions[telling];
  Told told{.limit = asked.limits[telling]->config.name, .key = std::string(asked.checks[telling].key.text())};
  if (const auto outcome = api::outcome_of(decision, allowed))
    told.decision = words[static_cast<std::size_t>(*outcome)];
  if (decision.limit) told.remaining = decision.remaining;
  return told;
}

}  // namespace weir::gateway
