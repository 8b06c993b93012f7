#include "usage/refusal/rate_headers.hpp"

#include "usage/refusal/time_text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace weir::usage {
namespace {

// What a unit is called; empty: it is not told.
std::string_view openai_word(Unit unit) {
  switch (unit) {
    case Unit::requests:
      return "requests";
    case Unit::tokens:
    case Unit::input_tokens:
    case Unit::output_tokens:
      return "tokens";
    case Unit::cost:
      break;
  }
  return {};
}

std::string_view anthropic_word(Unit unit) {
  switch (unit) {
    case Unit::requests:
      return "requests";
    case Unit::tokens:
      return "tokens";
    case Unit::input_tokens:
      return "input-tokens";
    case Unit::output_tokens:
      return "output-tokens";
    case Unit::cost:
      break;
  }
  return {};
}

const Standing* nearest(std::span<const Standing> standings, std::string_view word, std::string_view (*word_of)(Unit)) {
  const Standing* found = nullptr;
  for (const Standing& one : standings) {
    if (word_of(one.unit) == word && (found == nullptr || one.remaining < found->remaining)) found = &one;
  }
  return found;
}

std::string count(std::int64_t number) { return std::to_string(std::max<std::int64_t>(number, 0)); }

}  // namespace

Headers rate_headers(Protocol protocol, std::span<const Standing> standings, WallClock now) {
  Headers headers;
  if (protocol == Protocol::openai) {
    for (const std::string word : {"requests", "tokens"}) {
      const Standing* standing = nearest(standings, word, &openai_word);
      if (standing == nullptr) continue;
      headers.emplace_back("x-ratelimit-limit-" + word, count(standing->limit));
      headers.emplace_back("x-ratelimit-remaining-" + word, count(standing->remaining));
      headers.emplace_back("x-ratelimit-reset-" + word, go_duration(standing->reset));
    }
  }
  if (protocol == Protocol::anthropic) {
    for (const std::string word : {"requests", "tokens", "input-tokens", "output-tokens"}) {
      const Standing* standing = nearest(standings, word, &anthropic_word);
      if (standing == nullptr) continue;
      const std::string name = "anthropic-ratelimit-" + word;
      headers.emplace_back(name + "-limit", count(standing->limit));
      headers.emplace_back(name + "-remaining", count(standing->remaining));
      headers.emplace_back(name + "-reset", rfc3339(now + standing->reset));
    }
  }
  return headers;
}

}  // namespace weir::usage
