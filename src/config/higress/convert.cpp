#include "config/higress/convert.hpp"

#include "config/higress/plugin.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <exception>

namespace weir::config {
namespace {

using namespace higress;  // NOLINT(google-build-using-namespace): this file's whole subject

constexpr std::size_t most_text = std::size_t{8} << 20U;

// A double-quoted scalar; `${` would be a variable of the environment.
std::string quoted(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char byte = text[at];
    const auto code = static_cast<unsigned char>(byte);
    if (byte == '$' && text.substr(at).starts_with("${")) out += '$';
    if (byte == '"' || byte == '\\') out += '\\';
    if (code < 0x20 || code == 0x7F) {
      out += "\\x";
      out += hex[code >> 4];
      out += hex[code & 15];
    } else {
      out += byte;
    }
  }
  return out + '"';
}

std::string rate(const Threshold& threshold) { return std::to_string(threshold.count) + "/1" + threshold.window; }

// Names of limits have 64 bytes of A-Z a-z 0-9 . _ -
std::string limit_name(std::string_view rule_name, std::string_view rest) {
  std::string name;
  for (const char byte : rule_name.substr(0, 40)) {
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
                       byte == '.' || byte == '_' || byte == '-';
    name += plain ? byte : '-';
  }
  return name.append("-").append(rest);
}

// The key as a pattern of `only` and `overrides`.
std::string pattern(const Rule& rule, const Key& key) {
  if (rule.per_value && key.text == "*") return "*";
  if (rule.per_value && key.text.starts_with("regexp:")) return "~" + key.text.substr(7);
  std::string out;
  for (const char byte : key.text) {
    if (byte == '*' || byte == '?' || byte == '\\' || (byte == '~' && out.empty())) out += '\\';
    out += byte;
  }
  return out;
}

std::string key_source(const Rule& rule, std::vector<std::string>& notes) {
  if (rule.kind == "param") return "query:" + rule.source;
  if (rule.kind == "consumer") return "header:x-mse-consumer";
  if (rule.kind != "ip") return rule.kind + ":" + rule.source;
  constexpr std::string_view from_header = "from-header-";
  if (rule.source.starts_with(from_header)) {
    notes.push_back("limit_by_per_ip " + rule.source +
                    ": the header's whole value is the key; if it holds a list like X-Forwarded-For, "
                    "use `key: ip` with `trusted_proxies` instead");
    return "header:" + rule.source.substr(from_header.size());
  }
  notes.push_back("limit_by_per_ip: IPv6 clients are counted by /64, not by address; `key: ip/128` counts addresses");
  return "ip";
}

class Writer {
 public:
  Writer(const Plugin& plugin, std::vector<std::string>& notes) : plugin_(&plugin), notes_(&notes) {}

  std::string whole() {
    status_ = plugin_->rejected_code;
    if (status_ < 400 || status_ > 599) {
      notes_->push_back("rejected_code " + std::to_string(status_) +
                        " is no status of an error: 429 stands in its place");
      status_ = 429;
    }
    store();
    out_ += "limits:\n";
    if (plugin_->global) limit("global", "const:global", *plugin_->global, {}, {});
    for (std::size_t at = 0; at < plugin_->rules.size(); ++at) rule(plugin_->rules[at], at + 1);
    upstream();
    return out_;
  }

 private:
  struct Override {
    std::string pattern;
    Threshold threshold;
  };

  void store() {
    out_ += "version: 1\nstore:\n";
    if (!plugin_->redis) {
      notes_->push_back("there is no 'redis': the limits are counted in this process alone");
      out_ += "  url: memory\n";
      return;
    }
    const Redis& redis = *plugin_->redis;
    std::string url = "redis://";
    if (redis.has_password) {
      notes_->push_back("the Redis password is not printed: put it into the environment variable REDIS_PASSWORD");
      url += escaped(redis.username) + ":${REDIS_PASSWORD}@";
    } else if (!redis.username.empty()) {
      url += escaped(redis.username) + "@";
    }
    url += redis.service + ":" + std::to_string(redis.port);
    if (redis.database != 0) url += "/" + std::to_string(redis.database);
    if (redis.service.ends_with(".static") || redis.service.ends_with(".dns")) {
      notes_->push_back("'" + redis.service +
                        "' is a name in Higress' own registry: put the server's address into store.url");
    }
    out_ += "  url: \"" + url + "\"\n  timeout: " + std::to_string(std::max<std::int64_t>(redis.timeout_ms, 1)) +
            "ms\n  on_error: allow  # as Higress does; `local` would go on counting here\n";
  }

  // Of a user's name in a URL.
  static std::string escaped(std::string_view text) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (const char byte : text) {
      const auto code = static_cast<unsigned char>(byte);
      const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
                         byte == '-' || byte == '_' || byte == '.';
      if (plain) {
        out += byte;
      } else {
        out += '%';
        out += hex[code >> 4];
        out += hex[code & 15];
      }
    }
    return out;
  }

