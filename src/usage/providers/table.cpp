#include "usage/providers/table.hpp"

#include <algorithm>
#include <array>

#include "usage/providers/anthropic.hpp"
#include "usage/providers/bedrock.hpp"
#include "usage/providers/cohere.hpp"
#include "usage/providers/dashscope.hpp"
#include "usage/providers/gemini.hpp"
#include "usage/providers/ollama.hpp"
#include "usage/providers/openai.hpp"

namespace weir::usage::providers {
namespace {

template <std::size_t... Sizes>
consteval auto together(const std::array<Wanted, Sizes>&... parts) {
  std::array<Wanted, (Sizes + ...)> all{};
  auto* at = all.begin();
  ((at = std::ranges::copy(parts, at).out), ...);
  return all;
}

template <std::size_t Size>
struct Compiled {
  consteval explicit Compiled(const std::array<Wanted, Size>& wanted) : paths(to_paths(wanted)) {
    for (std::size_t leaf = 0; leaf < Size; ++leaf) meanings[leaf] = meaning_of(wanted, wanted[leaf]);
  }
  [[nodiscard]] constexpr Table table() const { return {&paths, meanings.data()}; }

  std::array<Meaning, Size> meanings{};
  json::Paths paths;

 private:
  static consteval json::Paths to_paths(const std::array<Wanted, Size>& wanted) {
    static_assert(Size < 0xFF);
    std::array<json::Path, Size> all{};
    for (std::size_t leaf = 0; leaf < Size; ++leaf) {
      all[leaf] = {wanted[leaf].path, static_cast<std::uint8_t>(leaf + 1), take_of(wanted[leaf].field)};
    }
    return json::Paths(all);
  }
  // A path that several tables have must mean the same in all, and tells nobody apart.
  static consteval Meaning meaning_of(const std::array<Wanted, Size>& all, const Wanted& wanted) {
    Meaning meaning{wanted.field, wanted.tells};
    for (const Wanted& other : all) {
      if (other.path != wanted.path) continue;
      if (other.field != wanted.field) throw std::logic_error("one path, two meanings");
      if (other.tells != wanted.tells) meaning.tells = Dialect::unknown;
    }
    return meaning;
  }
};

constexpr Compiled compiled_openai(together(openai_chat, openai_responses, dify));
constexpr Compiled compiled_anthropic(anthropic);
constexpr Compiled compiled_gemini(gemini);
constexpr Compiled compiled_bedrock(together(bedrock, bedrock_invoke, anthropic, openai_chat));
constexpr Compiled compiled_dashscope(dashscope);
constexpr Compiled compiled_ollama(ollama);
constexpr Compiled compiled_cohere(cohere);
constexpr Compiled compiled_all(together(openai_chat, openai_responses, dify, anthropic, gemini, bedrock,
                                         bedrock_invoke, dashscope, ollama, cohere));

// By Protocol.
constexpr std::array tables{compiled_all.table(),    compiled_openai.table(),  compiled_anthropic.table(),
                            compiled_gemini.table(), compiled_bedrock.table(), compiled_dashscope.table(),
                            compiled_ollama.table(), compiled_cohere.table()};

}  // namespace

const Table& table_of(Protocol protocol) noexcept { return tables[static_cast<std::size_t>(protocol)]; }

}  // namespace weir::usage::providers
