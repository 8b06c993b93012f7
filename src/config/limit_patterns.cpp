// limit_patterns.cpp: whom a limit is for, and who is an exception: `when`, `only`, `overrides`, `allow`, `deny`.
#include "config/key_source.hpp"
#include "config/limit_draft.hpp"
#include "config/pattern.hpp"

#include <utility>

namespace weir::config {
namespace {

// In `allow` or in `deny`, but not in both.
void read_patterns(Reading& reading, const Field& field, std::vector<Pattern>& patterns,
                   std::unordered_map<std::string, bool>& seen, bool is_deny) {
  if (!read_list(reading, field, "a list of values, CIDRs, globs and ~regular expressions")) return;
  for (const YamlNode* node : field.node->items) {
    const Field item = item_of(field, *node);
    const auto pattern = read_parsed(reading, item, pattern_shape, parse_pattern);
    if (!pattern) continue;
    const auto [first, is_new] = seen.try_emplace(node->text, is_deny);
    if (!is_new && first->second != is_deny) {
      reading.errors.add(item.spot, shown(*node) + " is both in 'allow' and in 'deny'; remove it from one");
      continue;
    }
    patterns.push_back(*pattern);
  }
}

}  // namespace

void read_when(Reading& reading, const Field& field, LimitDraft& draft) {
  if (!read_mapping(reading, field, "a mapping of key sources to values like { header:x-plan: gold }")) return;
  for (const Entry& entry : field.node->entries) {
    auto source = read_key_source(reading, entry, " in 'when'");
    if (source && source->kind == KeySource::Kind::constant) {
      reading.errors.add(entry.spot, "a constant in 'when' says nothing of the request; use another key source");
      continue;
    }
    const Field values = field_of(entry);
    const auto items = one_or_list(values);
    if (items.empty()) {
      add_refusal(reading, values, {.expected = "a value or a list of at least one"});
      continue;
    }
    Condition condition{.source = source.value_or(KeySource{}), .values = {}};
    for (const Field& item : items) {
      if (auto pattern = read_parsed(reading, item, pattern_shape, parse_pattern)) {
        condition.values.push_back(*std::move(pattern));
      }
    }
    if (source) draft.limit.when.push_back(std::move(condition));
  }
}

void read_only(Reading& reading, const Field& field, LimitDraft& draft) {
  if (!read_list(reading, field, "a list of values, CIDRs, globs and ~regular expressions")) return;
  for (const YamlNode* node : field.node->items) {
    if (auto pattern = read_parsed(reading, item_of(field, *node), pattern_shape, parse_pattern)) {
      draft.limit.only.push_back(*std::move(pattern));
    }
  }
}

void read_overrides(Reading& reading, const Field& field, LimitDraft& draft) {
  if (!read_mapping(reading, field, "a mapping of values to rates like { vip: 1000/1m }")) return;
  for (const Entry& entry : field.node->entries) {
    const auto pattern = parse_pattern(entry.key);
    if (!pattern) {
      const std::string& hint = pattern.error().hint;
      reading.errors.add(entry.spot, "expected " + pattern.error().expected + " in 'overrides', got " +
                                         in_quotes(entry.key) + (hint.empty() ? "" : "; " + printable(hint)));
      continue;
    }
    const Field rate = field_of(entry);
    if (auto value = read_parsed(reading, rate, "a rate like 1000/1m or unlimited", parse_rate)) {
      draft.overrides.push_back({.pattern = *pattern, .rate = {.field = rate, .value = value}});
    }
  }
}

void read_allow(Reading& reading, const Field& field, LimitDraft& draft) {
  read_patterns(reading, field, draft.limit.allow, draft.listed, false);
}

void read_deny(Reading& reading, const Field& field, LimitDraft& draft) {
  read_patterns(reading, field, draft.limit.deny, draft.listed, true);
}

}  // namespace weir::config
