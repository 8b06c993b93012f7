// exposition.hpp: the pieces of Prometheus' text format 0.0.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::api {

// The two lines that stand before the samples of one name.
void describe(std::string& text, std::string_view name, std::string_view type, std::string_view help);
// `labels` as they stand between braces.
void sample(std::string& text, std::string_view name, std::string_view labels, const std::string& value);

struct Family {
  std::string_view name;
  std::string_view type;
  std::string_view help;
};

// Described, and a sample of each: its labels, its value.
template <class All, class LabelsOf, class ValueOf>
void append_each(std::string& text, const Family& family, const All& all, LabelsOf labels_of, ValueOf value_of) {
  describe(text, family.name, family.type, family.help);
  for (const auto& one : all) sample(text, family.name, labels_of(one), std::to_string(value_of(one)));
}

// The words that a label may have, in the order of what they name.
template <class WordOf>
struct LabelWords {
  std::string_view label;
  std::size_t count;
  WordOf word_of;  // of 0 to count - 1
};

// Described, and a sample of each for each of the words.
template <class All, class LabelsOf, class WordOf, class ValueOf>
void append_each_by(std::string& text, const Family& family, const All& all, LabelsOf labels_of,
                    const LabelWords<WordOf>& words, ValueOf value_of) {
  describe(text, family.name, family.type, family.help);
  for (const auto& one : all) {
    for (std::size_t at = 0; at < words.count; ++at) {
      const std::string word(words.word_of(at));
      sample(text, family.name, labels_of(one) + "," + std::string(words.label) + "=\"" + word + "\"",
             std::to_string(value_of(one, at)));
    }
  }
}

// Nanoseconds as seconds, exact: 0.00000025.
[[nodiscard]] std::string seconds(std::uint64_t nanos);
// A label's value: quotes, backslashes and line ends escaped, what is not visible ASCII replaced.
[[nodiscard]] std::string label_value(std::string_view value);

}  // namespace weir::api
