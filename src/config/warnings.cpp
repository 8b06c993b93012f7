#include "config/warnings.hpp"

#include "config/address.hpp"
#include "config/lambda_warnings.hpp"
#include "config/route_cover.hpp"
#include "config/shown.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace weir::config {
namespace {

using Warnings = std::vector<Warning>;

void warn_of_forgotten_quotas(const Config& config, Warnings& warnings) {
  if (!config.store.is_memory()) return;
  for (const Limit& limit : config.limits) {
    const Period& period = limit.rule.period;
    const bool month = period.kind() == Period::Kind::month;
    const bool year = period.kind() == Period::Kind::year;
    if (!month && !year && period.length() < std::chrono::days(7)) continue;
    warnings.push_back({limit.place, "the limit " + in_quotes(limit.name) + " counts over a " +
                                         (month  ? "month"
                                          : year ? "year"
                                                 : "week or longer") +
                                         ", and the memory store forgets all counts when Weir restarts"});
  }
}

void warn_of_unused(const Config& config, Warnings& warnings) {
  std::unordered_set<std::string_view> limits;
  std::unordered_set<std::string_view> upstreams;
  for (const Route& route : config.routes) {
    upstreams.insert(route.upstream);
    for (const auto& choices : route.limits) limits.insert(choices.begin(), choices.end());
  }
  for (const Limit& limit : config.limits) {
    if (limits.contains(limit.name)) continue;
    warnings.push_back({limit.place, "no route uses the limit " + in_quotes(limit.name) +
                                         ": it holds for the admin API alone; name it in a route's 'limits'"});
  }
  for (const Upstream& upstream : config.upstreams) {
    if (upstreams.contains(upstream.name)) continue;
    warnings.push_back({upstream.place, "no route goes to the upstream " + in_quotes(upstream.name)});
  }
}

void warn_of_shadowed_routes(const Config& config, Warnings& warnings) {
  constexpr std::size_t most = 5000;
  const std::size_t count = std::min(config.routes.size(), most);
  for (std::size_t later = 1; later < count; ++later) {
    for (std::size_t earlier = 0; earlier < later; ++earlier) {
      if (!covers(config.routes[earlier], config.routes[later])) continue;
      warnings.push_back({config.routes[later].place,
                          "this route is never reached: the route on line " +
                              std::to_string(config.routes[earlier].place.line) +
                              " matches all that it matches, and the first that matches wins; put it before that one"});
      break;
    }
  }
}

bool is_always_there(const KeySource& source) {
  using Kind = KeySource::Kind;
  switch (source.kind) {
    case Kind::ip:
    case Kind::path:
    case Kind::method:
    case Kind::route:
    case Kind::constant:
      return true;
    default:
      return false;
  }
}

// A request without a part of the key does not come past `missing: reject`.
bool always_applies(const Limit& limit) {
  return limit.when.empty() && limit.only.empty() &&
         (limit.missing == Missing::reject || std::ranges::all_of(limit.key, is_always_there));
}

// Limits of a choice that stand behind one which applies to every request.
void warn_of_unreachable_choices(const Config& config, Warnings& warnings) {
  std::unordered_map<std::string_view, const Limit*> by_name;
  for (const Limit& limit : config.limits) by_name.emplace(limit.name, &limit);
  for (const Route& route : config.routes) {
    for (const auto& choices : route.limits) {
      for (std::size_t i = 0; i + 1 < choices.size(); ++i) {
        const auto found = by_name.find(choices[i]);
        if (found == by_name.end() || !always_applies(*found->second)) continue;
        warnings.push_back({route.place, "in this route's list of limits " + in_quotes(choices[i]) +
                                             " applies to every request, so " + in_quotes(choices[i + 1]) +
                                             " behind it never does; put it last"});
        break;
      }
    }
  }
}

void warn_of_paths_that_are_never_stripped(const Config& config, Warnings& warnings) {
  std::unordered_map<std::string_view, const Upstream*> by_name;
  for (const Upstream& upstream : config.upstreams) by_name.emplace(upstream.name, &upstream);
  for (const Route& route : config.routes) {
    const auto found = by_name.find(route.upstream);
    if (found == by_name.end() || found->second->strip.empty()) continue;
    Route stripped;
    stripped.path = found->second->strip;
    stripped.below = true;
    if (covers_path(stripped, route) || covers_path(route, stripped)) continue;
    warnings.push_back({route.place, "no path of this route begins with " + in_quotes(found->second->strip) +
                                         ", which the upstream " + in_quotes(found->second->name) + " strips"});
  }
}

void warn_of_keys_in_the_clear(const Config& config, Warnings& warnings) {
  if (!config.jwt || config.jwt->jwks.tls || is_this_machine(config.jwt->jwks.host)) return;
  warnings.push_back({config.jwt->jwks.place,
                      "the keys that verify tokens come over plain http: whoever is on the way can replace them and "
                      "sign tokens; use https"});
}

// Limits of routes to a model whose requests may name no maximum; Anthropic's all name one.
std::unordered_set<std::string_view> limits_of_open_requests(const Config& config) {
  std::unordered_map<std::string_view, const Upstream*> upstreams;
  for (const Upstream& upstream : config.upstreams) upstreams.emplace(upstream.name, &upstream);
  std::unordered_set<std::string_view> names;
  for (const Route& route : config.routes) {
    const auto found = upstreams.find(route.upstream);
    if (found == upstreams.end() || !found->second->model) continue;
    if (found->second->model->protocol == usage::Protocol::anthropic) continue;
    for (const auto& choices : route.limits) names.insert(choices.begin(), choices.end());
  }
  return names;
}

// What a request without a maximum holds shrinks to the whole limit, but to no less.
void warn_of_limits_that_one_call_holds(const Config& config, Warnings& warnings) {
  using usage::Unit;
  const auto open = limits_of_open_requests(config);
  for (const Limit& limit : config.limits) {
    if (!open.contains(limit.name)) continue;
    const usage::Reserve& reserve = limit.tokens.reserve;
    const bool holds_output = limit.tokens.unit == Unit::tokens || limit.tokens.unit == Unit::output_tokens;
    if (!holds_output || reserve.kind != usage::Reserve::Kind::max_tokens) continue;
    if (limit.rule.algorithm == Algorithm::unlimited) continue;
    const std::int64_t capacity = limit.rule.burst > 0 ? limit.rule.burst : limit.rule.count;
    if (capacity > reserve.default_output) continue;
    warnings.push_back(
        {limit.place, "a call that names no maximum holds all of the limit " + in_quotes(limit.name) + " (" +
                          std::to_string(capacity) + ", 'reserve_default' is " +
                          std::to_string(reserve.default_output) +
                          "): only one passes at a time, and none until all is left; lower 'reserve_default'"});
  }
}

void warn_of_an_admin_that_gave_way(const Config& config, Warnings& warnings) {
  if (!config.admin_gave_way) return;
  warnings.push_back(
      {{}, "'listen' has the address where the admin API listens by default, so there is none; give 'admin' another"});
}

}  // namespace

std::vector<Warning> warnings(const Config& config) {
  Warnings found;
  warn_of_an_admin_that_gave_way(config, found);
  warn_of_forgotten_quotas(config, found);
  warn_of_unused(config, found);
  warn_of_shadowed_routes(config, found);
  warn_of_unreachable_choices(config, found);
  warn_of_paths_that_are_never_stripped(config, found);
  warn_of_keys_in_the_clear(config, found);
  warn_of_lambda(config, found);
  warn_of_limits_that_one_call_holds(config, found);
  std::ranges::sort(found, {}, [](const Warning& one) { return std::tie(one.place, one.message); });
  return found;
}

std::string describe(const Warning& warning, std::string_view file) {
  std::string text(file);
  if (warning.place.line > 0) {
    text += ":" + std::to_string(warning.place.line) + ":" + std::to_string(warning.place.column);
  }
  return text + ": warning: " + warning.message;
}

}  // namespace weir::config
