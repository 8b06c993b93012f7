// text.hpp: how much text went by, and about how many tokens that is.
#pragma once

#include <cstdint>

namespace weir::usage {

// Characters (code points), by what they cost about.
struct Text {
  std::uint64_t ascii = 0;
  std::uint64_t wide = 0;  // beyond ASCII

  Text& operator+=(const Text& more) noexcept {
    ascii += more.ascii;
    wide += more.wide;
    return *this;
  }
  [[nodiscard]] std::uint64_t characters() const noexcept { return ascii + wide; }
  friend bool operator==(const Text&, const Text&) = default;
};

// Four ASCII characters a token, as the providers' own rules of thumb say; one a token beyond ASCII, which is about
// right for Chinese and Japanese and somewhat much for Cyrillic. Rounded up: text is never free.
[[nodiscard]] constexpr std::uint64_t estimated_tokens(const Text& text) noexcept {
  return (text.ascii + 3) / 4 + text.wide;
}

// Of an answer's bytes that could not be decoded. English text that is compressed has about two bytes a token; where
// each token comes in an event of its own, and is flushed, its event has 13 to 25 (zlib, an OpenAI chat).
[[nodiscard]] constexpr std::uint64_t estimated_tokens_of_unread(std::uint64_t bytes, bool in_events) noexcept {
  const std::uint64_t bytes_a_token = in_events ? 16 : 2;
  return (bytes + bytes_a_token - 1) / bytes_a_token;
}

}  // namespace weir::usage
