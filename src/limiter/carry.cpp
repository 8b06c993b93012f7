#include "limiter/carry.hpp"

#include "limiter/limiter_impl.hpp"
#include "limiter/run_time_settings.hpp"
#include "limiter/setting_text.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace weir::limiter {

namespace {

std::vector<std::string> offer_settings(const RunTimeSettings& settings, Limiter::Impl& to, Instant now,
                                        store::Offer how) {
  std::vector<store::OfferedSetting> offered;
  std::vector<std::string> dropped;
  const Rule& base = to.rules.base().rule;
  std::size_t unfit = 0;
  std::string why;
  const auto offer_rate = [&](std::string name, const Rule& rate) {
    const Rule rule = counted_like(base, rate);
    if (const auto fits = check_rate(to, rule); !fits) {
      ++unfit;
      why = fits.error();
      return;
    }
    offered.push_back({.scope = to.scope, .name = std::move(name), .text = rate_setting(rule, base), .ttl = {}});
  };
  if (settings.rate) offer_rate(rate_name(), *settings.rate);
  for (const auto& [key, rate] : settings.rates) offer_rate(rate_name(key.view()), rate);
  if (unfit > 0) {
    dropped.push_back("of its rates set at run time " + std::to_string(unfit) + " do not fit any more: " + why);
  }
  for (const KeySet::Entry& entry : settings.denied) {
    const auto left = entry.ends == KeySet::forever ? std::nullopt : std::optional<store::Nanos>(entry.ends - now);
    if (left && *left <= store::Nanos::zero()) continue;
    offered.push_back({.scope = to.scope, .name = deny_name(entry.pattern), .text = {}, .ttl = left});
  }
  if (!offered.empty()) to.settings->offer(std::move(offered), how);
  return dropped;
}

}  // namespace

std::vector<std::string> carry_settings(const Limiter& from, Limiter& to, store::Offer how) {
  const auto& shared = to.impl()->settings;
  if (shared != nullptr && shared == from.impl()->settings) return {};  // it has what is set from there
  const RunTimeSettings settings = from.impl()->rules.set_at_run_time(from.impl()->now());
  if (shared != nullptr) return offer_settings(settings, *to.impl(), from.impl()->now(), how);
  const Rule& base = to.impl()->rules.base().rule;
  std::vector<std::string> dropped;
  if (settings.rate) {
    if (const auto set = to.set_rate(counted_like(base, *settings.rate)); !set) {
      dropped.push_back("its rate set at run time does not fit any more: " + set.error());
    }
  }
  std::size_t unfit = 0;
  std::string why;
  for (const auto& [key, rate] : settings.rates) {
    const auto set = to.set_rate(key.view(), counted_like(base, rate));
    if (set) continue;
    ++unfit;
    why = set.error();
  }
  if (unfit > 0) {
    dropped.push_back("of its rates set at run time for single keys " + std::to_string(unfit) +
                      " do not fit any more: " + why);
  }
  const Instant now = to.impl()->now();
  to.impl()->change([&](KeyRules& rules) {
    for (const KeySet::Entry& entry : settings.denied) {
      if (const auto denied = rules.deny(entry.pattern, entry.ends, now); !denied) dropped.push_back(denied.error());
    }
    return true;
  });
  return dropped;
}

}  // namespace weir::limiter
