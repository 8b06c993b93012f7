// command.hpp: a question to Redis as the bytes that go out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir::store::redis {

using Slot = std::uint16_t;  // of Cluster, 0 to 16383

// CRC16 (XMODEM) of the key's hash tag, or of the whole key without one, modulo 16384; as the Cluster specification
// says it.
[[nodiscard]] Slot slot_of(std::string_view key) noexcept;

struct Command {
  std::string bytes;           // one whole RESP array of bulk strings
  std::optional<Slot> slot{};  // where its keys are in a Cluster; none: any master answers
};

// A command piece by piece, for what is too hot to be listed first: how many words, then each of them.
void begin_command(std::string& bytes, std::size_t words);
void append_word(std::string& bytes, std::string_view word);

// Arguments are data: any byte.
[[nodiscard]] Command command(std::span<const std::string_view> arguments, std::optional<Slot> slot = {});
[[nodiscard]] Command command(std::initializer_list<std::string_view> arguments, std::optional<Slot> slot = {});

}  // namespace weir::store::redis
