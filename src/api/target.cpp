#include "api/target.hpp"

#include "config/characters.hpp"

#include <algorithm>

namespace weir::api {
namespace {

int hex_value(char digit) {
  if (config::is_digit(digit)) return digit - '0';
  const char lower = config::to_lower(digit);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::optional<std::string> form_decoded(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return percent_decoded(spaced);
}

}  // namespace

Target split_target(std::string_view target) {
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return {target, {}};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += text[at];
      continue;
    }
    const int high = at + 2 < text.size() ? hex_value(text[at + 1]) : -1;
    const int low = at + 2 < text.size() ? hex_value(text[at + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high << 4 | low);
    at += 2;
  }
  return decoded;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char byte : text) {
    if (config::is_letter(byte) || config::is_digit(byte) || std::string_view("-._~").contains(byte)) {
      encoded += byte;
      continue;
    }
    encoded += '%';
    encoded += digits[static_cast<unsigned char>(byte) >> 4];
    encoded += digits[static_cast<unsigned char>(byte) & 15];
  }
  return encoded;
}

std::optional<std::vector<std::string>> query_values(std::string_view query, std::string_view name) {
  std::vector<std::string> values;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto decoded_name = form_decoded(pair.substr(0, equals));
    if (!decoded_name) return std::nullopt;
    if (*decoded_name != name) continue;
    auto value = form_decoded(pair.substr(std::min(equals + 1, pair.size())));
    if (!value) return std::nullopt;
    values.push_back(*std::move(value));
  }
  return values;
}

}  // namespace weir::api
