#include "gateway/envoy_routes.hpp"

#include "gateway/environment_reference.hpp"
#include "gateway/envoy_clusters.hpp"
#include "gateway/envoy_duration.hpp"
#include "gateway/envoy_lambda.hpp"
#include "gateway/envoy_types.hpp"
#include "gateway/settings.hpp"
#include "gateway/settings_lambda.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <string_view>

namespace weir::gateway {

namespace {

namespace json = boost::json;

// As RE2 reads it: every character stands for itself.
std::string quoted_for_regex(std::string_view text) {
  constexpr std::string_view special = R"(\.+*?()|[]{}^$)";
  std::string quoted;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) quoted += '\\';
    quoted += c;
  }
  return quoted;
}

json::object matches_regex(std::string_view header, const std::string& regex) {
  return {{"name", json::string_view(header.data(), header.size())},
          {"string_match", json::object{{"safe_regex", json::object{{"regex", regex}}}}}};
}
json::object equals(std::string_view header, const std::string& value) {
  return {{"name", json::string_view(header.data(), header.size())}, {"string_match", json::object{{"exact", value}}}};
}

// Hosts compare without case and port; `*.` stands for one label or more.
std::string host_regex(std::string_view host) {
  const bool any_subdomain = host.starts_with("*.");
  if (any_subdomain) host.remove_prefix(1);
  return std::string("(?i)") + (any_subdomain ? ".+" : "") + quoted_for_regex(host) + "(:[0-9]*)?";
}

json::object match(const config::Route& route) {
  json::object match;
  if (!route.below) {
    match["path"] = route.path.empty() ? "/" : route.path;
  } else if (route.path.empty()) {
    match["prefix"] = "/";
  } else if (route.path.ends_with('/')) {
    match["prefix"] = route.path;
  } else {
    match["path_separated_prefix"] = route.path;  // itself, or followed by / or ?
  }
  json::array headers;
  if (route.methods.size() == 1) headers.push_back(equals(":method", route.methods.front()));
  if (route.methods.size() > 1) {
    std::string any;
    for (const std::string& method : route.methods) any.append(any.empty() ? "" : "|").append(quoted_for_regex(method));
    headers.push_back(matches_regex(":method", any));
  }
  if (!route.host.empty()) headers.push_back(matches_regex(":authority", host_regex(route.host)));
  for (const auto& [name, value] : route.headers) headers.push_back(equals(name, value));
  if (!headers.empty()) match["headers"] = std::move(headers);
  return match;
}

// The upstream's `strip` goes, where it ends at a segment's border, then the upstream's own path comes first. Both in
// one step: Envoy has one rewrite a route.
json::value path_rewrite(std::string_view strip, std::string_view base) {
  while (strip.ends_with('/')) strip.remove_suffix(1);
  while (base.ends_with('/')) base.remove_suffix(1);
  if (strip.empty() && base.empty()) return {};
  std::string substitution;
  for (const char c : base) substitution.append(c == '\\' ? R"(\\)" : std::string(1, c));
  const std::string pattern = strip.empty() ? "^/" : "^(?:" + quoted_for_regex(strip) + "(?:/|$)|/)";
  return json::object{{"pattern", json::object{{"regex", pattern}}}, {"substitution", substitution + "/"}};
}

json::object action(const config::Route& route, const config::Upstream& upstream) {
  json::object action{{"cluster", route.upstream},
                      {"timeout", envoy_duration(route.timeout)},
                      {"idle_timeout", envoy_duration(route.idle_timeout)}};
  if (!upstream.lambda) {
    action["host_rewrite_literal"] = authority_of(upstream);
    action["append_x_forwarded_host"] = true;
  } else if (json::object retries = lambda_retries(upstream.lambda->retry); !retries.empty()) {
    action["retry_policy"] = std::move(retries);
  }
  const auto host = std::ranges::find(upstream.headers, "host", &std::pair<std::string, config::Secret>::first);
  if (host != upstream.headers.end()) action["host_rewrite_literal"] = host->second.value;
  if (json::value rewrite = path_rewrite(upstream.strip, upstream.path); rewrite.is_object()) {
    action["regex_rewrite"] = std::move(rewrite);
  }
  return action;
}

json::array headers_for(const config::Upstream& upstream, const RenderOptions& options) {
  json::array headers;
  for (const auto& [name, secret] : upstream.headers) {
    if (name == "host") continue;
    const std::string value = environment_reference(secret.written, options.environment);
    headers.push_back(json::object{{"header", json::object{{"key", name}, {"value", value}}},
                                   {"append_action", "OVERWRITE_IF_EXISTS_OR_ADD"}});
  }
  return headers;
}

json::value filter(const char* name, json::value settings, const RenderOptions& options) {
  return json::object{{"@type", envoy::module_filter_per_route},
                      {"dynamic_module_config", json::object{{"name", options.module_name}}},
                      {"filter_name", name},
                      {"filter_config", json::object{{"@type", envoy::structure}, {"value", std::move(settings)}}}};
}

// What the module's filters in the listener's chain must know of this route.
json::object filters(const config::Route& route, const config::Upstream& upstream, const RenderOptions& options) {
  json::object filters;
  if (!route.limits.empty() || upstream.model) {
    filters["weir_limits"] = filter("weir_limits", route_settings_json(route, upstream), options);
  }
  if (upstream.lambda) {
    filters[lambda_call_name] = filter(lambda_call_name, write_lambda(lambda_route(upstream)), options);
  }
  return filters;
}

}  // namespace

json::value envoy_routes(const config::Config& config, const RenderOptions& options) {
  json::array routes;
  for (const config::Route& route : config.routes) {
    const auto upstream = std::ranges::find(config.upstreams, route.upstream, &config::Upstream::name);
    json::object one{{"name", route_name(route)}, {"match", match(route)}, {"route", action(route, *upstream)}};
    if (json::object each = filters(route, *upstream, options); !each.empty()) {
      one["typed_per_filter_config"] = std::move(each);
    }
    if (upstream->lambda) one["request_body_buffer_limit"] = lambda_body_limit(*upstream->lambda);
    if (json::array headers = headers_for(*upstream, options); !headers.empty()) {
      one["request_headers_to_add"] = std::move(headers);
    }
    routes.push_back(std::move(one));
  }
  return json::object{
      {"name", routes_name},
      {"request_headers_to_remove", json::array{"x-envoy-external-address", "x-envoy-internal"}},  // Envoy's own notes
      {"virtual_hosts",
       json::array{json::object{{"name", "weir"}, {"domains", json::array{"*"}}, {"routes", std::move(routes)}}}}};
}

}  // namespace weir::gateway
