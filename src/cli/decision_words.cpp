#include "cli/decision_words.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/admin_command.hpp"
#include "cli/text_table.hpp"
#include "config/shown.hpp"

namespace weir::cli {

namespace {

using std::chrono::milliseconds;

constexpr std::array<std::pair<std::string_view, milliseconds>, 4> units{{{"d", std::chrono::days(1)},
                                                                          {"h", std::chrono::hours(1)},
                                                                          {"min", std::chrono::minutes(1)},
                                                                          {"s", std::chrono::seconds(1)}}};

std::optional<std::int64_t> number_of(const boost::json::value& answer, std::string_view name) {
  const auto* object = answer.if_object();
  const auto* value = object == nullptr ? nullptr : object->if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  boost::json::error_code error;
  const auto number = value->to_number<std::int64_t>(error);
  return error ? std::nullopt : std::optional(number);
}

std::string how_it_was_decided(const boost::json::value& decision) {
  return is_true(decision, "degraded") ? " (the store did not answer; its `on_error` decided)" : "";
}

// What stands after the verdict: `, try again in 12 s`.
std::string when_it_passes(const boost::json::value& decision) {
  const auto wait = number_of(decision, "retry_after_ms");
  return wait && *wait > 0 ? ", try again in " + spelled(milliseconds(*wait)) : "";
}

}  // namespace

std::string spelled(milliseconds length) {
  if (length < std::chrono::seconds(1)) return std::to_string(length.count()) + " ms";
  for (std::size_t at = 0; at < units.size(); ++at) {
    const auto& [name, unit] = units[at];
    const bool last = at + 1 == units.size();
    const milliseconds smaller = last ? unit : units[at + 1].second;
    const milliseconds rounded = (length + smaller - milliseconds(1)) / smaller * smaller;
    if (rounded < unit) continue;
    std::string out = std::to_string(rounded / unit) + ' ' + std::string(name);
    if (const auto rest = rounded % unit; rest.count() > 0) {
      out += ' ' + std::to_string(rest / smaller) + ' ' + std::string(units[at + 1].first);
    }
    return out;
  }
  return {};
}

std::string remaining_words(const boost::json::value& decision, UnixMilliseconds now) {
  const auto limit = number_of(decision, "limit");
  const std::string_view reason = text_of(decision, "reason");
  if (reason == "denied") return "denied";
  if (!limit) return "unlimited" + how_it_was_decided(decision);
  std::string out = grouped(number_of(decision, "remaining").value_or(0)) + " of " + grouped(*limit) + " left";
  if (const auto debt = number_of(decision, "debt"); debt && *debt > 0) out += ", " + grouped(*debt) + " owed";
  const auto reset = number_of(decision, "reset_ms");
  const bool full = number_of(decision, "remaining") == limit;
  if (!full && reset && *reset > now.time_since_epoch().count()) {
    out += ", full again in " + spelled(UnixMilliseconds(milliseconds(*reset)) - now);
  }
  return out + how_it_was_decided(decision);
}

std::string decision_words(const boost::json::value& decision, UnixMilliseconds now) {
  const std::string_view reason = text_of(decision, "reason");
  if (is_true(decision, "allowed")) {
    const std::string_view verdict = reason == "shadow" ? "allowed in shadow (it would be refused)" : "allowed";
    return std::string(verdict) + ", " + remaining_words(decision, now);
  }
  if (reason == "denied") return "denied";
  if (reason == "cost_above_limit") return "refused: the cost is above the limit, " + remaining_words(decision, now);
  return "limited, " + remaining_words(decision, now) + when_it_passes(decision);
}

std::string rate_words(const boost::json::value& rate) {
  std::string out = config::printable(text_of(rate, "rate"));
  if (const auto burst = number_of(rate, "burst")) out += ", burst " + grouped(*burst);
  if (const std::string_view anchor = text_of(rate, "anchor"); !anchor.empty()) {
    out += ", from " + config::printable(anchor);
  }
  return out + (text_of(rate, "source") == "runtime" ? " (set at run time)" : " (of the config)");
}

}  // namespace weir::cli
