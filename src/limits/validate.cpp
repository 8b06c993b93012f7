// validate.cpp: which rules make sense. Each message says what is wrong and what to write instead.
#include <weir/rule.hpp>

#include <chrono>
#include <expected>
#include <string>
#include <utility>

namespace weir {
namespace {

using std::chrono::days;
using std::chrono::nanoseconds;
using Kind = Period::Kind;

constexpr nanoseconds shortest = std::chrono::microseconds(1);
constexpr nanoseconds longest = days(36'525);  // a hundred years

std::unexpected<std::string> wrong(std::string message) { return std::unexpected(std::move(message)); }

bool has_period(Algorithm algorithm) {
  return algorithm != Algorithm::concurrency && algorithm != Algorithm::unlimited;
}

bool has_burst(Algorithm algorithm) {
  return algorithm == Algorithm::token_bucket || algorithm == Algorithm::interval_bucket ||
         algorithm == Algorithm::gcra;
}

bool has_windows(Algorithm algorithm) {
  return algorithm == Algorithm::fixed_window || algorithm == Algorithm::sliding_window;
}

std::expected<void, std::string> validate_count(const Rule& rule) {
  if (rule.algorithm == Algorithm::unlimited) return {};
  if (rule.count < 1) return wrong("the count is " + std::to_string(rule.count) + ", use at least 1");
  if (rule.algorithm == Algorithm::sliding_log && rule.count > max_log_count) {
    return wrong("the count of a sliding_log is " + std::to_string(rule.count) +
                 ", use at most 10000, or sliding_window, which has no such bound");
  }
  if (rule.count > max_count) {
    return wrong("the count is " + std::to_string(rule.count) + ", use at most 2^53 (9007199254740992)");
  }
  return {};
}

std::expected<void, std::string> validate_period(const Rule& rule) {
  if (!has_period(rule.algorithm)) {
    if (rule.period != Period{}) return wrong("concurrency and unlimited have no period, leave it out");
    return {};
  }
  if (rule.period.kind() != Kind::fixed) {
    if (rule.algorithm == Algorithm::fixed_window) return {};
    return wrong("a period of a month or a year needs fixed_window, use that or a period of fixed length");
  }
  if (rule.period.length() < shortest) return wrong("the period is too short, use at least 1 microsecond");
  if (rule.period.length() > longest) return wrong("the period is too long, use at most 36525 days (100 years)");
  return {};
}

std::expected<void, std::string> validate_burst(const Rule& rule) {
  if (rule.burst == 0) return {};
  if (!has_burst(rule.algorithm)) {
    return wrong("a burst has no effect here, leave it out or use token_bucket, interval_bucket or gcra");
  }
  if (rule.burst < 0 || rule.burst > max_count) {
    return wrong("the burst is " + std::to_string(rule.burst) +
                 ", use 1 to 2^53 (9007199254740992), or 0 for the same as the count");
  }
  return {};
}

std::expected<void, std::string> validate_anchor(const Rule& rule) {
  if (!rule.anchor) return {};
  if (!has_windows(rule.algorithm)) {
    return wrong("an anchor has no effect here, leave it out or use fixed_window or sliding_window");
  }
  if (!rule.anchor->ok()) return wrong("the anchor is no date of the calendar, use one such as 2026-01-15");
  if (rule.period.kind() == Kind::fixed && rule.period.length() % days(1) != nanoseconds(0)) {
    return wrong("an anchor needs a period of whole days, a month or a year, use one of these or leave the anchor out");
  }
  return {};
}

}  // namespace

std::expected<void, std::string> validate(const Rule& rule) {
  for (const auto check : {validate_count, validate_period, validate_burst, validate_anchor}) {
    if (auto checked = check(rule); !checked) return checked;
  }
  return {};
}

}  // namespace weir
