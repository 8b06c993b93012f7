// rule.hpp: what a limit allows, as a plain value. Build one with the functions at the end of this file.
#pragma once

#include <weir/export.hpp>

#include <chrono>
#include <compare>
#include <concepts>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>

namespace weir {

// How calls are counted.
enum class Algorithm : std::uint8_t {
  fixed_window,    // one counter a window; up to twice the rate around a window's edge
  sliding_window,  // two counters, weighted: approximate, a true window can hold up to twice the rate in the worst case
  sliding_log,     // the time of every call: exact, count at most 10,000
  token_bucket,    // refills continuously
  interval_bucket,  // a token bucket that refills in whole intervals
  gcra,             // generic cell rate algorithm (ITU-T I.371)
  concurrency,      // how many are held at once
  unlimited,        // never refuses
};

// The time a rate speaks of: a fixed length of whole nanoseconds, a calendar month or a calendar year (UTC).
class Period {
 public:
  enum class Kind : std::uint8_t { fixed, month, year };

  constexpr Period() = default;
  // Implicit: `sliding_window(100, 1min)` is how people write it.
  template <std::integral Number, class Unit>
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr Period(std::chrono::duration<Number, Unit> length) : length_(saturated(length)) {}
  static constexpr Period month() { return Period(Kind::month); }
  static constexpr Period year() { return Period(Kind::year); }

  [[nodiscard]] constexpr Kind kind() const { return kind_; }
  [[nodiscard]] constexpr std::chrono::nanoseconds length() const { return length_; }  // of a fixed period; else 0
  friend constexpr bool operator==(const Period&, const Period&) = default;

 private:
  constexpr explicit Period(Kind kind) : kind_(kind) {}
  // 1000 years do not fit nanoseconds; they stay too long for `validate` instead of wrapping round.
  template <class Length>
  static constexpr std::chrono::nanoseconds saturated(Length length) {
    if (length > std::chrono::floor<Length>(std::chrono::nanoseconds::max())) return std::chrono::nanoseconds::max();
    if (length < std::chrono::ceil<Length>(std::chrono::nanoseconds::min())) return std::chrono::nanoseconds::min();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(length);
  }
  Kind kind_ = Kind::fixed;
  std::chrono::nanoseconds length_{0};
};

inline constexpr std::int64_t max_count = std::int64_t{1} << 53;  // the largest rate, burst and |cost|
inline constexpr std::int64_t max_log_count = 10'000;             // the largest rate of a sliding_log

struct Rule {
  Algorithm algorithm = Algorithm::sliding_window;
  std::int64_t count = 1;  // units a period, 1 to 2^53; concurrency: units held at once
  Period period{};         // at least 1 us, at most 100 years; unused by concurrency and unlimited
  std::int64_t burst = 0;  // buckets: how many units may come at once, 0 means `count`
  std::optional<std::chrono::year_month_day> anchor{};  // windows of whole days, month, year start at its midnight UTC

  friend bool operator==(const Rule&, const Rule&) = default;
};

// Says what is wrong with a rule in one sentence, or nothing when it can be used.
[[nodiscard]] WEIR_API std::expected<void, std::string> validate(const Rule& rule);

constexpr Rule fixed_window(std::int64_t count, Period period) {
  return {.algorithm = Algorithm::fixed_window, .count = count, .period = period};
}
constexpr Rule sliding_window(std::int64_t count, Period period) {
  return {.algorithm = Algorithm::sliding_window, .count = count, .period = period};
}
constexpr Rule sliding_log(std::int64_t count, Period period) {
  return {.algorithm = Algorithm::sliding_log, .count = count, .period = period};
}
// `count` tokens come back in every `period`, evenly; the bucket holds `burst` (`count` when 0).
constexpr Rule token_bucket(std::int64_t count, Period period, std::int64_t burst = 0) {
  return {.algorithm = Algorithm::token_bucket, .count = count, .period = period, .burst = burst};
}
// `count` tokens come back at the end of every whole `period` since the bucket was first used.
constexpr Rule interval_bucket(std::int64_t count, Period period, std::int64_t burst = 0) {
  return {.algorithm = Algorithm::interval_bucket, .count = count, .period = period, .burst = burst};
}
constexpr Rule gcra(std::int64_t count, Period period, std::int64_t burst = 0) {
  return {.algorithm = Algorithm::gcra, .count = count, .period = period, .burst = burst};
}
constexpr Rule concurrency(std::int64_t count) { return {.algorithm = Algorithm::concurrency, .count = count}; }
constexpr Rule unlimited() { return {.algorithm = Algorithm::unlimited}; }

}  // namespace weir
