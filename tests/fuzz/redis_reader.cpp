// Any bytes as what a server answers: read the same however they are cut, within the bound, and never twice.
#include "store/redis/resp/reader.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

using weir::store::redis::Reader;
using weir::store::redis::Value;

constexpr std::size_t max_reply = 1U << 16;

void require(bool condition) {
  if (!condition) std::abort();
}

void describe(const Value& value, std::string& text, std::size_t& values) {
  ++values;
  text += static_cast<char>('a' + static_cast<int>(value.type));
  text += std::to_string(value.integer) + ' ';
  text += value.text;
  for (const Value& item : value.items) describe(item, text, values);
  text += '.';
}

std::string read_all(std::string_view bytes, std::size_t piece) {
  Reader reader(max_reply);
  std::string text;
  while (!bytes.empty()) {
    std::string_view part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    while (!part.empty()) {
      const auto space = reader.space();
      require(space.size() >= 4096);
      const std::size_t size = std::min(space.size(), part.size());
      std::memcpy(space.data(), part.data(), size);
      reader.filled(size);
      part.remove_prefix(size);
    }
    Reader::Next next;
    while ((next = reader.next()) == Reader::Next::value) {
      std::size_t values = 0;
      describe(reader.value(), text, values);
      require(values * sizeof(Value) <= max_reply + sizeof(Value));
    }
    if (next == Reader::Next::broken) {
      require(!reader.error().empty() && reader.next() == Reader::Next::broken);
      return text + "broken";
    }
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = read_all(bytes, std::max<std::size_t>(size, 1));
  require(read_all(bytes, 1) == whole);
  require(read_all(bytes, 7) == whole);
  return 0;
}
