#include "usage/refusal/rate_headers.hpp"

#include "usage/refusal/time_text.hpp"
#include "usage/refusal/unit_words.hpp"

#include <algorithm>
#include <string_view>

namespace weir::usage {
namespace {

const Standing* nearest(std::span<const Standing> standings, std::string_view UnitWords::* vendor,
                        std::string_view word) {
  const Standing* found = nullptr;
  for (const Standing& one : standings) {
    if (words_of(one.unit).*vendor == word && (found == nullptr || one.remaining < found->remaining)) found = &one;
  }
  return found;
}

std::string count(std::int64_t number) { return std::to_string(std::max<std::int64_t>(number, 0)); }

}  // namespace

Headers rate_headers(Protocol protocol, std::span<const Standing> standings, WallClock now) {
  Headers headers;
  if (protocol == Protocol::openai) {
    for (const std::string word : {"requests", "tokens"}) {
      const Standing* standing = nearest(standings, &UnitWords::openai, word);
      if (standing == nullptr) continue;
      headers.emplace_back("x-ratelimit-limit-" + word, count(standing->limit));
      headers.emplace_back("x-ratelimit-remaining-" + word, count(standing->remaining));
      headers.emplace_back("x-ratelimit-reset-" + word, go_duration(standing->reset));
    }
  }
  if (protocol == Protocol::anthropic) {
    for (const std::string word : {"requests", "tokens", "input-tokens", "output-tokens"}) {
      const Standing* standing = nearest(standings, &UnitWords::anthropic, word);
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
