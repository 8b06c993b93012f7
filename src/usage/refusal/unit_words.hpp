// unit_words.hpp: what a unit is called. Empty where it is not told: OpenAI has no words for input and output tokens,
// which are told as tokens, and nobody has for money.
#pragma once

#include "usage/price/charge.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace weir::usage {

struct UnitWords {
  Unit unit;
  std::string_view sentence;
  std::string_view openai;  // in headers
  std::string_view anthropic;
};

inline constexpr std::array<UnitWords, 5> unit_words{{
    {Unit::requests, "requests", "requests", "requests"},
    {Unit::tokens, "tokens", "tokens", "tokens"},
    {Unit::input_tokens, "input tokens", "tokens", "input-tokens"},
    {Unit::output_tokens, "output tokens", "tokens", "output-tokens"},
    {Unit::cost, "cost", "", ""},
}};

constexpr const UnitWords& words_of(Unit unit) { return unit_words[static_cast<std::size_t>(unit)]; }

static_assert([] {
  for (const UnitWords& words : unit_words) {
    if (words_of(words.unit).unit != words.unit) return false;
  }
  return true;
}());

}  // namespace weir::usage
