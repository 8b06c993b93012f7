// settings_limit.cpp: one limit in the settings, all of its fields.
#include "gateway/settings.hpp"
#include "gateway/settings_json.hpp"

#include <utility>

namespace weir::gateway {

namespace {

namespace json = boost::json;
using std::chrono::nanoseconds;

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

json::value write_condition(const config::Condition& condition) {
  return json::object{{"key", write_key(condition.source)}, {"values", list(condition.values, write_pattern)}};
}
config::Condition read_condition(const json::value& object) {
  config::Condition condition{.source = read_key(object.as_object().at("key")), .values = {}};
  read_list(object, "values", condition.values, read_pattern);
  return condition;
}

json::value write_statuses(const config::Statuses& statuses) { return json::array{statuses.first, statuses.last}; }
config::Statuses read_statuses(const json::value& pair) {
  const json::array& ends = pair.as_array();
  return {.first = ends.at(0).to_number<int>(), .last = ends.at(1).to_number<int>()};
}

}  // namespace

json::value write_limit(const config::Limit& limit) {
  json::object object{{"name", limit.name},
                      {"key", list(limit.key, write_key)},
                      {"missing", word(missing_words, limit.missing)},
                      {"rule", write_rule(limit.rule)},
                      {"cost", limit.cost},
                      {"reject_status", limit.reject_status},
                      {"shadow", limit.shadow},
                      {"prefix", limit.prefix}};
  if (limit.mode != config::Mode::exact) object["mode"] = word(mode_words, limit.mode);
  if (limit.tokens.counts()) object["tokens"] = write_tokens(limit.tokens);
  if (!limit.when.empty()) object["when"] = list(limit.when, write_condition);
  if (!limit.only.empty()) object["only"] = list(limit.only, write_pattern);
  if (!limit.charge.empty()) object["charge"] = list(limit.charge, write_statuses);
  if (limit.wait > std::chrono::nanoseconds(0)) object["wait"] = duration_text(limit.wait);
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
  read_list(object, "when", limit.when, read_condition);
  read_list(object, "only", limit.only, read_pattern);
  limit.rule = read_rule(object.as_object().at("rule"));
  read(object, "cost", limit.cost);
  if (const auto* header = member(object, "cost_header")) limit.cost_header = text_of(*header);
  read_list(object, "charge", limit.charge, read_statuses);
  read(object, "wait", limit.wait);
  read(object, "reject_status", limit.reject_status);
  read(object, "reject_message", limit.reject_message);
  read(object, "shadow", limit.shadow);
  read(object, "mode", mode_words, limit.mode);
  if (const auto* tokens = member(object, "tokens")) limit.tokens = read_tokens(*tokens);
  read(object, "prefix", limit.prefix);
  read_list(object, "allow", limit.allow, read_pattern);
  read_list(object, "deny", limit.deny, read_pattern);
  read_list(object, "overrides", limit.overrides, [](const json::value& one) {
    return std::pair(read_pattern(one.as_object().at("pattern")), read_rule(one.as_object().at("rule")));
  });
  return limit;
}

}  // namespace weir::gateway
