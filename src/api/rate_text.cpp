#include "api/rate_text.hpp"

#include "config/algorithm_word.hpp"
#include "config/characters.hpp"
#include "config/date.hpp"
#include "config/duration.hpp"
#include "config/rate.hpp"

#include <algorithm>
#include <array>

namespace weir::api {
namespace {

bool is_calendar(const Period& period) { return period.kind() != Period::Kind::fixed; }
bool has_bucket(Algorithm algorithm) {
  return algorithm == Algorithm::token_bucket || algorithm == Algorithm::interval_bucket ||
         algorithm == Algorithm::gcra;
}
bool has_windows(Algorithm algorithm) {
  return algorithm == Algorithm::fixed_window || algorithm == Algorithm::sliding_window;
}
bool can_be_anchored(const Period& period) {
  return is_calendar(period) || period.length() % std::chrono::days(1) == std::chrono::nanoseconds(0);
}

// Whether it looks like a rate, so that it is a number in it that does not do.
bool is_shaped_like_rate(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(text, config::is_digit) - text.begin());
  if (digits == 0) return false;
  text.remove_prefix(digits);
  if (text.empty()) return true;
  if (!text.starts_with('/')) return false;
  text.remove_prefix(1);
  if (text == "month" || text == "year") return true;
  const auto count = static_cast<std::size_t>(std::ranges::find_if_not(text, config::is_digit) - text.begin());
  return count > 0 && config::parse_duration("1" + std::string(text.substr(count))).has_value();
}

Result<std::chrono::year_month_day> read_anchor(std::string_view text) {
  const auto date = config::parse_date(text);
  if (date) return *date;
  const std::string_view shape = "0000-00-00";
  const bool shaped =
      std::ranges::equal(text, shape, [](char c, char s) { return s == '-' ? c == '-' : config::is_digit(c); });
  return refuse(shaped ? 422 : 400, "'anchor' must be " + date.error().expected + ".");
}

// A rate by month or year is counted in fixed windows; nothing else can.
Algorithm algorithm_for(const config::Limit& limit, const config::Rate& rate) {
  const Algorithm own = limit.rule.algorithm;
  const bool chosen = own != Algorithm::unlimited && own != Algorithm::sliding_window;  // else maybe the default
  if (chosen) return own;
  return is_calendar(rate.period) ? Algorithm::fixed_window : Algorithm::sliding_window;
}

Result<Rule> counted_rule(const config::Limit& limit, const config::Rate& rate) {
  const Algorithm algorithm = algorithm_for(limit, rate);
  if ((algorithm == Algorithm::concurrency) != (rate.kind == config::Rate::Kind::bare)) {
    return refuse(422, algorithm == Algorithm::concurrency
                           ? "The rate of a concurrency limit is a bare number like 10."
                           : "The rate needs its time, like 100/1m: a bare number is for concurrency.");
  }
  if (is_calendar(rate.period) && algorithm != Algorithm::fixed_window) {
    return refuse(
        422, "A rate by month or year cannot be counted by " + std::string(config::algorithm_word(algorithm)) + ".");
  }
  return Rule{.algorithm = algorithm, .count = rate.count, .period = rate.period};
}

}  // namespace

std::string rate_text(const Rule& rule) {
  if (rule.algorithm == Algorithm::unlimited) return "unlimited";
  const std::string count = std::to_string(rule.count);
  if (rule.algorithm == Algorithm::concurrency) return count;
  switch (rule.period.kind()) {
    case Period::Kind::month:
      return count + "/month";
    case Period::Kind::year:
      return count + "/year";
    case Period::Kind::fixed:
      break;
  }
  return count + "/" + config::spell(rule.period.length());
}

Result<Rule> rule_at_run_time(const config::Limit& limit, const GivenRate& given) {
  const auto rate = config::parse_rate(given.rate);
  if (!rate)
    return refuse(is_shaped_like_rate(given.rate) ? 422 : 400, "'rate' must be " + rate.error().expected + ".");
  Rule rule = unlimited();
  if (rate->kind != config::Rate::Kind::unlimited) {
    const auto counted = counted_rule(limit, *rate);
    if (!counted) return counted;
    rule = *counted;
  }
  if (given.burst && !has_bucket(rule.algorithm)) {
    return refuse(422, "'burst' has no effect with " + std::string(config::algorithm_word(rule.algorithm)) + ".");
  }
  if (has_bucket(rule.algorithm)) rule.burst = given.burst.value_or(limit.rule.burst);
  if (given.anchor) {
    const auto date = read_anchor(*given.anchor);
    if (!date) return std::unexpected(date.error());
    if (!has_windows(rule.algorithm) || !can_be_anchored(rule.period)) {
      return refuse(422, "'anchor' needs fixed_window or sliding_window and a rate by whole days, month or year.");
    }
    rule.anchor = *date;
  } else if (has_windows(rule.algorithm) && can_be_anchored(rule.period)) {
    rule.anchor = limit.rule.anchor;
  }
  if (const auto valid = validate(rule); !valid) return refuse(422, "This rate cannot be used: " + valid.error() + ".");
  return rule;
}

}  // namespace weir::api
