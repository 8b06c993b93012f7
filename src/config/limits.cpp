// limits.cpp: the section `limits`. Each option is read by itself into a draft; limit_rules.cpp then makes rules of
// what only makes sense together.
#include "config/date.hpp"
#include "config/key_source.hpp"
#include "config/limit_draft.hpp"
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
    if (auto source = read_key_source(reading, item)) draft.limit.key.push_back(*std::move(source));
  }
}

void read_missing(Reading& reading, const Field& field, LimitDraft& draft) {
  constexpr auto choices = std::to_array<Choice<Missing>>({{"skip", Missing::skip}, {"reject", Missing::reject}});
  if (const auto choice = read_choice<Missing>(reading, field, choices)) draft.limit.missing = *choice;
}

void read_rate(Reading& reading, const Field& field, LimitDraft& draft) {
  draft.has_rate = true;
  draft.rate.field = field;
  draft.rate.value =
      draft.money ? read_parsed(reading, field, "a rate of money like 5.00/1d", parse_money_rate)
                  : read_parsed(reading, field, "a rate like 100/1m, 1000/month, 1000/year or unlimited", parse_rate);
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
}

void read_burst(Reading& reading, const Field& field, LimitDraft& draft) {
  draft.burst.field = field;
  draft.burst.value = draft.money ? read_parsed(reading, field, "an amount of money like 0.25", parse_money)
                                  : read_number(reading, field, 1, max_count);
}

void read_anchor(Reading& reading, const Field& field, LimitDraft& draft) {
  draft.anchor.field = field;
  draft.anchor.value = read_parsed(reading, field, "a date like 2026-01-15", parse_date);
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

void read_mode(Reading& reading, const Field& field, LimitDraft& draft) {
  constexpr auto choices =
      std::to_array<Choice<Mode>>({{"exact", Mode::exact}, {"lease", Mode::lease}, {"cached", Mode::cached}});
  const auto mode = read_choice<Mode>(reading, field, choices);
  if (!mode) return;
  draft.limit.mode = *mode;
  if (*mode == Mode::lease) draft.lease = field;
  if (*mode == Mode::cached) draft.cached = field;
}

constexpr Option<LimitDraft> options[] = {
    {"key", read_key},
    {"missing", read_missing},
    {"when", read_when},
    {"cost", read_cost},
    {"charge", read_charge},
    {"rate", read_rate},
    {"algorithm", read_algorithm},
    {"burst", read_burst},
    {"anchor", read_anchor},
    {"wait", read_wait},
    {"only", read_only},
    {"unit", read_unit},
    {"weights", read_weights},
    {"reserve", read_reserve},
    {"reserve_default", read_reserve_default},
    {"on_exceeded", read_on_exceeded},
    {"overrides", read_overrides},
    {"allow", read_allow},
    {"deny", read_deny},
    {"reject", read_reject},
    {"shadow", read_shadow},
    {"mode", read_mode},
    {"prefix", read_prefix},
};

Limit read_limit(Reading& reading, const Entry& entry, const Store* store, Field& prefix_field) {
  LimitDraft draft;
  draft.spot = entry.spot;
  draft.store = store;
  draft.limit.name = entry.key;
  draft.limit.prefix = "weir:" + entry.key;
  draft.limit.place = place_of(reading, entry.spot);
  check_name(reading, entry, "a limit");
  const Field field = field_of(entry);
  if (!read_mapping(reading, field, "a mapping like { key: ip, rate: 100/1m }")) return std::move(draft.limit);
  const std::string where = " in limit " + in_quotes(entry.key);
  draft.money = counts_money(*field.node);
  read_options(reading, *field.node, where, options, draft);
  if (!draft.has_key) {
    reading.errors.add(entry.spot, "'key' is missing" + where + "; it says whom the limit counts, like key: ip");
  }
  if (!draft.has_rate) reading.errors.add(entry.spot, "'rate' is missing" + where + "; add one like rate: 100/1m");
  make_rules(reading, draft);
  check_tokens(reading, draft);
  check_store(reading, draft);
  prefix_field = draft.prefix_field.value_or(Field{.name = "prefix", .spot = entry.spot, .node = entry.value});
  return std::move(draft.limit);
}

}  // namespace

void read_limits(Reading& reading, const Field& field, const Store* store, std::vector<Limit>& limits) {
  if (!read_mapping(reading, field, "a mapping of names to limits")) return;
  std::unordered_map<std::string, std::string> prefixes;
  for (const Entry& entry : field.node->entries) {
    Field prefix;
    limits.push_back(read_limit(reading, entry, store, prefix));
    const auto [first, is_new] = prefixes.try_emplace(limits.back().prefix, entry.key);
    if (!is_new) {
      reading.errors.add(prefix.spot, "limit " + in_quotes(entry.key) + " has the 'prefix' of limit " +
                                          in_quotes(first->second) + "; give it another, or they share their counters");
    }
  }
}

}  // namespace weir::config
