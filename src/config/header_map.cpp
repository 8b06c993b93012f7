#include "config/header_map.hpp"

#include "config/characters.hpp"

#include <algorithm>

namespace weir::config {
namespace {

constexpr std::size_t most_headers = 1000;

bool is_value(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 0x7F; });
}

}  // namespace

std::vector<std::pair<std::string, Secret>> read_header_map(Reading& reading, const Field& field,
                                                            std::string (*refusal)(std::string_view)) {
  std::vector<std::pair<std::string, Secret>> headers;
  if (!read_mapping(reading, field, "a mapping of header names to values")) return headers;
  if (field.node->entries.size() > most_headers) {
    reading.errors.add(field.spot, "more than 1000 headers");
    return headers;
  }
  for (const Entry& entry : field.node->entries) {
    std::string name = lower_case(entry.key);
    if (std::string wrong = refusal(name); !wrong.empty()) {
      reading.errors.add(entry.spot, std::move(wrong));
      continue;
    }
    if (!is_token(name)) {
      reading.errors.add(entry.spot, "a header's name is letters, digits and - and cannot be " + in_quotes(entry.key));
      continue;
    }
    if (std::ranges::find(headers, name, &std::pair<std::string, Secret>::first) != headers.end()) {
      reading.errors.add(entry.spot,
                         "the header " + in_quotes(name) + " is given twice; letter case does not count in names");
      continue;
    }
    auto value = read_secret(reading, field_of(entry), "a value without control characters", is_value);
    if (value) headers.emplace_back(std::move(name), *std::move(value));
  }
  return headers;
}

}  // namespace weir::config
