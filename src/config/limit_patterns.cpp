// limit_patterns.cpp: whom a limit is for, and who is an exception: `when`, `only`, `overrides`, `allow`, `deny`.
#include "config/key_source.hpp"
#include "config/limit_draft.hpp"
#include "config/pattern.hpp"

#include <utility>

namespace weir::config {
namespace {

// What the limiter takes in one set (limiter/key_set.hpp, limiter/key_rules.hpp).
constexpr std::size_t most_patterns = 100'000;
constexpr std::size_t most_regexes = 1000;

class Count {
 public:
  // Adds an error at the first pattern that is one too many, and is false from there on.
  bool add(Reading& reading, Spot spot, const Pattern& pattern) {
    ++patterns_;
    regexes_ += pattern.kind == Pattern::Kind::regex ? 1 : 0;
    const bool fits = patterns_ <= most_patterns && regexes_ <= most_regexes;
    if (!fits && fitted_) {
      reading.errors.add(spot, regexes_ > most_regexes
                                   ? "more than 1000 regular expressions in one list; join some by |"
                                   : "more than 100000 values in one list");
    }
    fitted_ = fits;
    return fits;
  }

 private:
  std::size_t patterns_ = 0;
  std::size_t regexes_ = 0;
  bool fitted_ = true;
};

// A list's patterns, or the one pattern that stands for a list.
std::vector<Pattern> read_all(Reading& reading, const std::vector<Field>& items) {
  std::vector<Pattern> patterns;
  Count count;
  for (const Field& item : items) {
    auto pattern = read_parsed(reading, item, pattern_shape, parse_pattern);
    if (!pattern) continue;
    if (!count.add(reading, item.spot, *pattern)) break;
    patterns.push_back(*std::move(pattern));
  }
  return patterns;
}

// In `allow` or in `deny`, but not in both.
void read_patterns(Reading& reading, const Field& field, std::vector<Pattern>& patterns,
                   std::unordered_map<std::string, bool>& seen, bool is_deny) {
  if (!read_list(reading, field, "a list of values, CIDRs, globs and ~regular expressions")) return;
  Count count;
  for (const YamlNode* node : field.node->items) {
    const Field item = item_of(field, *node);
    const auto pattern = read_parsed(reading, item, pattern_shape, parse_pattern);
    if (!pattern) continue;
    if (!count.add(reading, item.spot, *pattern)) break;
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
    auto patterns = read_all(reading, items);
    if (source) draft.limit.when.push_back({.source = *std::move(source), .values = std::move(patterns)});
  }
}

void read_only(Reading& reading, const Field& field, LimitDraft& draft) {
  if (!read_list(reading, field, "a list of values, CIDRs, globs and ~regular expressions")) return;
  draft.limit.only = read_all(reading, one_or_list(field));
}

void read_overrides(Reading& reading, const Field& field, LimitDraft& draft) {
  if (!read_mapping(reading, field, "a mapping of values to rates like { vip: 1000/1m }")) return;
  Count count;
  for (const Entry& entry : field.node->entries) {
    const auto pattern = parse_pattern(entry.key);
    if (!pattern) {
      const std::string& hint = pattern.error().hint;
      reading.errors.add(entry.spot, "expected " + pattern.error().expected + " in 'overrides', got " +
                                         in_quotes(entry.key) + (hint.empty() ? "" : "; " + printable(hint)));
      continue;
    }
    if (!count.add(reading, entry.spot, *pattern)) break;
    const Field rate = field_of(entry);
    auto value = draft.money ? read_parsed(reading, rate, "a rate of money like 5.00/1d", parse_money_rate)
                             : read_parsed(reading, rate, "a rate like 1000/1m or unlimited", parse_rate);
    if (value) {
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
