#include "store/redis/native/space.hpp"

#include <algorithm>
#include <chrono>
#include <expected>
#include <numeric>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace weir::store::redis::native {
namespace {

using std::chrono::microseconds;
using Kind = Period::Kind;

constexpr std::int64_t longest_fill = std::chrono::microseconds(std::chrono::days(36'525)).count();

std::int64_t micros(const Rule& rule) { return rule.period.length() / microseconds(1); }

bool is_bucket(const Rule& rule) {
  return rule.algorithm == Algorithm::gcra || rule.algorithm == Algorithm::token_bucket ||
         rule.algorithm == Algorithm::interval_bucket;
}

std::int64_t capacity(const Rule& rule) { return rule.burst == 0 ? rule.count : rule.burst; }

std::expected<void, std::string> usable(const Rule& rule) {
  if (auto valid = validate(rule); !valid) return valid;
  if (rule.algorithm == Algorithm::unlimited) return std::unexpected("an unlimited rule has nothing to store");
  if (rule.period.length() % microseconds(1) != limits::Nanos(0)) {
    return std::unexpected("Redis counts time in microseconds, use a period of whole microseconds");
  }
  if (is_bucket(rule) && limits::Wide{capacity(rule)} * micros(rule) > limits::Wide{longest_fill} * rule.count) {
    return std::unexpected(
        "a bucket in Redis must fill within 36525 days (100 years), use a smaller burst or a higher rate");
  }
  return {};
}

void must_be_usable(const Rule& rule) {
  if (auto is = usable(rule); !is) throw std::invalid_argument(is.error());
}

char letter_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::fixed_window:
      return 'f';
    case Algorithm::sliding_window:
      return 's';
    case Algorithm::sliding_log:
      return 'l';
    case Algorithm::token_bucket:
      return 't';
    case Algorithm::interval_bucket:
      return 'i';
    case Algorithm::gcra:
      return 'g';
    case Algorithm::concurrency:
      return 'c';
    case Algorithm::unlimited:
      break;
  }
  return 'u';
}

std::string period_text(const Period& period) {
  if (period.kind() == Kind::month) return "1month";
  if (period.kind() == Kind::year) return "1year";
  constexpr std::pair<std::string_view, std::int64_t> units[] = {
      {"d", 86'400'000'000}, {"h", 3'600'000'000}, {"m", 60'000'000}, {"s", 1'000'000}, {"ms", 1'000}};
  const std::int64_t length = period.length() / microseconds(1);
  for (const auto& [name, unit] : units) {
    if (length % unit == 0) return std::to_string(length / unit).append(name);
  }
  return std::to_string(length) + "us";
}

// Where windows start: of a fixed length, in us from 0 to the length; by the calendar, month * 100 + day.
std::int64_t phase_of(const Rule& rule) {
  if (rule.period.kind() != Kind::fixed) {
    if (!rule.anchor) return 101;
    return static_cast<unsigned>(rule.anchor->month()) * 100 + static_cast<unsigned>(rule.anchor->day());
  }
  if (!rule.anchor) return 0;
  const std::int64_t length = micros(rule);
  const std::int64_t past = microseconds(std::chrono::sys_days(*rule.anchor).time_since_epoch()).count() % length;
  return past < 0 ? past + length : past;
}

std::int64_t length_of(const Period& period) {
  switch (period.kind()) {
    case Kind::month:
      return -1;
    case Kind::year:
      return -12;
    case Kind::fixed:
      break;
  }
  return period.length() / microseconds(1);
}

}  // namespace

// A unit takes p/q us = P/Q ns, both in lowest terms; a part is 1/q us = 1000/q ns, and a tick 1/Q ns.
Bucket Bucket::make(const Rule& rule) {
  const auto in = limits::GcraTicks<limits::UnsignedWide>::make(rule, Instant{});
  const auto parts_a_micro = static_cast<std::uint64_t>(rule.count / std::gcd(micros(rule), rule.count));
  const limits::UnsignedWide ticks_a_micro = limits::UnsignedWide{1000} * in.ticks_a_nano;
  return {in, static_cast<std::uint64_t>(ticks_a_micro / parts_a_micro), parts_a_micro};
}

Decider decider_of(const Rule& rule) {
  switch (rule.algorithm) {
    case Algorithm::fixed_window:
      return limits::FixedWindow::make(rule);
    case Algorithm::sliding_window:
      return limits::SlidingWindow::make(rule);
    case Algorithm::sliding_log:
      return limits::SlidingLog::make(rule);
    case Algorithm::interval_bucket:
      return limits::IntervalBucket::make(rule);
    case Algorithm::token_bucket:
    case Algorithm::gcra:
      return Bucket::make(rule);
    case Algorithm::concurrency:
    case Algorithm::unlimited:
      break;
  }
  return limits::Concurrency::make(rule);
}

std::string tag_of(const Rule& rule) {
  std::string tag(1, letter_of(rule.algorithm));
  if (rule.algorithm == Algorithm::concurrency) return tag;
  tag += period_text(rule.period);
  if (!rule.anchor) return tag;
  const auto two_digits = [](unsigned number) { return (number < 10 ? "-0" : "-") + std::to_string(number); };
  return tag + '@' + std::to_string(static_cast<int>(rule.anchor->year())) +
         two_digits(static_cast<unsigned>(rule.anchor->month())) +
         two_digits(static_cast<unsigned>(rule.anchor->day()));
}

Numbers numbers_of(const Rule& rule) {
  switch (rule.algorithm) {
    case Algorithm::fixed_window:
    case Algorithm::sliding_window:
      return {rule.count, length_of(rule.period), phase_of(rule)};
    case Algorithm::sliding_log:
      return {rule.count, micros(rule), 0};
    case Algorithm::interval_bucket:
      return {capacity(rule), rule.count, micros(rule)};
    case Algorithm::token_bucket:
    case Algorithm::gcra: {
      const std::int64_t common = std::gcd(micros(rule), rule.count);
      return {capacity(rule), micros(rule) / common, rule.count / common};
    }
    case Algorithm::concurrency:
    case Algorithm::unlimited:
      break;
  }
  return {rule.count, 0, 0};
}

std::optional<Rule> with_numbers(const Rule& rule, const Numbers& numbers) {
  if (is_bucket(rule) && std::ranges::any_of(numbers, [](std::int64_t number) { return number < 1; })) return {};
  Rule before = rule;
  switch (rule.algorithm) {
    case Algorithm::interval_bucket:
      before.burst = numbers[0];
      before.count = numbers[1];
      break;
    case Algorithm::token_bucket:
    case Algorithm::gcra:
      before.burst = numbers[0];
      before.count = limits::saturated(limits::Wide{micros(rule)} * numbers[2] / numbers[1]);
      break;
    default:
      before.count = numbers[0];
  }
  if (!usable(before)) return {};
  return before;
}

// A lease lives 2 s at most, so that nobody's outlives a reset or a lowered rate by more.
Nanos lease_life_of(const Rule& rule) {
  constexpr Nanos longest = std::chrono::seconds(2);
  constexpr Nanos shortest = std::chrono::milliseconds(20);
  if (rule.algorithm == Algorithm::fixed_window || rule.algorithm == Algorithm::sliding_window) {
    const bool fits = rule.period.kind() == Kind::fixed && rule.period.length() > shortest;
    return fits ? std::min(longest, rule.period.length()) : Nanos(0);
  }
  if (rule.algorithm != Algorithm::gcra && rule.algorithm != Algorithm::token_bucket) return Nanos(0);
  const limits::Wide tenth = limits::Wide{capacity(rule)} * micros(rule) / rule.count / 10;
  const Nanos life = tenth >= longest / microseconds(1) ? longest : microseconds(static_cast<std::int64_t>(tenth));
  return life < shortest ? Nanos(0) : life;
}

NativeSpace::NativeSpace(const Rule& rule, std::string prefix, std::shared_ptr<std::atomic<std::int64_t>> generation)
    : RedisSpace((must_be_usable(rule), rule), std::move(prefix), std::move(generation), lease_life_of(rule)),
      tag_(tag_of(rule)),
      numbers_(numbers_of(rule)),
      words_{std::to_string(numbers_[0]), std::to_string(numbers_[1]), std::to_string(numbers_[2])},
      decider_(decider_of(rule)) {}

}  // namespace weir::store::redis::native
