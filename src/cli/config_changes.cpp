#include "cli/config_changes.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>

#include "cli/ports.hpp"
#include "gateway/live_files.hpp"
#include "gateway/settings.hpp"
#include "gateway/store_reference.hpp"

namespace weir::cli {

namespace json = boost::json;

namespace {

constexpr std::size_t most_limits = 5;  // that are named one by one

// Why the counters of a limit can't be those of before; empty: they are. A store keeps a counter by exactly these.
std::string fresh_start(const config::Limit& before, const config::Limit& after) {
  if (before.rule.algorithm == Algorithm::unlimited || after.rule.algorithm == Algorithm::unlimited) return "";
  if (before.rule.algorithm != after.rule.algorithm) return "algorithm changed";
  if (before.rule.period != after.rule.period) return "window changed";
  if (before.rule.anchor != after.rule.anchor) return "anchor changed";
  if (before.prefix != after.prefix) return "prefix changed";
  if (before.key != after.key) return "key changed";
  return "";
}

json::value settings_of(const config::Limit& limit) {
  config::Config alone;
  alone.limits = {limit};
  return gateway::settings_json(alone).at("limits").as_array().front();
}

std::string named(const config::Limit& limit) { return "limit '" + limit.name + "'"; }

std::vector<std::string> limit_changes(const config::Config& before, const config::Config& after) {
  std::map<std::string_view, const config::Limit*> old;
  for (const config::Limit& limit : before.limits) old[limit.name] = &limit;
  std::vector<std::string> changes;
  for (const config::Limit& limit : after.limits) {
    const std::string name = named(limit);
    const auto found = old.find(limit.name);
    if (found == old.end()) {
      changes.push_back(name + " added");
      continue;
    }
    if (const std::string why = fresh_start(*found->second, limit); !why.empty()) {
      changes.insert(changes.begin(), name + " starts afresh (" + why + ")");  // what costs something comes first
    } else if (settings_of(*found->second) != settings_of(limit)) {
      changes.push_back(name + " changed");
    }
    old.erase(found);
  }
  for (const config::Limit& limit : before.limits) {
    if (old.contains(limit.name)) changes.push_back(named(limit) + " removed");
  }
  if (changes.size() > most_limits) {
    const std::string more = std::to_string(changes.size() - most_limits);
    changes.resize(most_limits);
    changes.push_back(more + " more limits changed");
  }
  return changes;
}

// The settings that are of no limit and of no listener.
json::value rest_of_settings(const config::Config& config) {
  json::object settings = gateway::settings_json(config).as_object();
  for (const char* name : {"limits", "admin", "tls", "store"}) settings.erase(name);
  return settings;
}

std::string admin_place(const config::Config& config) {
  return config.admin ? to_string(config.admin->address) : "off";
}

std::string admin_token(const config::Config& config) {
  return config.admin && config.admin->token ? config.admin->token->value : "";
}

}  // namespace

ConfigChanges config_changes(const config::Config& before, const config::Config& after,
                             const gateway::RenderOptions& render) {
  const gateway::LiveFiles old = gateway::live_files(before, render);
  const gateway::LiveFiles now = gateway::live_files(after, render);
  ConfigChanges changes{.effects = limit_changes(before, after), .after_restart = {}};
  const auto say = [&](bool changed, std::string effect) {
    if (changed) changes.effects.push_back(std::move(effect));
  };
  say(old.routes != now.routes, "routes changed");
  say(old.clusters != now.clusters && admin_place(before) == admin_place(after), "upstreams changed");
  say(old.filters != now.filters, "jwt changed");
  say(to_string(before.listen) != to_string(after.listen), "listens on " + to_string(after.listen));
  say(before.tls.has_value() != after.tls.has_value(), after.tls ? "TLS on" : "TLS off");
  say(before.tls && after.tls && old.secrets != now.secrets, "another certificate");
  say(admin_place(before) != admin_place(after), "admin API " + admin_place(after));
  say(admin_token(before) != admin_token(after), "another admin token");
  say(before.drain != after.drain, "drain changed");
  say(rest_of_settings(before) != rest_of_settings(after), "other settings changed");
  json::value store = gateway::settings_json(before).at("store");
  store.as_object()["max_keys"] = after.store.max_keys;
  if (gateway::same_counters(before.store, after.store)) {
    say(store != gateway::settings_json(after).at("store"), "store changed");
  } else {
    say(true, "another store, where counters start afresh unless it has them");
  }
  if (before.store.max_keys != after.store.max_keys) {
    changes.after_restart.push_back("store.max_keys stays " + std::to_string(before.store.max_keys) +
                                    " until a restart");
  }
  return changes;
}

std::string to_string(const ConfigChanges& changes) {
  std::string line;
  for (const std::string& effect : changes.effects) line.append(line.empty() ? "" : ", ").append(effect);
  for (const std::string& rest : changes.after_restart) line.append(line.empty() ? "" : "; ").append(rest);
  return line;
}

}  // namespace weir::cli
