// limits.cpp: the section `limits`. Each option is read by itself into a draft; limit_rules.cpp then makes rules of
// what only makes sense together.
#include "config/characters.hpp"
#include "config/date.hpp"
#include "config/key_source.hpp"
#include "config/limit_draft.hpp"
#include "config/number.hpp"
#include "config/pattern.hpp"
#include "config/sections.hpp"

#include <array>
#include <unordered_map>

namespace weir::config {
namespace {

constexpr std::size_t most_key_parts = 16;

void read_key(Reading& reading, const Field& field, LimitDraft& draft) {
  draft.has_key = true;
  const auto items = one_or_list(field);
  if (items.empty() || items.size() > most_key_parts) {
    return add_refusal(reading, field, {.expected = "a key source or a list of 1 to 16 of them"});
  }
  for (const Field& item : items) {
    const auto source = read_parsed(reading, item, "a key source like ip or header:x-user-id", parse_key_source);
    if (!source) continue;
    if (!is_available(source->kind)) {
      const std::string& text = item.node->text;
      const std::string word =
          item.node->variables.empty() ? in_quotes(text.substr(0, text.find(':'))) : shown(*item.node);
      reading.errors.add(item.spot,
                         "the key source " + word + " is not available yet in this version of Weir; use another");
      continue;
    }
    draft.limit.key.push_back(*source);
  }
}

void read_missing(Reading& reading, const Field& field, LimitDraft& draft) {
  constexpr auto choices = std::to_array<Choice<Missing>>({{"skip", Missing::skip}, {"reject", Missing::reject}});
  if (const auto choice = read_choice<Missing>(reading, field, choices)) draft.limit.missing = *choice;
}

void read_cost(Reading& reading, const Field& field, LimitDraft& draft) {
  const std::string expected = "a number from 1 to " + shown(max_count - 1) + " or header:NAME";
  const std::string* text = read_text(reading, field, expected);
  if (text == nullptr) return;
  constexpr std::string_view from_header = "header:";
  if (text->starts_with(from_header) && is_token(std::string_view(*text).substr(from_header.size()))) {
    draft.limit.cost_header = lower_case(std::string_view(*text).substr(from_header.size()));
    return;
  }
  const auto cost = parse_number(*text);
  if (!cost || *cost < 1 || *cost >= max_count) return add_refusal(reading, field, {.expected = expected});
  draft.limit.cost = *cost;
  draft.cost_spot = field.spot;
}

void read_rate(Reading& reading, const Field& field, LimitDraft& draft) {
  draft.has_rate = true;
  draft.rate.field = field;
  draft.rate.value = read_parsed(reading, field, "a rate like 100/1m, 1000/month, 1000/year or unlimited", parse_rate);
}

void read_algorithm(Reading& reading, const Field& field, LimitDraft& draft) {
  constexpr auto choices = std::to_array<Choice<Algorithm>>({{"fixed_window", Algorithm::fixed_window},
                                                             {"sliding_window", Algorithm::sliding_window},
                                                             {"sliding_log", Algorithm::sliding_log},
                                                             {"token_bucket", Algorithm::token_bucket},
                                                             {"gcra", Algorithm::gcra},
                                                             {"concurrency", Algorithm::concurrency}});
  draft.algorithm.field = field;
  draft.algorithm.value = read_choice<Algorithm>(reading, field, choices);
  draft.algorithm_unreadable = !draft.algorithm.value;
  if (draft.algorithm.value == Algorithm::concurrency) {
    reading.errors.add(field.spot,
                       "'algorithm: concurrency' is not available yet in this version of Weir; use another");
  }
}

void read_burst(Reading& reading, const Field& field, LimitDraft& draft) {
  draft.burst.field = field;
  draft.burst.value = read_number(reading, field, 1, max_count);
}

void read_anchor(Reading& reading, const Field& field, LimitDraft& draft) {
  draft.anchor.field = field;
  draft.anchor.value = read_parsed(reading, field, "a date like 2026-01-15", parse_date);
}

void read_overrides(Reading& reading, const Field& field, LimitDraft& draft) {
  if (!read_mapping(reading, field, "a mapping of values to rates like { vip: 1000/1m }")) return;
  for (const Entry& entry : field.node->entries) {
    const auto pattern = parse_pattern(entry.key);
    if (!pattern) {
      reading.errors.add(entry.spot,
                         "expected " + pattern.error().expected + " in 'overrides', got " + in_quotes(entry.key));
      continue;
    }
    if (pattern->kind == Pattern::Kind::regex) {
      reading.errors.add(
          entry.spot, "a ~regular expression is not available yet in this version of Weir; use values, CIDRs or globs");
      continue;
    }
    const Field rate = field_of(entry);
    if (auto value = read_parsed(reading, rate, "a rate like 1000/1m or unlimited", parse_rate)) {
      draft.overrides.push_back({.pattern = *pattern, .rate = {.field = rate, .value = value}});
    }
  }
}

void read_patterns(Reading& reading, const Field& field, std::vector<Pattern>& patterns,
                   std::unordered_map<std::string, bool>& seen, bool is_deny) {
  if (!read_list(reading, field, "a list of values, CIDRs and globs")) return;
  for (const YamlNode* node : field.node->items) {
    const Field item = item_of(field, *node);
    const auto pattern =
        read_parsed(reading, item, "a value, a CIDR like 10.0.0.0/8 or a glob like team-*", parse_pattern);
    if (!pattern) continue;
    if (pattern->kind == Pattern::Kind::regex) {
      reading.errors.add(
          item.spot, "a ~regular expression is not available yet in this version of Weir; use values, CIDRs or globs");
      continue;
    }
    const auto [first, is_new] = seen.try_emplace(node->text, is_deny);
    if (!is_new && first->second != is_deny) {
      reading.errors.add(item.spot, shown(*node) + " is both in 'allow' and in 'deny'; remove it from one");
      continue;
    }
    patterns.push_back(*pattern);
  }
}

void read_allow(Reading& reading, const Field& field, LimitDraft& draft) {
  read_patterns(reading, field, draft.limit.allow, draft.listed, false);
}

void read_deny(Reading& reading, const Field& field, LimitDraft& draft) {
  read_patterns(reading, field, draft.limit.deny, draft.listed, true);
}

void read_reject_status(Reading& reading, const Field& field, LimitDraft& draft) {
  if (const auto status = read_number(reading, field, 400, 599)) draft.limit.reject_status = static_cast<int>(*status);
}

void read_reject_message(Reading& reading, const Field& field, LimitDraft& draft) {
  constexpr std::size_t longest = 4096;
  const std::string* message = read_text(reading, field, "a text");
  if (message == nullptr) return;
  if (message->size() > longest) return add_refusal(reading, field, {.expected = "a text of at most 4096 bytes"});
  draft.limit.reject_message = *message;
}

constexpr Option<LimitDraft> reject_options[] = {{"status", read_reject_status}, {"message", read_reject_message}};

void read_reject(Reading& reading, const Field& field, LimitDraft& draft) {
  if (!read_mapping(reading, field, "a mapping like { status: 429, message: Slow down }")) return;
  read_options(reading, *field.node, " in 'reject'", reject_options, draft);
}

void read_shadow(Reading& reading, const Field& field, LimitDraft& draft) {
  if (const auto shadow = read_boolean(reading, field)) draft.limit.shadow = *shadow;
}

void read_prefix(Reading& reading, const Field& field, LimitDraft& draft) {
  constexpr std::size_t longest = 256;
  const std::string expected = "a text of at most 256 visible ASCII characters without { and }";
  const std::string* prefix = read_text(reading, field, expected);
  if (prefix == nullptr) return;
  for (const char c : *prefix) {
    if (c <= ' ' || c >= 0x7F || c == '{' || c == '}' || prefix->size() > longest) {
      return add_refusal(reading, field, {.expected = expected});
    }
  }
  draft.limit.prefix = *prefix;
  draft.prefix_field = field;
}

constexpr Option<LimitDraft> options[] = {
    {"key", read_key},
    {"missing", read_missing},
    {"when", nullptr, "[]"},
    {"cost", read_cost},
    {"charge", nullptr, "always"},
    {"rate", read_rate},
    {"algorithm", read_algorithm},
    {"burst", read_burst},
    {"anchor", read_anchor},
    {"wait", nullptr, "0s"},
    {"only", nullptr, "[]"},
    {"unit", nullptr, "requests"},
    {"weights", nullptr, "[]"},
    {"reserve", nullptr, "max_tokens"},
    {"reserve_default", nullptr, "1024"},
    {"on_exceeded", nullptr, "finish"},
    {"overrides", read_overrides},
    {"allow", read_allow},
    {"deny", read_deny},
    {"reject", read_reject},
    {"shadow", read_shadow},
    {"mode", nullptr, "exact"},
    {"prefix", read_prefix},
};

Limit read_limit(Reading& reading, const Entry& entry, Field& prefix_field) {
  LimitDraft draft;
  draft.limit.name = entry.key;
  draft.limit.prefix = "weir:" + entry.key;
  check_name(reading, entry, "a limit");
  const Field field = field_of(entry);
  if (!read_mapping(reading, field, "a mapping like { key: ip, rate: 100/1m }")) return std::move(draft.limit);
  const std::string where = " in limit " + in_quotes(entry.key);
  read_options(reading, *field.node, where, options, draft);
  if (!draft.has_key) {
    reading.errors.add(entry.spot, "'key' is missing" + where + "; it says whom the limit counts, like key: ip");
  }
  if (!draft.has_rate) reading.errors.add(entry.spot, "'rate' is missing" + where + "; add one like rate: 100/1m");
  make_rules(reading, draft);
  prefix_field = draft.prefix_field.value_or(Field{.name = "prefix", .spot = entry.spot, .node = entry.value});
  return std::move(draft.limit);
}

}  // namespace

void read_limits(Reading& reading, const Field& field, std::vector<Limit>& limits) {
  if (!read_mapping(reading, field, "a mapping of names to limits")) return;
  std::unordered_map<std::string, std::string> prefixes;
  for (const Entry& entry : field.node->entries) {
    Field prefix;
    limits.push_back(read_limit(reading, entry, prefix));
    const auto [first, is_new] = prefixes.try_emplace(limits.back().prefix, entry.key);
    if (!is_new) {
      reading.errors.add(prefix.spot, "limit " + in_quotes(entry.key) + " has the 'prefix' of limit " +
                                          in_quotes(first->second) + "; give it another, or they share their counters");
    }
  }
}

}  // namespace weir::config
