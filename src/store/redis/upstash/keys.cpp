#include "store/redis/upstash/keys.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace weir::store::redis::upstash {
namespace {

constexpr std::array<std::string_view, 4> reserved{"dynamic:global", "denyList:all", "denyList:ipDenyList",
                                                   "ipDenyListStatus"};
constexpr double largest = 9007199254740992.0;  // 2^53

}  // namespace

std::string identifier_of(Key key) { return key.is_number() ? std::to_string(key.number()) : std::string(key.text()); }

std::string key_of(std::string_view prefix, std::string_view identifier) {
  std::string key;
  key.reserve(prefix.size() + 1 + identifier.size() + 21);  // room for a window
  return key.append(prefix).append(":").append(identifier);
}

std::string window_key(std::string_view key, std::int64_t window) {
  return std::string(key) + ":" + std::to_string(window);
}

std::string bucket_key(std::string_view prefix, std::string_view identifier) {
  if (std::ranges::find(reserved, identifier) == reserved.end()) return key_of(prefix, identifier);
  return key_of(prefix, "%" + std::string(identifier));
}

std::string dynamic_limit_key(std::string_view prefix) { return key_of(prefix, reserved[0]); }
std::string deny_list_key(std::string_view prefix) { return key_of(prefix, reserved[1]); }
std::string ip_deny_list_key(std::string_view prefix) { return key_of(prefix, reserved[2]); }
std::string ip_deny_list_status_key(std::string_view prefix) { return key_of(prefix, reserved[3]); }

std::vector<std::string> setting_keys(std::string_view prefix) {
  std::vector<std::string> keys;
  for (const std::string_view name : reserved) keys.push_back(key_of(prefix, name));
  return keys;
}

std::string dynamic_limit_text(std::int64_t limit) { return std::to_string(limit); }

// As the scripts read it: Lua's tonumber is strtod with nothing but space around it.
std::optional<std::int64_t> read_dynamic_limit(std::string_view text) {
  const std::string copy(text);
  char* end = nullptr;
  const double number = std::strtod(copy.c_str(), &end);
  if (end == copy.c_str() || std::isnan(number)) return std::nullopt;
  if (copy.find_first_not_of(" \t\n\v\f\r", static_cast<std::size_t>(end - copy.c_str())) != std::string::npos) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(std::floor(std::clamp(number, 0.0, largest)));
}

std::string all_keys_pattern(std::string_view prefix) {
  std::string pattern;
  for (const char character : prefix) {
    if (std::string_view("*?[]\\").contains(character)) pattern += '\\';
    pattern += character;
  }
  return pattern + ":*";
}

bool is_counter(std::string_view prefix, std::string_view key) {
  if (!key.starts_with(prefix) || key.size() <= prefix.size() || key[prefix.size()] != ':') return false;
  return std::ranges::find(reserved, key.substr(prefix.size() + 1)) == reserved.end();
}

}  // namespace weir::store::redis::upstash
