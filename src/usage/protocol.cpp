#include "usage/protocol.hpp"

#include <algorithm>
#include <array>

namespace weir::usage {
namespace {

struct Word {
  Protocol protocol;
  std::string_view word;
};
constexpr std::array words{
    Word{Protocol::automatic, "auto"}, Word{Protocol::openai, "openai"},   Word{Protocol::anthropic, "anthropic"},
    Word{Protocol::gemini, "gemini"},  Word{Protocol::bedrock, "bedrock"}, Word{Protocol::dashscope, "dashscope"},
    Word{Protocol::ollama, "ollama"},  Word{Protocol::cohere, "cohere"},
};

}  // namespace

std::optional<Protocol> protocol_of(std::string_view word) noexcept {
  const auto* found = std::ranges::find(words, word, &Word::word);
  return found == words.end() ? std::nullopt : std::optional(found->protocol);
}

std::string_view word_of(Protocol protocol) noexcept {
  return std::ranges::find(words, protocol, &Word::protocol)->word;
}

}  // namespace weir::usage
