#include "config/environment.hpp"

#include "config/characters.hpp"

#include <algorithm>
#include <cstdlib>

namespace weir::config {
namespace {

bool is_variable_name(std::string_view name) {
  return !name.empty() && !is_digit(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

std::expected<std::string, std::string> value_of(std::string_view reference, const Environment& environment) {
  const std::size_t separator = reference.find(":-");
  const std::string name(reference.substr(0, separator));
  if (!is_variable_name(name)) {
    return std::unexpected(
        std::string("a variable's name is made of letters, digits and _; write ${NAME} or "
                    "${NAME:-default}, and $${ for a plain ${"));
  }
  std::optional<std::string> value = environment ? environment(name) : std::nullopt;
  if (separator == std::string_view::npos) {
    if (value) return *std::move(value);
    return std::unexpected("the environment variable " + name + " is not set; set it, or write ${" + name +
                           ":-default}");
  }
  const std::string_view fallback = reference.substr(separator + 2);
  if (fallback.find("${") != std::string_view::npos) {
    return std::unexpected("the default of ${" + name + "} holds another variable; a default is plain text");
  }
  return value && !value->empty() ? *std::move(value) : std::string(fallback);
}

}  // namespace

std::expected<Expanded, std::string> expand(std::string_view text, const Environment& environment) {
  Expanded out;
  for (;;) {
    const std::size_t start = text.find("${");
    if (start == std::string_view::npos) break;
    if (start > 0 && text[start - 1] == '$') {
      out.text.append(text.substr(0, start - 1)).append("${");
      text.remove_prefix(start + 2);
      continue;
    }
    const std::size_t end = text.find('}', start);
    if (end == std::string_view::npos) {
      return std::unexpected(std::string("a ${ without its }; write ${NAME}, or $${ for a plain ${"));
    }
    const std::string_view reference = text.substr(start + 2, end - start - 2);
    auto value = value_of(reference, environment);
    if (!value) return std::unexpected(std::move(value).error());
    out.text.append(text.substr(0, start)).append(*value);
    if (!out.variables.empty()) out.variables += ", ";
    out.variables.append("${").append(reference.substr(0, reference.find(":-"))).append("}");
    text.remove_prefix(end + 1);
  }
  out.text.append(text);
  return out;
}

Environment process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

}  // namespace weir::config
