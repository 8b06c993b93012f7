#include "config/reader.hpp"

#include "config/characters.hpp"
#include "config/duration.hpp"
#include "config/number.hpp"

#include <algorithm>
#include <array>

namespace weir::config {

Field field_of(const Entry& entry) {
  const bool empty = entry.value->kind == YamlNode::Kind::null;
  return {
      .name = entry.key, .spot = empty ? entry.spot : entry.value->spot, .node = entry.value, .key_spot = entry.spot};
}

Field item_of(const Field& list, const YamlNode& item) {
  return {.name = list.name, .spot = item.spot, .node = &item, .key_spot = item.spot};
}

Place place_of(const Reading& reading, Spot spot) {
  return {.line = spot.line + 1, .column = reading.errors.column(spot)};
}

void add_refusal(Reading& reading, const Field& field, const Refusal& refusal) {
  if (field.node->broken) return;
  std::string message =
      "expected " + refusal.expected + " for " + in_quotes(field.name) + ", got " + shown(*field.node);
  if (!refusal.hint.empty() && field.node->variables.empty()) message += "; " + printable(refusal.hint);
  reading.errors.add(field.spot, std::move(message));
}

const std::string* read_text(Reading& reading, const Field& field, std::string_view expected) {
  if (field.node->broken) return nullptr;
  if (field.node->kind == YamlNode::Kind::scalar && !field.node->text.empty()) return &field.node->text;
  add_refusal(reading, field, {.expected = std::string(expected)});
  return nullptr;
}

std::optional<Secret> read_secret(Reading& reading, const Field& field, std::string_view expected,
                                  bool (*fits)(std::string_view)) {
  const YamlNode& node = *field.node;
  if (node.kind != YamlNode::Kind::scalar) {
    add_refusal(reading, field, {.expected = std::string(expected)});
    return std::nullopt;
  }
  if (node.broken) return std::nullopt;
  if (!node.text.empty() && fits(node.text)) {
    return Secret{.value = node.text, .written = node.written.empty() ? node.text : node.written};
  }
  reading.errors.add(field.spot, "expected " + std::string(expected) + " for " + in_quotes(field.name) +
                                     (node.text.empty() ? ", got nothing" : ", got something else"));
  return std::nullopt;
}

std::optional<std::int64_t> read_number(Reading& reading, const Field& field, std::int64_t least, std::int64_t most) {
  const std::string expected = "a number from " + shown(least) + " to " + shown(most);
  const std::string* text = read_text(reading, field, expected);
  if (text == nullptr) return std::nullopt;
  const auto number = parse_number(*text);
  if (number && *number >= least && *number <= most) return number;
  add_refusal(reading, field, {.expected = expected});
  return std::nullopt;
}

std::optional<bool> read_boolean(Reading& reading, const Field& field) {
  constexpr auto choices = std::to_array<Choice<bool>>({{"true", true}, {"false", false}});
  return read_choice<bool>(reading, field, choices);
}

std::optional<std::chrono::nanoseconds> read_duration(Reading& reading, const Field& field,
                                                      std::chrono::nanoseconds least, std::chrono::nanoseconds most) {
  const auto duration = read_parsed(reading, field, "a duration like 250ms, 10s or 1m", parse_duration);
  if (!duration || (*duration >= least && *duration <= most)) return duration;
  add_refusal(reading, field, {.expected = "a duration from " + spell(least) + " to " + spell(most)});
  return std::nullopt;
}

bool read_mapping(Reading& reading, const Field& field, std::string_view expected) {
  if (field.node->kind == YamlNode::Kind::mapping && !field.node->broken) return true;
  add_refusal(reading, field, {.expected = std::string(expected)});
  return false;
}

bool read_list(Reading& reading, const Field& field, std::string_view expected) {
  if (field.node->kind == YamlNode::Kind::sequence && !field.node->broken) return true;
  add_refusal(reading, field, {.expected = std::string(expected)});
  return false;
}

std::vector<Field> one_or_list(const Field& field) {
  if (field.node->kind != YamlNode::Kind::sequence) return {field};
  std::vector<Field> items;
  items.reserve(field.node->items.size());
  for (const YamlNode* item : field.node->items) items.push_back(item_of(field, *item));
  return items;
}

std::optional<std::size_t> read_word(Reading& reading, const Field& field, std::span<const std::string_view> words) {
  std::string expected;
  for (std::size_t i = 0; i < words.size(); ++i) {
    expected += i == 0 ? "" : i + 1 == words.size() ? " or " : ", ";
    expected += words[i];
  }
  const std::string* text = read_text(reading, field, expected);
  if (text == nullptr) return std::nullopt;
  const auto found = std::ranges::find(words, *text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  const std::string_view meant = nearest(*text, words);
  add_refusal(reading, field,
              {.expected = expected, .hint = meant.empty() ? "" : "did you mean " + std::string(meant) + "?"});
  return std::nullopt;
}

void add_unknown_key(Reading& reading, const Entry& entry, std::string_view where,
                     std::span<const std::string_view> known) {
  std::string message = "unknown key " + in_quotes(entry.key) + std::string(where);
  if (!reading.errors.full()) message += did_you_mean(entry.key, known);
  reading.errors.add(entry.spot, std::move(message));
}

void refuse_unavailable(Reading& reading, const Field& field, std::string_view where, std::string_view default_value) {
  const YamlNode& node = *field.node;
  const bool is_empty = node.kind != YamlNode::Kind::scalar && node.items.empty() && node.entries.empty();
  const bool holds_default =
      node.kind == YamlNode::Kind::scalar ? node.text == default_value : is_empty && default_value == "[]";
  if (node.broken || (!default_value.empty() && holds_default)) return;
  std::string message =
      in_quotes(field.name) + std::string(where) + " is not available yet in this version of Weir; remove it";
  if (!default_value.empty() && default_value != "[]") message += ", or set it to " + std::string(default_value);
  reading.errors.add(field.key_spot, std::move(message));
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return is_digit(c) || is_letter(c) || c == '.' || c == '_' || c == '-';
  });
}

void check_name(Reading& reading, const Entry& entry, std::string_view what) {
  if (is_name(entry.key)) return;
  reading.errors.add(
      entry.spot, std::string(what) + "'s name is 1 to 64 of A-Z a-z 0-9 . _ - and cannot be " + in_quotes(entry.key));
}

}  // namespace weir::config
