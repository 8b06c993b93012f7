#include "limiter/setting_text.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

namespace weir::limiter {
namespace {

constexpr std::string_view rate_word = "rate";
constexpr std::string_view rate_of = "rate of ";
constexpr std::string_view rate_number = "rate number ";
constexpr std::string_view deny_word = "deny ";
constexpr std::string_view version = "v1";

constexpr auto algorithms = std::to_array<std::pair<std::string_view, Algorithm>>({
    {"fixed_window", Algorithm::fixed_window},
    {"sliding_window", Algorithm::sliding_window},
    {"sliding_log", Algorithm::sliding_log},
    {"token_bucket", Algorithm::token_bucket},
    {"interval_bucket", Algorithm::interval_bucket},
    {"gcra", Algorithm::gcra},
    {"concurrency", Algorithm::concurrency},
    {"unlimited", Algorithm::unlimited},
});

std::string_view word_of(Algorithm wanted) {
  for (const auto& [word, algorithm] : algorithms) {
    if (algorithm == wanted) return word;
  }
  return {};
}

bool is_bucket(Algorithm algorithm) {
  return algorithm == Algorithm::token_bucket || algorithm == Algorithm::interval_bucket ||
         algorithm == Algorithm::gcra;
}

// What no other algorithm can count.
bool is_kind_of_its_own(Algorithm algorithm) {
  return algorithm == Algorithm::unlimited || algorithm == Algorithm::concurrency;
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string two_digits(unsigned number) {
  return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

std::string date_text(std::chrono::year_month_day date) {
  return std::to_string(static_cast<int>(date.year())) + "-" + two_digits(static_cast<unsigned>(date.month())) + "-" +
         two_digits(static_cast<unsigned>(date.day()));
}

std::optional<std::chrono::year_month_day> date_of(std::string_view text) {
  const std::size_t second = text.rfind('-');
  if (second == std::string_view::npos || second == 0) return std::nullopt;
  const std::size_t first = text.rfind('-', second - 1);
  if (first == std::string_view::npos) return std::nullopt;
  const auto year = number_of<int>(text.substr(0, first));
  const auto month = number_of<unsigned>(text.substr(first + 1, second - first - 1));
  const auto day = number_of<unsigned>(text.substr(second + 1));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  return date;
}

std::optional<Period> period_of(std::string_view text) {
  if (text == "month") return Period::month();
  if (text == "year") return Period::year();
  const auto length = number_of<std::int64_t>(text);
  if (!length) return std::nullopt;
  return Period(std::chrono::nanoseconds(*length));
}

std::string period_text(const Period& period) {
  switch (period.kind()) {
    case Period::Kind::month:
      return "month";
    case Period::Kind::year:
      return "year";
    case Period::Kind::fixed:
      break;
  }
  return std::to_string(period.length().count());
}

// Words between single spaces.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}
  std::string_view next() {
    const std::size_t end = rest_.find(' ');
    const std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return word;
  }
  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// A word and its value. False when it is none of a rate's, or the value is no good.
bool read_part(Rule& rule, std::string_view word, std::string_view value) {
  if (word == "per") {
    const auto period = period_of(value);
    if (period) rule.period = *period;
    return period.has_value();
  }
  if (word == "burst") {
    const auto burst = number_of<std::int64_t>(value);
    if (burst) rule.burst = *burst;
    return burst.has_value();
  }
  if (word == "anchor") {
    rule.anchor = date_of(value);
    return rule.anchor.has_value();
  }
  return false;
}

}  // namespace

std::string rate_name() { return std::string(rate_word); }
std::string rate_name(Key key) {
  if (key.is_number()) return std::string(rate_number) + std::to_string(key.number());
  return std::string(rate_of).append(key.text());
}
std::string deny_name(std::string_view pattern) { return std::string(deny_word).append(pattern); }

std::optional<SettingName> read_setting_name(std::string_view name) {
  using Kind = SettingName::Kind;
  if (name == rate_word) return SettingName{.kind = Kind::rate};
  if (name.starts_with(rate_of)) {
    return SettingName{.kind = Kind::rate_of_key, .key = OwnedKey(Key(name.substr(rate_of.size())))};
  }
  if (name.starts_with(rate_number)) {
    const auto number = number_of<std::uint64_t>(name.substr(rate_number.size()));
    if (!number) return std::nullopt;
    return SettingName{.kind = Kind::rate_of_key, .key = OwnedKey(Key(*number))};
  }
  if (name.starts_with(deny_word)) return SettingName{.kind = Kind::deny, .pattern = name.substr(deny_word.size())};
  return std::nullopt;
}

std::string rate_setting(const Rule& rule, const Rule& base) {
  std::string text(version);
  if (rule.algorithm != base.algorithm || is_kind_of_its_own(rule.algorithm)) {
    text.append(" ").append(word_of(rule.algorithm));
  }
  if (rule.algorithm == Algorithm::unlimited) return text;
  text.append(" ").append(std::to_string(rule.count));
  if (rule.period != Period{}) text.append(" per ").append(period_text(rule.period));
  if (rule.burst != 0) text.append(" burst ").append(std::to_string(rule.burst));
  if (rule.anchor) text.append(" anchor ").append(date_text(*rule.anchor));
  return text;
}

std::expected<Rule, std::string> read_rate_setting(std::string_view text, const Rule& base) {
  Words words(text);
  if (words.next() != version) return std::unexpected("it is of another version of Weir");
  const std::unexpected<std::string> malformed("it is malformed");
  std::string_view count = words.next();
  std::optional<Algorithm> algorithm;
  for (const auto& [word, named] : algorithms) {
    if (count == word) algorithm = named;
  }
  if (algorithm) count = words.next();
  if (algorithm == Algorithm::unlimited) {
    if (!count.empty()) return malformed;
    return unlimited();
  }
  Rule rule{.algorithm = algorithm.value_or(Algorithm::sliding_window)};
  const auto number = number_of<std::int64_t>(count);
  if (!number) return malformed;
  rule.count = *number;
  while (!words.done()) {
    const std::string_view word = words.next();
    if (!read_part(rule, word, words.next())) return malformed;
  }
  if (algorithm) return rule;
  if (rule.period.kind() != Period::Kind::fixed) rule.algorithm = Algorithm::fixed_window;  // until `base` says more
  return counted_like(base, rule);
}

Rule counted_like(const Rule& base, Rule rate) {
  if (is_kind_of_its_own(rate.algorithm) || is_kind_of_its_own(base.algorithm)) return rate;
  rate.algorithm = base.algorithm;
  if (!is_bucket(base.algorithm)) rate.burst = 0;
  return rate;
}

}  // namespace weir::limiter
