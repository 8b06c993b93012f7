// routes.cpp: the section `routes`.
#include "config/characters.hpp"
#include "config/header_map.hpp"
#include "config/normal_path.hpp"
#include "config/sections.hpp"
#include "config/url.hpp"

#include <algorithm>
#include <unordered_set>

namespace weir::config {
namespace {

using Names = std::vector<std::string_view>;

template <class Named>
std::optional<Names> names_of(const std::vector<Named>* all) {
  if (all == nullptr) return std::nullopt;
  Names names;
  for (const Named& one : *all) names.push_back(one.name);
  return names;
}

struct References {
  std::string_view what;       // `limit`
  std::optional<Names> names;  // what there is, in the file's order
  std::unordered_set<std::string_view> set{};

  References(std::string_view a_what, std::optional<Names> a_names) : what(a_what), names(std::move(a_names)) {
    if (names) set.insert(names->begin(), names->end());
  }

  void check(Reading& reading, const Field& field, const std::string& name) const {
    if (!names || set.contains(name)) return;
    const bool secret = !field.node->variables.empty();
    std::string message =
        "unknown " + std::string(what) + " " + (secret ? "(" + shown(*field.node) + ")" : in_quotes(name));
    const std::string meant = secret || reading.errors.full() ? "" : did_you_mean(name, *names);
    message += meant.empty() ? "; define it under '" + std::string(what) + "s'" : meant;
    reading.errors.add(field.spot, std::move(message));
  }
};

struct Draft {
  Route route;
  const References& upstreams;
  const References& limits;
  bool has_path = false;
  bool has_to = false;
  bool has_timeout = false;
};

Parsed<Route> parse_path(std::string_view text) {
  const std::string shape = "a path like /v1/users, /v1/* or /*";
  Route route;
  if (text == "*") return refuse(shape, "did you mean /*?");
  if (!text.starts_with('/')) return refuse(shape, "did you mean /" + std::string(text) + "?");
  if (text.ends_with("/*")) {
    route.below = true;
    text.remove_suffix(2);
  }
  if (text.find('*') != std::string_view::npos) return refuse(shape + "; a * stands only after the last /");
  if (text.find_first_of("?#") != std::string_view::npos) return refuse("a path without a query or fragment");
  if (!is_normalised(text)) {
    return refuse("a path without // and dot segments, which requests never have once normalised");
  }
  if (!is_visible(text)) {
    return refuse("a path of visible ASCII characters, the others percent-encoded");
  }
  route.path = text;
  return route;
}

void read_path(Reading& reading, const Field& field, Draft& draft) {
  draft.has_path = true;
  const auto path = read_parsed(reading, field, "a path like /v1/users, /v1/* or /*", parse_path);
  if (!path) return;
  draft.route.path = path->path;
  draft.route.below = path->below;
}

void read_method(Reading& reading, const Field& field, Draft& draft) {
  const std::string expected = "a method like GET or a list like [GET, POST]";
  const auto items = one_or_list(field);
  if (items.empty()) return add_refusal(reading, field, {.expected = expected});
  for (const Field& item : items) {
    const std::string* method = read_text(reading, item, expected);
    if (method == nullptr) continue;
    if (is_token(*method)) {
      draft.route.methods.push_back(upper_case(*method));
    } else {
      add_refusal(reading, item, {.expected = expected});
    }
  }
}

void read_host(Reading& reading, const Field& field, Draft& draft) {
  const std::string expected = "a host name like api.example.com or *.example.com, without a port";
  const std::string* host = read_text(reading, field, expected);
  if (host == nullptr) return;
  const std::string_view name = host->starts_with("*.") ? std::string_view(*host).substr(2) : std::string_view(*host);
  if (!is_host_name(name)) return add_refusal(reading, field, {.expected = expected});
  draft.route.host = lower_case(*host);
}

void read_headers(Reading& reading, const Field& field, Draft& draft) {
  const auto any_name = [](std::string_view) { return std::string(); };
  for (auto& [name, value] : read_header_map(reading, field, any_name)) {
    draft.route.headers.emplace_back(std::move(name), std::move(value.value));
  }
}

void read_to(Reading& reading, const Field& field, Draft& draft) {
  draft.has_to = true;
  const std::string* name = read_text(reading, field, "an upstream's name");
  if (name == nullptr) return;
  draft.upstreams.check(reading, field, *name);
  draft.route.upstream = *name;
}

constexpr std::size_t most_limits = 64;  // one decision takes no more (weir::max_checks)

void read_limit_name(Reading& reading, const Field& item, Draft& draft, std::unordered_set<std::string_view>& seen,
                     std::vector<std::string>& names) {
  const std::string* name =
      read_text(reading, item, "a limit's name, or a list of which the first that applies counts");
  if (name == nullptr) return;
  if (!seen.insert(*name).second) {
    const bool secret = !item.node->variables.empty();
    reading.errors.add(
        item.spot, "the limit " + (secret ? shown(*item.node) : in_quotes(*name)) + " is named twice on this route");
    return;
  }
  draft.limits.check(reading, item, *name);
  names.push_back(*name);
}

void read_limit_names(Reading& reading, const Field& field, Draft& draft) {
  std::unordered_set<std::string_view> seen;
  const auto items = one_or_list(field);
  if (items.size() > most_limits) {
    reading.errors.add(field.spot, "more than 64 limits on a route; one decision takes at most 64");
    return;
  }
  for (const Field& item : items) {
    std::vector<std::string> names;
    if (item.node->kind == YamlNode::Kind::sequence && item.node->items.empty()) {
      reading.errors.add(item.spot,
                         "an empty list inside 'limits'; name the limits of which the first that applies "
                         "counts, or remove it");
      continue;
    }
    for (const Field& choice : one_or_list(item)) read_limit_name(reading, choice, draft, seen, names);
    if (!names.empty()) draft.route.limits.push_back(std::move(names));
  }
}

constexpr std::chrono::nanoseconds longest_timeout = std::chrono::days(365);

void read_timeout(Reading& reading, const Field& field, Draft& draft) {
  draft.has_timeout = true;
  if (const auto timeout = read_duration(reading, field, {}, longest_timeout)) draft.route.timeout = *timeout;
}

void read_idle_timeout(Reading& reading, const Field& field, Draft& draft) {
  if (const auto timeout = read_duration(reading, field, {}, longest_timeout)) draft.route.idle_timeout = *timeout;
}

const Upstream* find_upstream(const Known& known, const std::string& name) {
  if (known.upstreams == nullptr) return nullptr;
  const auto found = std::ranges::find(*known.upstreams, name, &Upstream::name);
  return found == known.upstreams->end() ? nullptr : &*found;
}

bool reads_model(const Limit& limit) {
  const auto is_model = [](const KeySource& source) { return source.kind == KeySource::Kind::model; };
  return std::ranges::any_of(limit.key, is_model) ||
         std::ranges::any_of(limit.when, [&](const Condition& one) { return is_model(one.source); });
}

// Tokens and models are found in what a model is asked and answers: without `ai` nobody reads that.
void check_is_model(Reading& reading, const Known& known, const Route& route, Spot spot) {
  const Upstream* upstream = find_upstream(known, route.upstream);
  if (known.limits == nullptr || upstream == nullptr || upstream->model) return;
  for (const std::vector<std::string>& choices : route.limits) {
    for (const std::string& name : choices) {
      const auto limit = std::ranges::find(*known.limits, name, &Limit::name);
      if (limit == known.limits->end() || (!limit->tokens.counts() && !reads_model(*limit))) continue;
      reading.errors.add(
          spot, "the limit " + in_quotes(name) + (limit->tokens.counts() ? " counts tokens" : " looks at the model") +
                    ", and the upstream " + in_quotes(route.upstream) + " is no model; add 'ai' to it, like ai: auto");
    }
  }
}

constexpr Option<Draft> options[] = {
    {"path", read_path}, {"method", read_method},      {"host", read_host},       {"headers", read_headers},
    {"to", read_to},     {"limits", read_limit_names}, {"timeout", read_timeout}, {"idle_timeout", read_idle_timeout},
};

}  // namespace

void read_routes(Reading& reading, const Field& field, const Known& known, std::vector<Route>& routes) {
  if (!read_list(reading, field, "a list of routes like - { path: /*, to: local }")) return;
  if (field.node->items.empty()) reading.errors.add(field.spot, "no routes; add one like - { path: /*, to: local }");
  const References upstreams("upstream", names_of(known.upstreams));
  const References limits("limit", names_of(known.limits));
  for (const YamlNode* item : field.node->items) {
    const Field route = item_of(field, *item);
    if (!read_mapping(reading, route, "a mapping like { path: /*, to: local }")) continue;
    Draft draft{.route = {}, .upstreams = upstreams, .limits = limits};
    draft.route.place = place_of(reading, item->spot);
    read_options(reading, *item, " in a route", options, draft);
    if (!draft.has_path) reading.errors.add(item->spot, "'path' is missing in a route; path: /* matches everything");
    if (!draft.has_to) reading.errors.add(item->spot, "'to' is missing in a route; it names the upstream");
    // A model may write for as long as it likes.
    const Upstream* upstream = find_upstream(known, draft.route.upstream);
    if (upstream != nullptr && upstream->model && !draft.has_timeout) draft.route.timeout = {};
    check_is_model(reading, known, draft.route, item->spot);
    routes.push_back(std::move(draft.route));
  }
}

}  // namespace weir::config
