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

}  // namespace weir::usage
