// prompt_text.hpp: about how many tokens a request's prompt has, from its text alone.
//
// Counted are the strings of the members that hold prompts (messages, system, input, contents, tools, ...), roles, ids
// and the like left out; of tools and schemas the names of members as well, for models read those. Text costs what
// text.hpp says. An image, a sound or a file costs a flat `tokens_of_medium`, whether it comes as base64 or as an
// address; numbers in a list (`"prompt": [1, 2, 3]`) are tokens already.
//
// How wrong it is beside OpenAI's encodings (bench/model/estimates.py): English and code within an eighth; JSON, tables
// and figures come out up to 55 % too low; Chinese and Japanese within a quarter; Arabic up to 2.5 times, Cyrillic up
// to 3.2 times too high. A large image or a long file may cost several times the flat number. It only holds for the
// time of the call: the provider's count settles it.
#pragma once

#include "usage/text.hpp"

#include <cstdint>
#include <string_view>

namespace weir::usage {

inline constexpr std::uint64_t tokens_of_medium = 1000;  // between Gemini's 258 a tile and Anthropic's 1600 an image

struct Prompt {
  Text text{};
  std::uint64_t media = 0;
  std::uint64_t tokens = 0;

  [[nodiscard]] std::uint64_t estimate() const noexcept {
    return estimated_tokens(text) + media * tokens_of_medium + tokens;
  }
  friend bool operator==(const Prompt&, const Prompt&) = default;
};

// Is this member of a request's outermost object part of the prompt?
[[nodiscard]] bool holds_prompt(std::string_view member) noexcept;

// Takes the values below one of those members, in order; it is told the strings in pieces and keeps nothing of them.
class PromptCounter {
 public:
  void begin(std::string_view member) noexcept;
  void key(std::string_view name) noexcept;
  void string_opened() noexcept;
  void string_part(std::string_view text) noexcept;
  void string_closed() noexcept;
  void number_in_list() noexcept;

  [[nodiscard]] const Prompt& prompt() const noexcept { return prompt_; }

 private:
  enum class Meaning : std::uint8_t { text, nothing, medium };

  Prompt prompt_;
  bool is_schema_ = false;  // names of members are read by the model
  bool has_token_ids_ = false;
  Meaning meaning_ = Meaning::text;
  // Of the string being read:
  Text text_;
  bool base64_ = true;  // no byte that base64 does not have
  std::uint8_t first_ = 0;
  char start_[8]{};
};

}  // namespace weir::usage
