// invoked_chunk.hpp: what a `chunk` of Bedrock's InvokeModelWithResponseStream carries: {"bytes":"BASE64"}, an event in
// the words of the model's own family. Source: docs.aws.amazon.com/bedrock/latest/APIReference (PayloadPart).
//
// Read as it comes, in pieces cut anywhere; nothing is kept but the bits of a character that is cut, nothing allocated.
#pragma once

#include "usage/json/strict.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace weir::usage::stream {

// `Take` has data(std::string_view decoded), as often as there is some.
template <class Take>
class InvokedChunk {
 public:
  explicit InvokedChunk(Take take) : take_(take), json_(*this) {}
  InvokedChunk(const InvokedChunk&) = delete;  // its parser tells itself
  InvokedChunk& operator=(const InvokedChunk&) = delete;
  ~InvokedChunk() = default;

  void begin() noexcept {
    json_ = json::Strict<InvokedChunk>(*this);
    in_bytes_ = is_bytes_ = ended_ = wrong_ = false;
  }
  void feed(std::string_view payload) { json_.feed(payload); }
  // False when it was no such payload.
  [[nodiscard]] bool finish() { return json_.finish() == json::Flaw::none && !wrong_; }

  // What json::Strict tells.
  void opened(bool, json::Offset) { is_bytes_ = false; }
  void closed(bool, json::Offset) {}
  void key(std::string_view name, bool) { is_bytes_ = json_.depth() == 1 && name == "bytes"; }
  void string_opened(json::Offset) {
    in_bytes_ = is_bytes_;
    pending_ = 0;
    bits_ = 0;
  }
  void string_closed(json::Offset) { in_bytes_ = is_bytes_ = false; }
  void number(std::string_view, bool, json::Offset, json::Offset) {}
  void literal(char, json::Offset, json::Offset) {}
  void string_part(std::string_view text) {
    if (!in_bytes_) return;
    std::array<char, 256> room;
    std::size_t size = 0;
    for (const char character : text) {
      const int value = value_of(character);
      ended_ = ended_ || value < 0;
      wrong_ = wrong_ || (ended_ && character != '=');
      if (ended_) continue;
      pending_ = pending_ << 6U | static_cast<std::uint32_t>(value);
      bits_ += 6;
      if (bits_ < 8) continue;
      bits_ -= 8;
      room[size++] = static_cast<char>(pending_ >> bits_ & 0xFFU);
      if (size == room.size()) take_.data({room.data(), std::exchange(size, 0)});
    }
    if (size > 0) take_.data({room.data(), size});
  }

 private:
  // RFC 4648, section 4; -1: none of its characters.
  static constexpr int value_of(char character) noexcept {
    return character >= 'A' && character <= 'Z'   ? character - 'A'
           : character >= 'a' && character <= 'z' ? character - 'a' + 26
           : character >= '0' && character <= '9' ? character - '0' + 52
           : character == '+'                     ? 62
           : character == '/'                     ? 63
                                                  : -1;
  }

  Take take_;
  json::Strict<InvokedChunk> json_;
  std::uint32_t pending_ = 0;  // bits of the last characters
  unsigned bits_ = 0;          // of them, how many are no byte yet
  bool is_bytes_ = false;      // the next value is that of `bytes`
  bool in_bytes_ = false;
  bool ended_ = false;  // padding has come
  bool wrong_ = false;
};

}  // namespace weir::usage::stream
