#include "api/analytics_range.hpp"

#include "api/target.hpp"
#include "config/duration.hpp"
#include "config/number.hpp"
#include "config/time.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace weir::api {

namespace {

using analytics::Millis;
using std::chrono::milliseconds;

constexpr Millis minute = 60'000;
constexpr Millis hour = 60 * minute;
constexpr Millis day = 24 * hour;
constexpr Millis last = Millis{7'258'118'400'000};  // 2200-01-01: further away, nanoseconds since 1970 end
constexpr std::int64_t most_rows = 10'000;

Millis millis(std::chrono::nanoseconds time) { return std::chrono::floor<milliseconds>(time).count(); }

std::string sentence(std::string_view name, std::string_view what) {
  return "'" + std::string(name) + "' must be " + std::string(what) + ".";
}

Result<Millis> moment(std::string_view name, std::string text, Millis now) {
  constexpr std::string_view shape =
      "Unix milliseconds, a time like 2026-01-15T12:00:00Z, or one before now like -1h or -30m";
  if (text == "now") return now;
  if (text.starts_with('-')) {
    const auto ago = config::parse_duration(std::string_view(text).substr(1));
    if (!ago) return refuse(400, sentence(name, shape));
    return std::max<Millis>(0, now - millis(*ago));
  }
  if (text.size() > 4 && text[4] == '-') {
    // What was sent as + came as a blank; a blank between date and time stays.
    if (const std::size_t blank = text.rfind(' '); blank != std::string::npos && blank > 10) text[blank] = '+';
    const auto time = config::parse_time(text);
    if (!time) return refuse(400, sentence(name, shape));
    return millis(time->time_since_epoch());
  }
  const auto number = config::parse_number(text);
  if (!number) return refuse(400, sentence(name, shape));
  if (*number < 0 || *number > last) return refuse(422, sentence(name, "between 1970 and 2200"));
  return *number;
}

}  // namespace

Result<std::optional<std::string>> read_once(const Call& call, std::string_view name) {
  auto values = query_values(call.query, name);
  if (!values) return refuse(400, "A % in the query is not followed by two hexadecimal digits.");
  if (values->size() > 1) return refuse(400, "'" + std::string(name) + "' is in the query more than once.");
  return values->empty() ? std::optional<std::string>() : std::move(values->front());
}

Result<TimeRange> read_range(const Call& call) {
  const Millis now = millis(call.service.now().time_since_epoch());
  TimeRange range{.from = 0, .to = now + 1};
  auto to = read_once(call, "to");
  if (!to) return std::unexpected(std::move(to.error()));
  if (*to) {
    const auto read = moment("to", **std::move(to), now);
    if (!read) return std::unexpected(read.error());
    range.to = *read;
  }
  auto from = read_once(call, "from");
  if (!from) return std::unexpected(std::move(from.error()));
  range.from = std::max<Millis>(0, range.to - hour);
  if (*from) {
    const auto read = moment("from", **std::move(from), now);
    if (!read) return std::unexpected(read.error());
    range.from = *read;
  }
  if (range.from >= range.to) return refuse(422, "'from' must be before 'to'.");
  return range;
}

Result<Millis> read_step(const Call& call, const TimeRange& range, Millis bucket) {
  constexpr std::string_view shape = "a duration like 1m or 1h";
  auto text = read_once(call, "step");
  if (!text) return std::unexpected(std::move(text.error()));
  if (!*text) return std::max(bucket, range.to - range.from > day + 1 ? hour : minute);
  const auto step = config::parse_duration(**text);
  if (!step) return refuse(400, sentence("step", shape));
  if (millis(*step) < bucket || *step % milliseconds(1) != std::chrono::nanoseconds(0)) {
    return refuse(422, sentence("step", "at least a bucket, " + config::spell(milliseconds(bucket))));
  }
  return millis(*step);
}

Result<std::size_t> read_count(const Call& call) {
  const std::string shape = "a whole number from 1 to " + std::to_string(most_rows);
  auto text = read_once(call, "n");
  if (!text) return std::unexpected(std::move(text.error()));
  if (!*text) return std::size_t{10};
  const auto number = config::parse_number(**text);
  if (!number) return refuse(400, sentence("n", shape));
  if (*number < 1 || *number > most_rows) return refuse(422, sentence("n", shape));
  return static_cast<std::size_t>(*number);
}

Result<std::size_t> read_word(const Call& call, std::string_view name, std::span<const std::string_view> words) {
  auto text = read_once(call, name);
  if (!text) return std::unexpected(std::move(text.error()));
  if (!*text) return std::size_t{0};
  const auto found = std::ranges::find(words, std::string_view(**text));
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string all;
  for (const std::string_view word : words)
    all.append(all.empty() ? "" : word == words.back() ? " or " : ", ").append(word);
  return refuse(422, sentence(name, all));
}

}  // namespace weir::api
