#include "api/set_elsewhere.hpp"

#include "limiter/run_time_settings.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace weir::api {

Rate SetElsewhere::rate_of(const Limiter& limiter) {
  const auto elsewhere = answers_ ? limiter::set_elsewhere(limiter) : std::nullopt;
  answers_ = elsewhere.has_value();
  if (elsewhere && elsewhere->rate) return {.rule = *elsewhere->rate, .runtime = true};
  return limiter.rate();
}

std::vector<DenyEntry> SetElsewhere::denied_by(const Limiter& limiter) {
  std::vector<DenyEntry> entries = limiter.denied();
  auto elsewhere = answers_ ? limiter::set_elsewhere(limiter) : std::nullopt;
  answers_ = elsewhere.has_value();
  if (!elsewhere) return entries;
  const std::size_t own = entries.size();
  for (std::string& value : elsewhere->denied) {
    const auto same = [&](const DenyEntry& entry) { return entry.pattern == value; };
    if (std::none_of(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(own), same)) {
      entries.push_back({.pattern = std::move(value), .expires = std::nullopt});
    }
  }
  return entries;
}

}  // namespace weir::api
