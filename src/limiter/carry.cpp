#include "limiter/carry.hpp"

#include "limiter/limiter_impl.hpp"
#include "limiter/setting_text.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace weir::limiter {

std::vector<std::string> carry_settings(const Limiter& from, Limiter& to) {
  if (to.impl()->settings != nullptr) return {};  // it has what is set from there
  const RunTimeSettings settings = from.impl()->rules.set_at_run_time(from.impl()->now());
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
