// text_of_string.hpp: the text that a JSON string stands for, in the pieces it comes in.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace weir::usage::json {

// What may be left open between two pieces is a part of an escape and the first half of a surrogate pair. Half a pair
// without its other half becomes U+FFFD.
class TextOfString {
 public:
  enum State : std::uint8_t { goes_on, closed, wrong };

  // Reads on from `at`, behind the opening quote; `told` gets the text. Returns where it stopped: behind the closing
  // quote, at the byte that no string may hold, or somewhere on the way to `end`.
  template <class Told>
  std::pair<const char*, State> read(const char* at, const char* end, const Told& told) {
    if (escape_ > 0) return escape(at, told);
    const char* const from = at;
    while (at != end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20) ++at;
    if (at != from) {
      lone_half(told);
      told(std::string_view(from, static_cast<std::size_t>(at - from)));
    }
    if (at == end) return {at, goes_on};
    if (*at == '\\') {
      escape_ = 1;
      return {at + 1, goes_on};
    }
    if (*at != '"') return {at, wrong};
    lone_half(told);
    return {at + 1, closed};
  }

 private:
  template <class Told>
  std::pair<const char*, State> escape(const char* at, const Told& told) {
    const char byte = *at;
    if (escape_ == 1 && byte == 'u') {
      escape_ = 2;
      unit_ = 0;
      return {at + 1, goes_on};
    }
    if (escape_ == 1) {
      constexpr std::string_view names = "\"\\/bfnrt";
      constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
      const std::size_t which = names.find(byte);
      if (which == std::string_view::npos) return {at, wrong};
      escape_ = 0;
      lone_half(told);
      told(meant.substr(which, 1));
      return {at + 1, goes_on};
    }
    const int digit = byte >= '0' && byte <= '9'   ? byte - '0'
                      : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10
                      : byte >= 'A' && byte <= 'F' ? byte - 'A' + 10
                                                   : -1;
    if (digit < 0) return {at, wrong};
    unit_ = static_cast<std::uint16_t>(unit_ << 4 | digit);
    if (++escape_ == 6) {
      escape_ = 0;
      unit(told);
    }
    return {at + 1, goes_on};
  }

  template <class Told>
  void unit(const Told& told) {
    const bool is_second = unit_ >= 0xDC00 && unit_ <= 0xDFFF;
    if (is_second && half_ != 0) {
      const std::uint32_t code = 0x10000U + ((half_ - 0xD800U) << 10) + (unit_ - 0xDC00U);
      half_ = 0;
      return code_point(code, told);
    }
    lone_half(told);
    if (unit_ >= 0xD800 && unit_ <= 0xDBFF) {
      half_ = unit_;
    } else {
      code_point(is_second ? 0xFFFDU : unit_, told);
    }
  }

  template <class Told>
  void lone_half(const Told& told) {
    if (half_ == 0) return;
    half_ = 0;
    code_point(0xFFFD, told);
  }

  template <class Told>
  static void code_point(std::uint32_t code, const Told& told) {
    const auto low = [code](int shift) { return static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
    std::array<char, 4> bytes{};
    std::size_t size = 0;
    if (code < 0x80) {
      bytes[size++] = static_cast<char>(code);
    } else if (code < 0x800) {
      bytes[size++] = static_cast<char>(0xC0 | code >> 6);
      bytes[size++] = low(0);
    } else if (code < 0x10000) {
      bytes[size++] = static_cast<char>(0xE0 | code >> 12);
      bytes[size++] = low(6);
      bytes[size++] = low(0);
    } else {
      bytes = {static_cast<char>(0xF0 | code >> 18), low(12), low(6), low(0)};
      size = 4;
    }
    told(std::string_view(bytes.data(), size));
  }

  std::uint8_t escape_ = 0;  // 1 behind the backslash, 2 to 5 within the four digits of \u
  std::uint16_t unit_ = 0;
  std::uint16_t half_ = 0;  // the first half of a surrogate pair; 0: none waits
};

}  // namespace weir::usage::json
