#include "limiter/local_share.hpp"

#include "limits/wide.hpp"
#include "limits/windows.hpp"

#include <algorithm>
#include <cmath>

namespace weir::limiter {
namespace {

using limits::Wide;
using Nanos = std::chrono::nanoseconds;

bool has_windows(const Rule& rule) {
  return rule.algorithm == Algorithm::fixed_window || rule.algorithm == Algorithm::sliding_window;
}

}  // namespace

Share Share::make(double wanted, std::uint32_t instances) {
  constexpr std::int64_t whole = 1'000'000'000;
  if (wanted <= 0) return {1, std::max<std::int64_t>(1, instances)};
  return {std::clamp<std::int64_t>(std::llround(wanted * static_cast<double>(whole)), 1, whole), whole};
}

std::int64_t Share::granted(std::int64_t units) const {
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(Wide{units} * of / parts));
}

std::int64_t Share::used(std::int64_t units) const {
  return static_cast<std::int64_t>((Wide{units} * of + parts - 1) / parts);
}

Rule share_of(const Rule& rule, Share share) {
  if (rule.algorithm == Algorithm::unlimited) return rule;
  Rule part = rule;
  part.count = share.granted(rule.count);
  if (rule.burst != 0) part.burst = share.granted(rule.burst);
  return part;
}

Nanos window_of(const Rule& rule, Instant now) {
  if (rule.algorithm == Algorithm::concurrency || rule.algorithm == Algorithm::unlimited) return Nanos{0};
  if (is_bucket(rule)) {
    const Wide burst = rule.burst == 0 ? rule.count : rule.burst;
    const Wide periods = rule.period.length().count();
    const Wide fill = rule.algorithm == Algorithm::interval_bucket ? (burst + rule.count - 1) / rule.count * periods
                                                                   : burst * periods / rule.count;
    return Nanos{static_cast<std::int64_t>(std::min<Wide>(fill, Nanos::max().count()))};
  }
  if (rule.period.kind() == Period::Kind::fixed) return rule.period.length();
  const limits::Window window = limits::Windows(rule.period, rule.anchor).at(now);
  return window.end - window.start;
}

bool same_window(const Rule& rule, Instant then, Instant now) {
  if (!has_windows(rule)) return then > now - window_of(rule, now);
  const limits::Windows windows(rule.period, rule.anchor);
  return windows.at(then) == windows.at(now);
}

std::int64_t grown(std::int64_t units, Nanos elapsed, Nanos window) {
  if (elapsed >= window) return units;
  const Wide part = Wide{units} * std::max<std::int64_t>(0, elapsed.count()) / window.count();
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(part));
}

}  // namespace weir::limiter
