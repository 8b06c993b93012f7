#include "gateway/environment_reference.hpp"

#include "config/environment.hpp"

#include <optional>

namespace weir::gateway {

namespace {

// Around a variable's name in expanded text; no header's value may hold them.
constexpr char opening = '\x01';
constexpr char closing = '\x02';

}  // namespace

std::string environment_reference(std::string_view written, const config::Environment& environment) {
  const auto named = [&](std::string_view name) -> std::optional<std::string> {
    const auto value = environment ? environment(name) : std::nullopt;
    if (!value || value->empty()) return value;
    return opening + std::string(name) + closing;
  };
  const auto expanded = config::expand(written, named);
  std::string reference;
  for (const char c : expanded ? expanded->text : std::string(written)) {
    if (c == opening) {
      reference += "%ENVIRONMENT(";
    } else if (c == closing) {
      reference += ")%";
    } else {
      reference.append(c == '%' ? 2 : 1, c);
    }
  }
  return reference;
}

std::set<std::string> variables_in(std::string_view written, const config::Environment& environment) {
  std::set<std::string> names;
  const auto noted = [&](std::string_view name) {
    names.emplace(name);
    return environment ? environment(name) : std::nullopt;
  };
  (void)config::expand(written, noted);
  return names;
}

}  // namespace weir::gateway
