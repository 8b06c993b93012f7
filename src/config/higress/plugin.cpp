#include "config/higress/plugin.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace weir::config::higress {
namespace {

[[noreturn]] void wrong(const YAML::Node& at, const std::string& what) {
  const YAML::Mark mark = at.Mark();
  throw Wrong(mark.is_null() ? what : "line " + std::to_string(mark.line + 1) + ": " + what);
}

std::string text(const YAML::Node& node, const std::string& name) {
  if (!node.IsScalar()) wrong(node, "expected text for '" + name + "'");
  return node.Scalar();
}

std::int64_t number(const YAML::Node& node, const std::string& name) {
  std::int64_t value = 0;
  if (!node.IsScalar() || !YAML::convert<std::int64_t>::decode(node, value))
    wrong(node, "expected a number for '" + name + "'");
  return value;
}

// The window of `token_per_minute`; 0: not the name of a threshold.
char window_of(std::string_view name) {
  for (const std::string_view kind : {"token_per_", "query_per_"}) {
    if (!name.starts_with(kind)) continue;
    const std::string_view unit = name.substr(kind.size());
    if (unit == "second" || unit == "minute" || unit == "hour" || unit == "day") return unit.front();
  }
  return 0;
}

Threshold read_threshold(const YAML::Node& node, std::string_view of) {
  std::optional<Threshold> found;
  bool requests = false;
  for (const auto& entry : node) {
    const std::string name = entry.first.Scalar();
    if (name == "limit_type") requests = text(entry.second, name) == "request";
    if (window_of(name) == 0) continue;
    if (found) wrong(entry.first, std::string(of) + " has two thresholds");
    found = Threshold{number(entry.second, name), window_of(name), name.starts_with("token")};
    if (found->count < 1) wrong(entry.second, "the threshold '" + name + "' must be at least 1");
  }
  if (!found) wrong(node, std::string(of) + " has no threshold, like token_per_minute");
  found->tokens = found->tokens && !requests;
  return *found;
}

std::vector<Key> read_keys(const YAML::Node& list) {
  if (!list.IsSequence() || list.size() == 0) wrong(list, "expected a list for 'limit_keys'");
  std::vector<Key> keys;
  for (const YAML::Node& one : list) {
    if (!one.IsMap() || !one["key"]) wrong(one, "an entry of 'limit_keys' has no 'key'");
    keys.push_back({text(one["key"], "key"), read_threshold(one, "an entry of 'limit_keys'")});
  }
  return keys;
}

Rule read_rule(const YAML::Node& node) {
  if (!node.IsMap()) wrong(node, "expected a mapping for an item of 'rule_items'");
  std::optional<Rule> rule;
  for (const auto& entry : node) {
    std::string name = entry.first.Scalar();
    if (!name.starts_with("limit_by_")) continue;
    if (rule) wrong(entry.first, "a rule has two of limit_by_...");
    rule.emplace();
    rule->kind = name.substr(9);
    rule->per_value = rule->kind.starts_with("per_");
    if (rule->per_value) rule->kind.erase(0, 4);
    constexpr std::array<std::string_view, 5> kinds{"header", "param", "cookie", "consumer", "ip"};
    if (std::ranges::find(kinds, std::string_view(rule->kind)) == kinds.end() ||
        (rule->kind == "ip" && !rule->per_value)) {
      wrong(entry.first, "unknown kind of rule '" + name + "'");
    }
    rule->source = entry.second.IsScalar() ? entry.second.Scalar() : "";
  }
  if (!rule) wrong(node, "a rule has none of limit_by_header, limit_by_per_ip, ...");
  if (!node["limit_keys"]) wrong(node, "a rule has no 'limit_keys'");
  rule->keys = read_keys(node["limit_keys"]);
  return *rule;
}

Redis read_redis(const YAML::Node& node) {
  if (!node.IsMap() || !node["service_name"]) wrong(node, "'redis' has no 'service_name'");
  Redis redis;
  redis.service = text(node["service_name"], "service_name");
  if (node["service_port"]) redis.port = number(node["service_port"], "service_port");
  if (node["username"]) redis.username = text(node["username"], "username");
  redis.has_password = node["password"] && node["password"].IsScalar() && !node["password"].Scalar().empty();
  if (node["timeout"]) redis.timeout_ms = number(node["timeout"], "timeout");
  if (node["database"]) redis.database = number(node["database"], "database");
  return redis;
}

}  // namespace

Plugin read_plugin(const YAML::Node& config, std::vector<std::string>& notes) {
  if (!config.IsMap()) wrong(config, "expected a mapping: the plugin's config or a WasmPlugin");
  Plugin plugin;
  for (const auto& entry : config) {
    const std::string name = entry.first.Scalar();
    const YAML::Node& value = entry.second;
    if (name == "rule_name") {
      plugin.rule_name = text(value, name);
    } else if (name == "global_threshold") {
      plugin.global = read_threshold(value, "'global_threshold'");
    } else if (name == "rule_items") {
      if (!value.IsSequence()) wrong(value, "expected a list for 'rule_items'");
      for (const YAML::Node& item : value) plugin.rules.push_back(read_rule(item));
    } else if (name == "rejected_code") {
      plugin.rejected_code = number(value, name);
    } else if (name == "rejected_msg") {
      plugin.rejected_msg = text(value, name);
    } else if (name == "show_limit_quota_header") {
      plugin.shows_quota = value.IsScalar() && value.Scalar() == "true";
    } else if (name == "redis") {
      plugin.redis = read_redis(value);
    } else {
      notes.push_back("'" + name + "' has no equivalent and is left out");
    }
  }
  if (plugin.rule_name.empty()) wrong(config, "'rule_name' is missing");
  if (plugin.global.has_value() == !plugin.rules.empty()) {
    wrong(config, "exactly one of 'global_threshold' and 'rule_items' is needed");
  }
  plugin.tokens = plugin.global && plugin.global->tokens;
  for (const Rule& rule : plugin.rules) {
    for (const Key& key : rule.keys) plugin.tokens = plugin.tokens || key.threshold.tokens;
  }
  return plugin;
}

}  // namespace weir::config::higress
