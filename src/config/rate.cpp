#include "config/rate.hpp"

#include "config/duration.hpp"
#include "config/number.hpp"
#include "config/suggestion.hpp"
#include "usage/price/decimal.hpp"

#include <array>

namespace weir::config {
namespace {

constexpr std::string_view shape = "a rate like 100/1m, 1000/month, 1000/year or unlimited";

Parsed<Period> parse_period(std::string_view text) {
  if (text == "month") return Period::month();
  if (text == "year") return Period::year();
  const auto length = parse_duration(text);
  if (!length) return std::unexpected(length.error());
  if (*length == std::chrono::nanoseconds::zero()) return refuse("a period longer than 0");
  return Period(*length);
}

// `did you mean 5m?` about the period becomes `did you mean 100/5m?` about the rate.
std::string hint_for(std::string_view count, std::string_view period, const Refusal& refusal) {
  constexpr std::string_view meant = "did you mean ";
  if (refusal.hint.starts_with(meant))
    return std::string(meant) + std::string(count) + "/" + refusal.hint.substr(meant.size());
  if (period == "months" || period == "mo") return std::string(meant) + std::string(count) + "/month?";
  if (period == "years" || period == "y") return std::string(meant) + std::string(count) + "/year?";
  return {};
}

// `count_of` reads what stands before the slash.
Parsed<Rate> parse_rate_of(std::string_view text, std::string_view shape,
                           Parsed<std::int64_t> (*count_of)(std::string_view, std::string_view shape)) {
  if (text == "unlimited") return Rate{};
  const std::size_t slash = text.find('/');
  const auto count = count_of(text.substr(0, slash), shape);
  if (!count) {
    constexpr auto words = std::to_array<std::string_view>({"unlimited"});
    const std::string_view meant = nearest(text, words);
    if (slash == std::string_view::npos && !meant.empty()) return refuse(std::string(shape), "did you mean unlimited?");
    return std::unexpected(count.error());
  }
  if (slash == std::string_view::npos) return Rate{.kind = Rate::Kind::bare, .count = *count};
  const std::string_view per = text.substr(slash + 1);
  const auto period = parse_period(per);
  if (!period) return refuse(std::string(shape), hint_for(text.substr(0, slash), per, period.error()));
  return Rate{.kind = Rate::Kind::per_period, .count = *count, .period = *period};
}

constexpr std::string_view no_zero = "to refuse everybody, use deny: [\"*\"]";

Parsed<std::int64_t> units(std::string_view text, std::string_view shape) {
  const auto count = parse_number(text);
  if (!count) return refuse(std::string(shape) + ", its count a whole number from 1 to 2^53");
  if (*count < 1 || *count > max_count) {
    return refuse("a rate whose count is from 1 to 2^53", std::string(*count == 0 ? no_zero : ""));
  }
  return *count;
}

Parsed<std::int64_t> money(std::string_view text, std::string_view shape) {
  const auto sum = usage::parse_decimal(text);
  if (!sum) return refuse(std::string(shape) + ", at most nine digits after the point");
  if (sum->nanos == 0) return refuse("a rate of more than 0", std::string(no_zero));
  if (sum->nanos > max_count) return refuse("a rate of at most 9007199.254740992, which is 2^53 billionths");
  return sum->nanos;
}

constexpr std::string_view money_shape = "a rate of money like 5.00/1d, 100/month or unlimited";

}  // namespace

Parsed<Rate> parse_rate(std::string_view text) { return parse_rate_of(text, shape, units); }

Parsed<Rate> parse_money_rate(std::string_view text) { return parse_rate_of(text, money_shape, money); }

Parsed<std::int64_t> parse_money(std::string_view text) { return money(text, "an amount of money like 0.25"); }

}  // namespace weir::config
