// analytics_range.hpp: what a query of analytics asks for, out of its target.
#pragma once

#include "analytics/counts.hpp"
#include "api/call.hpp"
#include "api/problem.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir::api {

// Unix milliseconds, from <= t < to.
struct TimeRange {
  analytics::Millis from = 0;
  analytics::Millis to = 0;
};
// The last hour unless the query has `from` and `to`: Unix milliseconds, RFC 3339, or relative to now (-1h, now). 400
// when one is none of these, 422 when `from` is not before `to`.
[[nodiscard]] Result<TimeRange> read_range(const Call& call);

// The query's `step`, at least `bucket`; 1m without one, 1h beyond a day, and never less than a bucket.
[[nodiscard]] Result<analytics::Millis> read_step(const Call& call, const TimeRange& range, analytics::Millis bucket);

// The query's `n`; 10 without one.
[[nodiscard]] Result<std::size_t> read_count(const Call& call);

// The value under this name, decoded; none when it is absent. 400 when it is there twice.
[[nodiscard]] Result<std::optional<std::string>> read_once(const Call& call, std::string_view name);

// Which of `words`; the first when the query has none.
[[nodiscard]] Result<std::size_t> read_word(const Call& call, std::string_view name,
                                            std::span<const std::string_view> words);

}  // namespace weir::api
