// random_text.hpp: bytes and texts by chance, with what parsers stumble over among them.
#pragma once

#include <array>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace weir::lambda {

inline std::string random_bytes(std::mt19937_64& chance, std::size_t most) {
  std::string bytes(chance() % (most + 1), '\0');
  for (char& byte : bytes) byte = static_cast<char>(chance());
  return bytes;
}

// UTF-8, with escapes, controls and characters of each length in it.
inline std::string random_text(std::mt19937_64& chance, std::size_t pieces) {
  constexpr std::array<std::string_view, 14> stock = {"plain text of some length ",
                                                      "\"",
                                                      "\\",
                                                      "\n",
                                                      std::string_view("\0", 1),
                                                      "\x1F",
                                                      "\x7F",
                                                      "\xC2\x80",
                                                      "\xDF\xBF",
                                                      "\xE0\xA0\x80",
                                                      "\xED\x9F\xBF",
                                                      "\xEF\xBF\xBF",
                                                      "\xF0\x90\x80\x80",
                                                      "\xF4\x8F\xBF\xBF"};
  std::string text;
  for (std::size_t left = chance() % (pieces + 1); left > 0; --left) text += stock[chance() % stock.size()];
  return text;
}

}  // namespace weir::lambda
