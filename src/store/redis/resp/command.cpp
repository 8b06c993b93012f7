#include "store/redis/resp/command.hpp"

#include <boost/crc.hpp>

#include <charconv>
#include <cstddef>

namespace weir::store::redis {
namespace {

constexpr Slot slots = 16'384;

void append_length(std::string& bytes, char type, std::size_t length) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, length).ptr;
  bytes += type;
  bytes.append(digits, end);
  bytes += "\r\n";
}

}  // namespace

Slot slot_of(std::string_view key) noexcept {
  if (const auto open = key.find('{'); open != std::string_view::npos) {
    const auto close = key.find('}', open + 1);
    if (close != std::string_view::npos && close != open + 1) key = key.substr(open + 1, close - open - 1);
  }
  boost::crc_xmodem_t crc;
  crc.process_bytes(key.data(), key.size());
  return static_cast<Slot>(crc.checksum() % slots);
}

void begin_command(std::string& bytes, std::size_t words) { append_length(bytes, '*', words); }

void append_word(std::string& bytes, std::string_view word) {
  append_length(bytes, '$', word.size());
  bytes += word;
  bytes += "\r\n";
}

Command command(std::span<const std::string_view> arguments, std::optional<Slot> slot) {
  std::size_t size = 16;
  for (const std::string_view argument : arguments) size += argument.size() + 16;
  Command made{.bytes = {}, .slot = slot};
  made.bytes.reserve(size);
  begin_command(made.bytes, arguments.size());
  for (const std::string_view argument : arguments) append_word(made.bytes, argument);
  return made;
}

Command command(std::initializer_list<std::string_view> arguments, std::optional<Slot> slot) {
  return command(std::span(arguments.begin(), arguments.size()), slot);
}

}  // namespace weir::store::redis
