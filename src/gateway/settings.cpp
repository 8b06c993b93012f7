#include "gateway/settings.hpp"

#include "gateway/base64.hpp"
#include "gateway/settings_words.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace weir::gateway {

namespace {

namespace json = boost::json;
using std::chrono::nanoseconds;

template <class Enum, std::size_t size>
json::value word(const Words<Enum, size>& words, Enum value) {
  return json::string_view(std::ranges::find(words, value, &std::pair<Enum, std::string_view>::first)->second);
}

template <class Enum, std::size_t size>
Enum meaning(const Words<Enum, size>& words, const json::value& value) {
  const std::string_view text = value.as_string();
  const auto found = std::ranges::find(words, text, &std::pair<Enum, std::string_view>::second);
  if (found == words.end()) throw std::runtime_error("settings: unknown word '" + std::string(text) + "'");
  return found->first;
}

// ---- durations

constexpr std::array<std::pair<std::string_view, std::int64_t>, 8> units{{
    {"w", 604'800'000'000'000},
    {"d", 86'400'000'000'000},
    {"h", 3'600'000'000'000},
    {"m", 60'000'000'000},
    {"s", 1'000'000'000},
    {"ms", 1'000'000},
    {"us", 1'000},
    {"ns", 1},
}};

nanoseconds read_duration(std::string_view text) {
  std::int64_t count = 0;
  const auto number = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit = text.substr(static_cast<std::size_t>(number.ptr - text.data()));
  const auto found = std::ranges::find(units, unit, &std::pair<std::string_view, std::int64_t>::first);
  if (number.ec != std::errc{} || found == units.end()) {
    throw std::runtime_error("settings: no duration: '" + std::string(text) + "'");
  }
  return nanoseconds(count * found->second);
}

// ---- parts

std::string text_of(const json::value& value) { return std::string(std::string_view(value.as_string())); }

// Every member is optional for the reader: what is absent keeps its default.
const json::value* member(const json::value& object, std::string_view name) {
  return object.as_object().if_contains(json::string_view(name.data(), name.size()));
}

void read(const json::value& object, std::string_view name, std::string& into) {
  if (const auto* value = member(object, name)) into = text_of(*value);
}
void read(const json::value& object, std::string_view name, bool& into) {
  if (const auto* value = member(object, name)) into = value->as_bool();
}
template <std::integral Number>
void read(const json::value& object, std::string_view name, Number& into) {
  if (const auto* value = member(object, name)) into = value->to_number<Number>();
}
template <class Enum, std::size_t size>
void read(const json::value& object, std::string_view name, const Words<Enum, size>& words, Enum& into) {
  if (const auto* value = member(object, name)) into = meaning(words, *value);
}

template <class Items, class Write>
json::array list(const Items& items, Write write) {
  json::array array;
  for (const auto& item : items) array.push_back(write(item));
  return array;
}
template <class Items, class Read>
void read_list(const json::value& object, std::string_view name, Items& into, Read read_item) {
  if (const auto* value = member(object, name)) {
    for (const json::value& item : value->as_array()) into.push_back(read_item(item));
  }
}

json::value write_key(const config::KeySource& source) {
  json::object object{{"source", word(key_words, source.kind)}};
  if (source.kind == config::KeySource::Kind::ip) {
    object["ipv4_prefix"] = source.ipv4_prefix;
    object["ipv6_prefix"] = source.ipv6_prefix;
  }
  if (!source.name.empty()) object["name"] = source.name;
  if (!source.field.empty()) object["field"] = source.field;
  return object;
}
config::KeySource read_key(const json::value& object) {
  config::KeySource source;
  read(object, "source", key_words, source.kind);
  read(object, "ipv4_prefix", source.ipv4_prefix);
  read(object, "ipv6_prefix", source.ipv6_prefix);
  read(object, "name", source.name);
  read(object, "field", source.field);
  return source;
}

json::value write_rule(const Rule& rule) {
  json::object object{{"algorithm", word(algorithm_words, rule.algorithm)}, {"count", rule.count}};
  if (rule.period.kind() == Period::Kind::month) {
    object["period"] = "month";
  } else if (rule.period.kind() == Period::Kind::year) {
    object["period"] = "year";
  } else if (rule.period.length() > nanoseconds(0)) {
    object["period"] = duration_text(rule.period.length());
  }
  if (rule.burst != 0) object["burst"] = rule.burst;
  if (rule.anchor) {
    object["anchor"] = json::array{static_cast<int>(rule.anchor->year()), static_cast<unsigned>(rule.anchor->month()),
                                   static_cast<unsigned>(rule.anchor->day())};
  }
  return object;
}
Rule read_rule(const json::value& object) {
  Rule rule;
  read(object, "algorithm", algorithm_words, rule.algorithm);
  read(object, "count", rule.count);
  read(object, "burst", rule.burst);
  if (const auto* period = member(object, "period")) {
    const std::string_view text = period->as_string();
    rule.period = text == "month" ? Period::month() : text == "year" ? Period::year() : Period(read_duration(text));
  }
  if (const auto* anchor = member(object, "anchor")) {
    const json::array& date = anchor->as_array();
    rule.anchor = std::chrono::year(date.at(0).to_number<int>()) /
                  std::chrono::month(date.at(1).to_number<unsigned>()) /
                  std::chrono::day(date.at(2).to_number<unsigned>());
  }
  return rule;
}

json::value write_pattern(const config::Pattern& pattern) {
  return json::object{{"kind", word(pattern_words, pattern.kind)}, {"text", pattern.text}};
}
config::Pattern read_pattern(const json::value& object) {
  config::Pattern pattern;
  read(object, "kind", pattern_words, pattern.kind);
  read(object, "text", pattern.text);
  return pattern;
}

json::value write_limit(const config::Limit& limit) {
  json::object object{{"name", limit.name},
                      {"key", list(limit.key, write_key)},
                      {"missing", word(missing_words, limit.missing)},
                      {"rule", write_rule(limit.rule)},
                      {"cost", limit.cost},
                      {"reject_status", limit.reject_status},
                      {"shadow", limit.shadow},
                      {"prefix", limit.prefix}};
  if (limit.cost_header) object["cost_header"] = *limit.cost_header;
  if (!limit.reject_message.empty()) object["reject_message"] = limit.reject_message;
  if (!limit.allow.empty()) object["allow"] = list(limit.allow, write_pattern);
  if (!limit.deny.empty()) object["deny"] = list(limit.deny, write_pattern);
  if (!limit.overrides.empty()) {
    object["overrides"] = list(limit.overrides, [](const auto& one) {
      return json::object{{"pattern", write_pattern(one.first)}, {"rule", write_rule(one.second)}};
    });
  }
  return object;
}
config::Limit read_limit(const json::value& object) {
  config::Limit limit;
  read(object, "name", limit.name);
  read_list(object, "key", limit.key, read_key);
  read(object, "missing", missing_words, limit.missing);
  limit.rule = read_rule(object.as_object().at("rule"));
  read(object, "cost", limit.cost);
  if (const auto* header = member(object, "cost_header")) limit.cost_header = text_of(*header);
  read(object, "reject_status", limit.reject_status);
  read(object, "reject_message", limit.reject_message);
  read(object, "shadow", limit.shadow);
  read(object, "prefix", limit.prefix);
  read_list(object, "allow", limit.allow, read_pattern);
  read_list(object, "deny", limit.deny, read_pattern);
  read_list(object, "overrides", limit.overrides, [](const json::value& one) {
    return std::pair(read_pattern(one.as_object().at("pattern")), read_rule(one.as_object().at("rule")));
  });
  return limit;
}

json::value write_responses(const config::Responses& responses) {
  json::object object{{"headers", word(headers_words, responses.headers)},
                      {"body", word(body_words, responses.body)},
                      {"reset", word(reset_words, responses.reset)}};
  if (responses.body == config::Responses::Body::file) {
    object["file_type"] = responses.file_type;
    object["file_base64"] = base64_encoded(responses.file_body);
  }
  return object;
}
config::Responses read_responses(const json::value& object) {
  config::Responses responses;
  read(object, "headers", headers_words, responses.headers);
  read(object, "body", body_words, responses.body);
  read(object, "reset", reset_words, responses.reset);
  read(object, "file_type", responses.file_type);
  if (const auto* bytes = member(object, "file_base64")) responses.file_body = base64_decoded(bytes->as_string());
  return responses;
}

json::value write_store(const config::Store& store) {
  return json::object{{"max_keys", store.max_keys},
                      {"rejection_cache", store.rejection_cache},
                      {"timeout", duration_text(store.timeout)},
                      {"on_error", word(on_error_words, store.on_error)}};
}
config::Store read_store(const json::value& object) {
  config::Store store;
  read(object, "max_keys", store.max_keys);
  read(object, "rejection_cache", store.rejection_cache);
  if (const auto* timeout = member(object, "timeout")) store.timeout = read_duration(timeout->as_string());
  read(object, "on_error", on_error_words, store.on_error);
  return store;
}

json::value parsed(std::string_view text) { return json::parse(json::string_view(text.data(), text.size())); }

}  // namespace

std::string duration_text(nanoseconds span) {
  if (span == nanoseconds(0)) return "0s";
  const auto unit = std::ranges::find_if(units, [&](const auto& one) { return span.count() % one.second == 0; });
  return std::to_string(span.count() / unit->second) + std::string(unit->first);
}

json::value settings_json(const config::Config& config) {
  return json::object{{"store", write_store(config.store)},
                      {"limits", list(config.limits, write_limit)},
                      {"responses", write_responses(config.responses)}};
}

Settings read_settings(std::string_view text) {
  const json::value object = parsed(text);
  Settings settings;
  if (const auto* store = member(object, "store")) settings.store = read_store(*store);
  read_list(object, "limits", settings.limits, read_limit);
  if (const auto* responses = member(object, "responses")) settings.responses = read_responses(*responses);
  return settings;
}

json::value route_settings_json(const config::Route& route) {
  json::object object{{"route", route_name(route)},
                      {"limits", list(route.limits, [](const auto& names) {
                         return list(names, [](const std::string& name) { return json::value(name); });
                       })}};
  // Some room beyond the timeout: the answer's end may be late by a moment.
  if (route.timeout > nanoseconds(0)) object["lease"] = duration_text(route.timeout + std::chrono::minutes(1));
  return object;
}

RouteSettings read_route_settings(std::string_view text) {
  const json::value object = parsed(text);
  RouteSettings route;
  read(object, "route", route.name);
  if (const auto* lists = member(object, "limits")) {
    for (const json::value& names : lists->as_array()) {
      auto& one = route.limits.emplace_back();
      for (const json::value& name : names.as_array()) one.push_back(text_of(name));
    }
  }
  if (const auto* lease = member(object, "lease")) route.lease = read_duration(lease->as_string());
  return route;
}

std::string route_name(const config::Route& route) {
  std::string name;
  for (const std::string& method : route.methods) name.append(name.empty() ? "" : "|").append(method);
  if (!name.empty()) name += ' ';
  name.append(route.host).append(route.path);
  if (route.below) name += "/*";
  return name;
}

}  // namespace weir::gateway
