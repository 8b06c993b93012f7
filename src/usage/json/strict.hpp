// strict.hpp: JSON as RFC 8259 has it, read as it comes, with the place of every value.
//
// For what must be understood exactly or not at all: a request that is to be edited, an event that may have to be taken
// out. Whatever the bytes, they are told once, in order, and nothing is kept of them but a key or a number that is cut
// in two (at most `max_short` bytes) and a bit for each open bracket. Where bytes that are no UTF-8 stand in a string,
// they are passed as they are: that is for the reader of the text to judge.
//
// The listener has these, offsets counted from the first byte fed:
//     void opened(bool object, Offset at)          the bracket's own offset
//     void closed(bool object, Offset end)         end: behind the bracket
//     void key(std::string_view name, bool cut)    decoded; cut: it is longer than max_short, and `name` its beginning
//     void string_opened(Offset at)                the quote's own offset
//     void string_part(std::string_view text)      decoded, any number of times
//     void string_closed(Offset end)
//     void number(std::string_view digits, bool cut, Offset at, Offset end)
//     void literal(char first, Offset at, Offset end)   t, f or n
#pragma once

#include "usage/json/text_of_string.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::usage::json {

using Offset = std::uint64_t;

enum class Flaw : std::uint8_t { none, syntax, too_deep, unfinished };

template <class Listener>
class Strict {
 public:
  static constexpr std::size_t max_depth = 256;
  static constexpr std::size_t max_short = 64;

  explicit Strict(Listener& listener) : listener_(&listener) {}

  // False once a flaw was found: the rest is not looked at. Each byte costs a few steps, whatever the split.
  bool feed(std::string_view bytes) {
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    begin_ = at;
    while (at != end && flaw_ == Flaw::none) {
      at = lexeme_ == Lexeme::none     ? between(at)
           : lexeme_ == Lexeme::string ? string(at, end)
           : lexeme_ == Lexeme::number ? digits(at, end)
                                       : literal(at, end);
    }
    if (flaw_ == Flaw::none) offset_ += bytes.size();
    return flaw_ == Flaw::none;
  }

  // No more bytes come. A number at the very end ends here.
  Flaw finish() {
    begin_ = nullptr;
    if (flaw_ == Flaw::none && lexeme_ == Lexeme::number) number_ended(nullptr);
    if (flaw_ == Flaw::none && !complete()) flaw_ = Flaw::unfinished;
    return flaw_;
  }

  [[nodiscard]] Flaw flaw() const noexcept { return flaw_; }
  // Of the byte that is wrong, or how many there were.
  [[nodiscard]] Offset offset() const noexcept { return offset_; }
  // The whole value has been read: only blanks may follow.
  [[nodiscard]] bool complete() const noexcept { return expected_ == Expected::nothing && lexeme_ == Lexeme::none; }
  // Open brackets; in a listener's opened and closed, those around that value.
  [[nodiscard]] std::size_t depth() const noexcept { return depth_; }
  // The innermost of them is a list's.
  [[nodiscard]] bool in_list() const noexcept { return depth_ > 0 && !objects_[depth_ - 1]; }

 private:
  enum class Expected : std::uint8_t { value, value_or_end, key_or_end, key, colon, comma_or_end, nothing };
  enum class Lexeme : std::uint8_t { none, string, number, literal };
  // Which part of a number has been read (RFC 8259, section 6).
  enum class Digits : std::uint8_t { minus, zero, whole, point, fraction, e, sign, exponent };

  [[nodiscard]] Offset here(const char* at) const { return offset_ + static_cast<Offset>(at - begin_); }

  const char* wrong(const char* at, Flaw flaw = Flaw::syntax) {
    offset_ = here(at);
    flaw_ = flaw;
    return at;
  }