  // One limit; two when some keys count tokens and others requests.
  void rule(const Rule& rule, std::size_t number) {
    const std::string source = key_source(rule, *notes_);
    bool pattern_seen = false;
    for (const Key& key : rule.keys) {
      const bool is_pattern = rule.per_value && (key.text == "*" || key.text.starts_with("regexp:"));
      if (pattern_seen && !is_pattern && rule.kind != "ip") {
        notes_->push_back(
            "'" + key.text +
            "' stands behind a pattern: Weir looks at exact keys first, Higress at the first that matches");
      }
      pattern_seen = pattern_seen || is_pattern;
    }
    for (const bool tokens : {true, false}) {
      std::vector<Override> keys;
      for (const Key& key : rule.keys) {
        if (key.threshold.tokens == tokens) keys.push_back({pattern(rule, key), key.threshold});
      }
      if (keys.empty()) continue;
      std::string name = std::to_string(number) + "-" + (rule.per_value ? "per-" : "") + rule.kind;
      if (plugin_->tokens && !tokens) name += "-requests";
      const auto all = std::find_if(keys.begin(), keys.end(), [](const Override& one) { return one.pattern == "*"; });
      if (all != keys.end()) {
        const Threshold every = all->threshold;
        keys.erase(all);
        limit(name, source, every, {}, keys);
      } else {
        const Threshold first = keys.front().threshold;
        std::vector<std::string> only;
        for (const Override& one : keys) only.push_back(one.pattern);
        std::erase_if(keys, [&](const Override& one) { return one.threshold == first; });
        limit(name, source, first, only, keys);
      }
    }
  }

  void limit(const std::string& rest, const std::string& source, const Threshold& threshold,
             const std::vector<std::string>& only, const std::vector<Override>& overrides) {
    names_.push_back(limit_name(plugin_->rule_name, rest));
    out_ += "  " + quoted(names_.back()) + ":\n    key: " + quoted(source) + "\n    rate: " + rate(threshold) +
            "\n    algorithm: fixed_window\n";
    if (threshold.tokens)
      out_ +=
          "    unit: tokens\n    reserve: \"off\"  # as Higress does: charged at the end; max_tokens holds what a call "
          "may use\n";
    if (!only.empty()) {
      out_ += "    only: [";
      for (std::size_t at = 0; at < only.size(); ++at) out_ += (at > 0 ? ", " : "") + quoted(only[at]);
      out_ += "]\n";
    }
    if (!overrides.empty()) {
      out_ += "    overrides:\n";
      for (const Override& one : overrides) out_ += "      " + quoted(one.pattern) + ": " + rate(one.threshold) + "\n";
    }
    out_ += "    reject: { status: " + std::to_string(status_);
    out_ +=
        ", message: " + quoted(plugin_->rejected_msg.empty() ? "Too many requests" : plugin_->rejected_msg) + " }\n";
  }

  void upstream() {
    notes_->push_back(std::string("put the address of your backend into upstreams.default.url") +
                      (plugin_->tokens ? ", and its API into `ai`" : ""));
    out_ += "upstreams:\n  default: { url: \"http://127.0.0.1:9000\"";
    out_ += plugin_->tokens ? ", ai: auto }\n" : " }\n";
    out_ +=
        "routes:\n  - path: /*\n    to: default\n    limits: [[";  // a list in the list: the first that applies, alone
    for (std::size_t at = 0; at < names_.size(); ++at) out_ += (at > 0 ? ", " : "") + quoted(names_[at]);
    out_ += "]]\n";
    if (!plugin_->tokens)
      out_ += plugin_->shows_quota ? "responses: { headers: x }\n" : "responses: { headers: none }\n";
  }

  const Plugin* plugin_;
  std::vector<std::string>* notes_;
  std::string out_;
  std::vector<std::string> names_;
  std::int64_t status_ = 429;
};

// The config inside a WasmPlugin resource, or the text itself.
YAML::Node config_of(const YAML::Node& root, std::vector<std::string>& notes) {
  if (!root.IsMap() || !root["spec"]) return root;
  const YAML::Node spec = root["spec"];
  if (!spec.IsMap()) throw Wrong("'spec' of the WasmPlugin is no mapping");
  if (spec["matchRules"] && spec["matchRules"].IsSequence()) {
    for (const YAML::Node& rule : spec["matchRules"]) {
      const std::string where = rule["ingress"] ? "ingress" : rule["domain"] ? "domain" : "service";
      notes.push_back("a rule of spec.matchRules (by " + where + ", line " + std::to_string(rule.Mark().line + 1) +
                      ") is left out: convert its config by itself and give it a route");
    }
  }
  if (!spec["defaultConfig"]) throw Wrong("the WasmPlugin has no spec.defaultConfig");
  return spec["defaultConfig"];
}

}  // namespace

std::expected<Converted, std::string> convert_higress(std::string_view text) {
  if (text.size() > most_text) return std::unexpected("the file is longer than 8 MiB");
  try {
    const YAML::Node root = YAML::Load(std::string(text));
    Converted converted;
    const Plugin plugin = read_plugin(config_of(root, converted.notes), converted.notes);
    converted.yaml = Writer(plugin, converted.notes).whole();
    return converted;
  } catch (const YAML::ParserException& error) {
    return std::unexpected("line " + std::to_string(error.mark.line + 1) + ": " + error.msg);
  } catch (const std::exception& error) {
    return std::unexpected(error.what());
  }
}

}  // namespace weir::config
