#include "config/time.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>

namespace weir::config {

namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::string_view neither = "is neither Unix seconds nor RFC 3339, like 2026-01-15T12:00:00Z";
constexpr std::string_view no_day = "names a moment that the calendar does not have";
constexpr std::string_view too_early = "is before 1970";
constexpr std::string_view too_late = "is after 2199 (Unix time is in seconds here; are these milliseconds?)";
constexpr seconds last = std::chrono::sys_days(std::chrono::year(2200) / 1 / 1).time_since_epoch();

using ParsedTime = std::expected<Instant, std::string_view>;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

ParsedTime instant(seconds whole, nanoseconds rest) {
  if (whole < seconds(0)) return std::unexpected(too_early);
  if (whole >= last) return std::unexpected(too_late);
  return Instant(whole + rest);
}

// Takes `.123` off the front; nothing when no digit follows the point.
std::optional<nanoseconds> take_fraction(std::string_view& text) {
  if (!text.starts_with('.')) return nanoseconds(0);
  std::int64_t value = 0;
  std::int64_t unit = 100'000'000;  // ns, of the next digit
  std::size_t at = 1;
  for (; at < text.size() && is_digit(text[at]); ++at, unit /= 10) value += (text[at] - '0') * unit;
  if (at == 1) return std::nullopt;
  text.remove_prefix(at);
  return nanoseconds(value);
}

// Takes a number of exactly `digits` digits off the front.
std::optional<int> take(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, std::string_view one_of) {
  if (text.empty() || one_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// `Z`, `+01:00`, `-0330`; nothing left behind.
std::optional<std::chrono::minutes> offset(std::string_view text) {
  if (text == "Z" || text == "z") return std::chrono::minutes(0);
  const int sign = text.starts_with('-') ? -1 : 1;
  if (!take(text, "+-")) return std::nullopt;
  const auto hours = take(text, 2);
  take(text, ":");
  const auto minutes = take(text, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59 || !text.empty()) return std::nullopt;
  return sign * (std::chrono::hours(*hours) + std::chrono::minutes(*minutes));
}

ParsedTime rfc3339(std::string_view text) {
  const auto year = take(text, 4);
  const bool first_dash = take(text, "-");
  const auto month = take(text, 2);
  const bool second_dash = take(text, "-");
  const auto day = take(text, 2);
  const bool between = take(text, "Tt ");
  const auto hour = take(text, 2);
  const bool first_colon = take(text, ":");
  const auto minute = take(text, 2);
  const bool second_colon = take(text, ":");
  const auto second = take(text, 2);
  if (!year || !first_dash || !month || !second_dash || !day || !between || !hour || !first_colon || !minute ||
      !second_colon || !second) {
    return std::unexpected(neither);
  }
  const auto fraction = take_fraction(text);
  const auto from_utc = offset(text);
  if (!fraction || !from_utc) return std::unexpected(neither);
  const std::chrono::year_month_day date(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::unexpected(no_day);  // 60: a leap second
  const seconds local = std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(*hour) +
                        std::chrono::minutes(*minute) + seconds(*second);
  return instant(local - *from_utc, *fraction);
}

// `1.7684784e9`, as some programs write large numbers.
ParsedTime with_exponent(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return std::unexpected(too_late);
  if (error != std::errc{} || end != text.data() + text.size()) return std::unexpected(neither);
  if (value < 0) return std::unexpected(too_early);
  if (!(value < static_cast<double>(last.count()))) return std::unexpected(too_late);
  const double whole = std::floor(value);
  return instant(seconds(static_cast<std::int64_t>(whole)),
                 nanoseconds(static_cast<std::int64_t>((value - whole) * 1e9)));
}

}  // namespace

ParsedTime parse_time(std::string_view text) {
  if (text.size() > 4 && text[4] == '-') return rfc3339(text);
  std::uint64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error == std::errc::result_out_of_range) return std::unexpected(too_late);
  if (error != std::errc{}) return text.starts_with('-') ? with_exponent(text) : std::unexpected(neither);
  std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  const auto fraction = take_fraction(rest);
  if (!fraction) return std::unexpected(neither);
  if (!rest.empty()) return with_exponent(text);
  if (whole >= static_cast<std::uint64_t>(last.count())) return std::unexpected(too_late);
  return instant(seconds(static_cast<std::int64_t>(whole)), *fraction);
}

}  // namespace weir::config
