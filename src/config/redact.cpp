#include "config/redact.hpp"

#include "config/characters.hpp"

#include <algorithm>
#include <array>

namespace weir::config {
namespace {

constexpr auto secret_names =
    std::to_array<std::string_view>({"token", "secret", "password", "authorization", "api-key", "api_key", "apikey"});

void hide(std::string& line, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) {
    if (line[i] != '"' && line[i] != '\'') line[i] = '*';
  }
}

void hide_url_passwords(std::string& line) {
  for (std::size_t at = line.find("://"); at != std::string::npos; at = line.find("://", at + 3)) {
    const std::size_t end = std::min(line.find_first_of("/ \t\"'", at + 3), line.size());
    const std::size_t sign = line.substr(at + 3, end - at - 3).rfind('@');
    if (sign != std::string::npos) hide(line, at + 3, at + 3 + sign);
  }
}

void hide_secret_values(std::string& line) {
  const std::string lower = lower_case(line);
  for (const std::string_view name : secret_names) {
    for (std::size_t at = lower.find(name); at != std::string::npos; at = lower.find(name, at + 1)) {
      std::size_t after = at + name.size();
      if (after < line.size() && (line[after] == '"' || line[after] == '\'')) ++after;
      if (after + 1 >= line.size() || line[after] != ':' || (line[after + 1] != ' ' && line[after + 1] != '\t'))
        continue;
      const std::size_t value = std::min(line.find_first_not_of(" \t", after + 1), line.size());
      if (line.compare(value, 1, "$") == 0 || line.compare(value, 2, "\"$") == 0) continue;  // names a variable
      const bool quoted = value < line.size() && (line[value] == '"' || line[value] == '\'');
      const std::size_t end = quoted ? line.find(line[value], value + 1) : line.find_first_of(",}", value);
      hide(line, value, line.find_last_not_of(" \t", std::min(end, line.size()) - 1) + 1);
    }
  }
}

}  // namespace

std::string redact(std::string_view line) {
  std::string shown(line);
  hide_url_passwords(shown);
  hide_secret_values(shown);
  return shown;
}

}  // namespace weir::config
