// reader.hpp: reads typed values out of the tree and says, in one way everywhere, what is wrong with them.
//
// A mapping is read by a table of its options (read_options); a value by one of the read_ functions, which answer
// nothing after they have added an error.
#pragma once

#include "config/document.hpp"
#include "config/errors.hpp"
#include "config/refusal.hpp"
#include "config/shown.hpp"
#include "config/suggestion.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::config {

struct Reading {
  Errors& errors;
  const std::string& directory;  // where files named in the config are
  const Environment& environment;
  std::vector<Spot> claims_used{};  // where a key source reads a claim of a JSON web token
  std::vector<Spot> prices_used{};  // where a limit counts money
};

// An option, or an item of its list, with its value.
struct Field {
  std::string_view name;
  Spot spot;  // of the value; of the name where there is no value
  const YamlNode* node = nullptr;
  Spot key_spot{};
};

[[nodiscard]] Field field_of(const Entry& entry);
[[nodiscard]] Field item_of(const Field& list, const YamlNode& item);

// Where that is in the file.
[[nodiscard]] Place place_of(const Reading& reading, Spot spot);

// `expected a number for 'burst', got "abc"; did you mean ...?`
void add_refusal(Reading& reading, const Field& field, const Refusal& refusal);

// A scalar's text; empty texts are refused.
[[nodiscard]] const std::string* read_text(Reading& reading, const Field& field, std::string_view expected);
// The same, when it may be a secret: an error does not show it.
[[nodiscard]] std::optional<Secret> read_secret(Reading& reading, const Field& field, std::string_view expected,
                                                bool (*fits)(std::string_view));
[[nodiscard]] std::optional<std::int64_t> read_number(Reading& reading, const Field& field, std::int64_t least,
                                                      std::int64_t most);
[[nodiscard]] std::optional<bool> read_boolean(Reading& reading, const Field& field);
[[nodiscard]] std::optional<std::chrono::nanoseconds> read_duration(Reading& reading, const Field& field,
                                                                    std::chrono::nanoseconds least,
                                                                    std::chrono::nanoseconds most);
[[nodiscard]] bool read_mapping(Reading& reading, const Field& field, std::string_view expected);
[[nodiscard]] bool read_list(Reading& reading, const Field& field, std::string_view expected);

// A list's items, or the value itself where one may stand for a list of one.
[[nodiscard]] std::vector<Field> one_or_list(const Field& field);

template <class T>
[[nodiscard]] std::optional<T> read_parsed(Reading& reading, const Field& field, std::string_view expected,
                                           Parsed<T> (*parse)(std::string_view)) {
  const std::string* text = read_text(reading, field, expected);
  if (text == nullptr) return std::nullopt;
  auto parsed = parse(*text);
  if (parsed) return *std::move(parsed);
  add_refusal(reading, field, parsed.error());
  return std::nullopt;
}

template <class T>
struct Choice {
  std::string_view word;
  T value;
};

// The position of a field's word among `words`.
[[nodiscard]] std::optional<std::size_t> read_word(Reading& reading, const Field& field,
                                                   std::span<const std::string_view> words);

template <class T>
[[nodiscard]] std::optional<T> read_choice(Reading& reading, const Field& field, std::span<const Choice<T>> choices) {
  std::vector<std::string_view> words;
  for (const Choice<T>& choice : choices) words.push_back(choice.word);
  const auto found = read_word(reading, field, words);
  return found ? std::optional<T>(choices[*found].value) : std::nullopt;
}

// One option of a mapping that fills a Target. Without a reader it is not available yet: it is an error, unless it
// holds what it would default to (`[]` stands for any empty list or mapping).
template <class Target>
struct Option {
  std::string_view name;
  void (*read)(Reading& reading, const Field& field, Target& target) = nullptr;
  std::string_view default_value{};
};

void add_unknown_key(Reading& reading, const Entry& entry, std::string_view where,
                     std::span<const std::string_view> known);
void refuse_unavailable(Reading& reading, const Field& field, std::string_view where, std::string_view default_value);

// Reads each entry of `mapping`, in the text's order. `where`: ` in limit 'per-user'`, or empty at the top.
template <class Target, std::size_t Count>
void read_options(Reading& reading, const YamlNode& mapping, std::string_view where,
                  const Option<Target> (&options)[Count], Target& target) {
  for (const Entry& entry : mapping.entries) {
    const Option<Target>* known = nullptr;
    for (const Option<Target>& option : options) {
      if (option.name == entry.key) known = &option;
    }
    if (known == nullptr) {
      std::vector<std::string_view> names;
      for (const Option<Target>& option : options) names.push_back(option.name);
      add_unknown_key(reading, entry, where, names);
    } else if (known->read != nullptr) {
      known->read(reading, field_of(entry), target);
    } else {
      refuse_unavailable(reading, field_of(entry), where, known->default_value);
    }
  }
}

// Names of limits and upstreams: 1 to 64 of A-Z a-z 0-9 . _ -
[[nodiscard]] bool is_name(std::string_view text);
void check_name(Reading& reading, const Entry& entry, std::string_view what);

}  // namespace weir::config
