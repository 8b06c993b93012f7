// json_random.hpp: JSON texts as nobody would write them: every escape, odd blanks, deep and empty things.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace weir::usage {

class RandomJson {
 public:
  explicit RandomJson(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] std::size_t below(std::size_t bound) { return random_() % bound; }
  [[nodiscard]] bool one_in(std::size_t n) { return below(n) == 0; }
  template <class Range>
  [[nodiscard]] const auto& one_of(const Range& range) {
    return range[below(std::size(range))];
  }

  [[nodiscard]] std::string blank() {
    constexpr std::array<std::string_view, 8> some{"", "", "", "", " ", "\n", "\r\n\t", "  "};
    return std::string(one_of(some));
  }

  // A string with its quotes, plain or with each byte of `text` in one of the ways to write it.
  [[nodiscard]] std::string quoted(std::string_view text) {
    std::string out = "\"";
    const bool plain = !one_in(4);
    for (const char byte : text) {
      if (!plain && static_cast<unsigned char>(byte) < 0x80 && one_in(2)) {
        constexpr std::string_view hex = "0123456789abcdefABCDEF";
        out += "\\u00";
        out += hex[static_cast<unsigned char>(byte) >> 4];
        out += hex[byte & 15];
      } else {
        out += byte;
      }
    }
    return out + '"';
  }

  [[nodiscard]] std::string text() {
    constexpr std::array<std::string_view, 16> parts{"a",
                                                     "Hello, world. ",
                                                     "\\n",
                                                     "\\\"",
                                                     "\\\\",
                                                     "\\u0000",
                                                     "\\u00e9",
                                                     "\\ud83d\\ude00",
                                                     "\xC3\xA9",
                                                     "\xE4\xBD\xA0\xE5\xA5\xBD",
                                                     "\xF0\x9F\x98\x80",
                                                     "}",
                                                     "]",
                                                     "\\/",
                                                     "usage",
                                                     ":"};
    std::string out = "\"";
    for (std::size_t left = below(8); left > 0; --left) out += one_of(parts);
    return out + '"';
  }

  // No two are the same: of a name that stands twice, parsers keep one.
  [[nodiscard]] std::string key() {
    std::string name = text();
    return name.insert(name.size() - 1, std::to_string(keys_++));
  }

  [[nodiscard]] std::string number() {
    constexpr std::array<std::string_view, 14> some{"0",     "-0",   "1",      "42",      "-7",
                                                    "3.5",   "1e3",  "1E+2",   "0.25e-3", "12345678901234567890",
                                                    "1e400", "-1.0", "100000", "0.0"};
    return std::string(one_of(some));
  }

  [[nodiscard]] std::string value(int deepest = 4) {
    switch (below(deepest > 0 ? 7 : 5)) {
      case 0:
      case 1:
        return text();
      case 2:
        return number();
      case 3:
        return one_in(2) ? "true" : "false";
      case 4:
        return "null";
      case 5:
        return array(below(4), [&] { return value(deepest - 1); });
      default:
        return object(below(4), [&] { return key() + blank() + ":" + blank() + value(deepest - 1); });
    }
  }

  [[nodiscard]] std::string array(std::size_t count, const std::function<std::string()>& one) {
    return list('[', ']', count, one);
  }
  [[nodiscard]] std::string object(std::size_t count, const std::function<std::string()>& one) {
    return list('{', '}', count, one);
  }

  // A byte gone, another one, one more, or the end cut off.
  [[nodiscard]] std::string damaged(std::string text) {
    if (text.empty()) return "x";
    const std::size_t at = below(text.size());
    constexpr std::string_view bytes{"{}[]\",:\\0123456789eE+-.tfnu \n\x00\x01\x7F\xFF", 33};
    switch (below(4)) {
      case 0:
        return text.erase(at, 1);
      case 1:
        text[at] = one_of(bytes);
        return text;
      case 2:
        return text.insert(at, 1, one_of(bytes));
      default:
        return text.substr(0, at);
    }
  }

  // The text in pieces of any size, empty ones too.
  [[nodiscard]] std::vector<std::string> pieces(std::string_view text) {
    std::vector<std::string> out;
    const std::size_t most = one_in(3) ? 1 : 1 + below(40);
    while (!text.empty()) {
      const std::size_t size = std::min(text.size(), one_in(10) ? 0 : 1 + below(most));
      out.emplace_back(text.substr(0, size));
      text.remove_prefix(size);
    }
    return out;
  }

 private:
  std::string list(char open, char close, std::size_t count, const std::function<std::string()>& one) {
    std::string out(1, open);
    out += blank();
    for (std::size_t made = 0; made < count; ++made) {
      if (made > 0) out += "," + blank();
      out += one() + blank();
    }
    return out + close;
  }

  std::mt19937_64 random_;
  std::uint64_t keys_ = 0;
};

}  // namespace weir::usage
