#include "analytics/slice_name.hpp"

#include <array>
#include <charconv>

namespace weir::analytics {

std::string group_of(Millis begin) { return std::to_string(start_of(begin, day) / day); }

std::string text_of(const SharedName& name) {
  return name.instance + ":" + std::to_string(name.slice.level) + ":" + std::to_string(name.slice.begin) + ":" +
         std::to_string(name.slice.length);
}

std::optional<SharedName> parse_shared_name(std::string_view text) {
  constexpr Millis longest = 4000 * day;
  const std::size_t end = text.find(':');
  if (end == std::string_view::npos) return std::nullopt;
  std::array<Millis, 3> numbers{};
  std::string_view rest = text.substr(end);
  for (Millis& number : numbers) {
    if (!rest.starts_with(':')) return std::nullopt;
    const auto [stop, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), number);
    if (error != std::errc{}) return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(stop - rest.data()));
  }
  const auto& [level, begin, length] = numbers;
  const bool sound = rest.empty() && level >= 0 && level < static_cast<Millis>(Ledger::levels) && begin >= 0 &&
                     begin < (Millis{1} << 52) && length > 0 && length <= longest;
  if (!sound) return std::nullopt;
  return SharedName{.instance = std::string(text.substr(0, end)),
                    .slice = {.level = static_cast<std::size_t>(level), .begin = begin, .length = length}};
}

}  // namespace weir::analytics
