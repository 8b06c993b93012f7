// plugin.hpp: a Higress rate limit plugin's config, as typed values.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace YAML {
class Node;
}

namespace weir::config::higress {

struct Threshold {
  std::int64_t count = 0;
  char window = 'm';  // s, m, h, d
  bool tokens = false;
  friend bool operator==(const Threshold&, const Threshold&) = default;
};

struct Key {
  std::string text;
  Threshold threshold;
};

struct Rule {
  std::string kind;        // header, param, cookie, consumer, ip
  bool per_value = false;  // limit_by_per_...: keys may be `*`, `regexp:`, networks
  std::string source;      // the header's, parameter's or cookie's name; for ip: from-remote-addr or from-header-NAME
  std::vector<Key> keys;   // in order: the first that matches counts
};

struct Redis {
  std::string service;
  std::int64_t port = 6379;
  std::string username;
  bool has_password = false;
  std::int64_t timeout_ms = 1000;
  std::int64_t database = 0;
};

struct Plugin {
  bool tokens = false;  // ai-token-ratelimit
  std::string rule_name;
  std::optional<Threshold> global;
  std::vector<Rule> rules;
  std::int64_t rejected_code = 429;
  std::string rejected_msg;
  bool shows_quota = false;
  std::optional<Redis> redis;
};

// With its place in front: `line 3: ...`.
struct Wrong : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Throws Wrong. Options that are not known are told in `notes`.
[[nodiscard]] Plugin read_plugin(const YAML::Node& config, std::vector<std::string>& notes);

}  // namespace weir::config::higress
