#include "cli/trace/field.hpp"

#include "cli/trace/call.hpp"
#include "config/shown.hpp"
#include "config/suggestion.hpp"
#include "config/time.hpp"

#include <weir/rule.hpp>

#include <charconv>
#include <cstddef>
#include <system_error>

namespace weir::cli::trace {

Field field_named(std::string_view name) {
  for (std::size_t i = 0; i < field_names.size(); ++i) {
    if (name == field_names[i]) return static_cast<Field>(i);
  }
  return Field::unknown;
}

std::string unused(std::string_view what, std::string_view name) {
  return std::string(what) + ' ' + config::in_quotes(name) + " is not used" + config::did_you_mean(name, field_names);
}

std::expected<void, std::string> set_time(Call& call, std::string_view text) {
  const auto time = config::parse_time(text);
  if (!time) return std::unexpected("time " + config::in_quotes(text) + ' ' + std::string(time.error()));
  call.time = *time;
  return {};
}

std::expected<void, std::string> set_cost(Call& call, std::string_view text) {
  std::int64_t cost = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cost);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) {
    return std::unexpected("cost " + config::in_quotes(text) + " is not a whole number");
  }
  if (error != std::errc{} || cost >= max_count || cost <= -max_count) {
    return std::unexpected("cost " + config::in_quotes(text) + " is not between -2^53 and 2^53");
  }
  call.cost = cost;
  return {};
}

}  // namespace weir::cli::trace
