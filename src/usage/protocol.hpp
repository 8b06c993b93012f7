// protocol.hpp: whose words an upstream speaks (`ai:` of weir.yaml).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::usage {

// `automatic` tells them apart by what it reads.
enum class Protocol : std::uint8_t { automatic, openai, anthropic, gemini, bedrock, dashscope, ollama, cohere };

// As weir.yaml spells it; nothing for any other word.
[[nodiscard]] std::optional<Protocol> protocol_of(std::string_view word) noexcept;
[[nodiscard]] std::string_view word_of(Protocol protocol) noexcept;

}  // namespace weir::usage