  const char* between(const char* at) {
    const char byte = *at;
    if (byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t') return at + 1;
    switch (expected_) {
      case Expected::value_or_end:
        if (byte == ']') return close(at, false);
        [[fallthrough]];
      case Expected::value:
        return value(at);
      case Expected::key_or_end:
        if (byte == '}') return close(at, true);
        [[fallthrough]];
      case Expected::key:
        if (byte != '"') return wrong(at);
        start_string(true);
        return at + 1;
      case Expected::colon:
        if (byte != ':') return wrong(at);
        expected_ = Expected::value;
        return at + 1;
      case Expected::comma_or_end:
        if (byte == '}' || byte == ']') return close(at, byte == '}');
        if (byte != ',') return wrong(at);
        expected_ = objects_[depth_ - 1] ? Expected::key : Expected::value;
        return at + 1;
      case Expected::nothing:
        break;
    }
    return wrong(at);
  }

  const char* value(const char* at) {
    const char byte = *at;
    if (byte == '{' || byte == '[') return open(at, byte == '{');
    start_ = here(at);
    if (byte == '"') {
      start_string(false);
      listener_->string_opened(start_);
    } else if (byte == 't' || byte == 'f' || byte == 'n') {
      lexeme_ = Lexeme::literal;
      literal_ = byte;
      read_ = 1;
    } else if (byte == '-' || (byte >= '0' && byte <= '9')) {
      lexeme_ = Lexeme::number;
      number_ = byte == '-' ? Digits::minus : byte == '0' ? Digits::zero : Digits::whole;
      start_short();
      keep({at, 1});
    } else {
      return wrong(at);
    }
    return at + 1;
  }

  const char* open(const char* at, bool object) {
    if (depth_ == max_depth) return wrong(at, Flaw::too_deep);
    listener_->opened(object, here(at));
    objects_[depth_++] = object;
    expected_ = object ? Expected::key_or_end : Expected::value_or_end;
    return at + 1;
  }

  const char* close(const char* at, bool object) {
    if (objects_[depth_ - 1] != object) return wrong(at);
    --depth_;
    listener_->closed(object, here(at) + 1);
    value_ended();
    return at + 1;
  }

  void value_ended() {
    lexeme_ = Lexeme::none;
    expected_ = depth_ == 0 ? Expected::nothing : Expected::comma_or_end;
  }

  const char* literal(const char* at, const char* end) {
    const std::string_view word = literal_ == 't' ? "true" : literal_ == 'f' ? "false" : "null";
    for (; at != end && read_ < word.size(); ++at, ++read_) {
      if (*at != word[read_]) return wrong(at);
    }
    if (read_ < word.size()) return at;
    listener_->literal(literal_, start_, here(at));
    value_ended();
    return at;
  }

  const char* digits(const char* at, const char* end) {
    const char* const from = at;
    while (at != end && goes_on(*at)) ++at;
    keep({from, static_cast<std::size_t>(at - from)});
    if (at != end) number_ended(at);
    return at;
  }

  bool goes_on(char byte) {
    const bool is_digit = byte >= '0' && byte <= '9';
    const bool is_e = byte == 'e' || byte == 'E';
    const auto to = [this](Digits part) { return number_ = part, true; };
    switch (number_) {
      case Digits::minus:
        return is_digit && to(byte == '0' ? Digits::zero : Digits::whole);
      case Digits::zero:
      case Digits::whole:
        if (byte == '.' || is_e) return to(is_e ? Digits::e : Digits::point);
        return is_digit && number_ == Digits::whole;
      case Digits::point:
        return is_digit && to(Digits::fraction);
      case Digits::fraction:
        return is_digit || (is_e && to(Digits::e));
      case Digits::e:
        if (byte == '+' || byte == '-') return to(Digits::sign);
        [[fallthrough]];
      case Digits::sign:
      case Digits::exponent:
        return is_digit && to(Digits::exponent);
    }
    return false;
  }

  void number_ended(const char* at) {
    if (number_ != Digits::zero && number_ != Digits::whole && number_ != Digits::fraction &&
        number_ != Digits::exponent) {
      wrong(at);
      return;
    }
    listener_->number({short_.data(), short_size_}, short_cut_, start_, here(at));
    value_ended();
  }

  void start_string(bool key) {
    lexeme_ = Lexeme::string;
    is_key_ = key;
    string_ = {};
    start_short();
  }

  const char* string(const char* at, const char* end) {
    const auto told = [this](std::string_view part) {
      if (is_key_) {
        keep(part);
      } else {
        listener_->string_part(part);
      }
    };
    const auto [stop, state] = string_.read(at, end, told);
    if (state == TextOfString::wrong) return wrong(stop);
    if (state == TextOfString::goes_on) return stop;
    if (is_key_) {
      lexeme_ = Lexeme::none;
      expected_ = Expected::colon;
      listener_->key({short_.data(), short_size_}, short_cut_);
    } else {
      listener_->string_closed(here(stop));
      value_ended();
    }
    return stop;
  }

  void start_short() {
    short_size_ = 0;
    short_cut_ = false;
  }
  void keep(std::string_view part) {
    const std::size_t taken = std::min(part.size(), max_short - short_size_);
    if (taken > 0) part.copy(short_.data() + short_size_, taken);
    short_size_ = static_cast<std::uint8_t>(short_size_ + taken);
    short_cut_ = short_cut_ || taken < part.size();
  }

  Listener* listener_;
  const char* begin_ = nullptr;  // of the bytes being fed, which start at offset_
  Offset offset_ = 0;
  Offset start_ = 0;  // of the value being read
  std::bitset<max_depth> objects_;
  std::size_t depth_ = 0;
  std::array<char, max_short> short_{};
  std::uint8_t short_size_ = 0;
  bool short_cut_ = false;
  bool is_key_ = false;
  char literal_ = 0;
  std::uint8_t read_ = 0;  // of the literal's letters
  TextOfString string_;
  Expected expected_ = Expected::value;
  Lexeme lexeme_ = Lexeme::none;
  Digits number_ = Digits::zero;
  Flaw flaw_ = Flaw::none;
};

}  // namespace weir::usage::json
