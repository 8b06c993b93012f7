#include "usage/events.hpp"

#include <algorithm>
#include <array>

namespace weir::usage {
namespace {

struct Word {
  std::string_view word;
  Event event;
};
constexpr std::array words{
    Word{"message_start", {.tells = Dialect::anthropic}},
    Word{"content_block_start", {.tells = Dialect::anthropic}},
    Word{"content_block_delta", {.tells = Dialect::anthropic}},
    Word{"message_delta", {.tells = Dialect::anthropic}},
    Word{"message_stop", {.tells = Dialect::anthropic, .last = true}},
    Word{"response.completed", {.tells = Dialect::openai_responses, .last = true}},
    Word{"response.incomplete", {.tells = Dialect::openai_responses, .last = true}},
    Word{"response.failed", {.tells = Dialect::openai_responses, .last = true, .error = true}},
    Word{"message-start", {.tells = Dialect::cohere}},
    Word{"content-delta", {.tells = Dialect::cohere}},
    Word{"message-end", {.tells = Dialect::cohere, .last = true}},
    Word{"message_end", {.tells = Dialect::dify, .last = true}},
    Word{"error", {.error = true}},
};

}  // namespace

Event event_of(std::string_view word) noexcept {
  const auto* found = std::ranges::find(words, word, &Word::word);
  if (found != words.end()) return found->event;
  return {.tells = word.starts_with("response.") ? Dialect::openai_responses : Dialect::unknown};
}

}  // namespace weir::usage
