#include "cli/trace/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace weir::cli::trace {

namespace {

constexpr std::string_view no_value = "a value is missing or is no JSON";
constexpr std::string_view no_end = "a text has no closing quote";

// What ends the plain run of a text: its quote, an escape, or a control character.
constexpr auto ends_run = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) table[c] = true;
  table['"'] = table['\\'] = true;
  return table;
}();

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_utf8(std::string& out, unsigned point) {
  const auto byte = [&](unsigned value) { out += static_cast<char>(value); };
  const auto continued = [&](unsigned value) { byte(0x80 | (value & 0x3f)); };
  if (point < 0x80) return byte(point);
  if (point < 0x800) {
    byte(0xc0 | point >> 6);
  } else if (point < 0x10000) {
    byte(0xe0 | point >> 12);
    continued(point >> 6);
  } else {
    byte(0xf0 | point >> 18);
    continued(point >> 12);
    continued(point >> 6);
  }
  continued(point);
}

}  // namespace

char JsonText::peek() {
  while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r' || *at_ == '\n')) ++at_;
  return at_ == end_ ? '\0' : *at_;
}

bool JsonText::take(char c) {
  if (peek() != c || at_ == end_) return false;
  ++at_;
  return true;
}

bool JsonText::at_end() {
  static_cast<void>(peek());
  return at_ == end_;
}

bool JsonText::word(std::string_view word) {
  if (!std::string_view(at_, end_).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

bool JsonText::null() { return peek() == 'n' && word("null"); }

std::expected<std::string_view, std::string_view> JsonText::string(std::string& scratch) {
  if (!take('"')) return Wrong("a text in quotes is expected");
  bool decoded = false;
  const char* run = at_;
  while (true) {
    while (at_ != end_ && !ends_run[static_cast<unsigned char>(*at_)]) ++at_;
    if (at_ == end_) return Wrong(no_end);
    if (*at_ == '"') break;
    if (*at_ != '\\') return Wrong("a text holds a control character that is not escaped");
    if (!decoded) scratch.clear();
    decoded = true;
    scratch.append(run, at_);
    if (const auto escape = append_escape(scratch); !escape) return Wrong(escape.error());
    run = at_;
  }
  const std::string_view rest(run, at_++);
  if (!decoded) return rest;
  scratch += rest;
  return std::string_view(scratch);
}

std::expected<unsigned, std::string_view> JsonText::hex4() {
  unsigned value = 0;
  if (end_ - at_ < 4) return Wrong(no_end);
  const auto [stop, error] = std::from_chars(at_, at_ + 4, value, 16);
  if (error != std::errc{} || stop != at_ + 4) return Wrong("\\u is not followed by four hexadecimal digits");
  at_ = stop;
  return value;
}

std::expected<void, std::string_view> JsonText::append_escape(std::string& out) {
  static constexpr std::string_view letters = "\"\\/bfnrt";
  static constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  ++at_;  // the backslash
  if (at_ == end_) return Wrong(no_end);
  const char letter = *at_++;
  if (const std::size_t index = letters.find(letter); index != std::string_view::npos) {
    out += meanings[index];
    return {};
  }
  if (letter != 'u') return Wrong("a text has an escape that JSON does not know");
  const auto first = hex4();
  if (!first) return Wrong(first.error());
  unsigned point = *first;
  if (point >= 0xd800 && point < 0xe000) {  // UTF-16's two halves of one character
    const bool high = point < 0xdc00;
    const auto second = high && word("\\u") ? hex4() : std::expected<unsigned, std::string_view>(0U);
    if (!second) return Wrong(second.error());
    if (*second < 0xdc00 || *second >= 0xe000) return Wrong("\\u names half a character (a lone surrogate)");
    point = 0x10000 + ((point - 0xd800) << 10) + (*second - 0xdc00);
  }
  append_utf8(out, point);
  return {};
}

std::expected<std::string_view, std::string_view> JsonText::number() {
  const char first = peek();
  const char* const begin = at_;
  const auto digits = [&] {
    const char* const from = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != from;
  };
  if (first == '-') ++at_;
  const bool zero = at_ != end_ && *at_ == '0';
  if (!digits()) return Wrong(no_value);
  if (zero && at_ - begin > (first == '-' ? 2 : 1)) return Wrong("a number starts with 0");
  if (at_ != end_ && *at_ == '.') {
    ++at_;
    if (!digits()) return Wrong("a number ends with its point");
  }
  if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
    ++at_;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    if (!digits()) return Wrong("a number has no digits in its exponent");
  }
  return std::string_view(begin, at_);
}

std::expected<void, std::string_view> JsonText::skip(int levels) {
  std::string scratch;
  const auto without_value = [](const auto& parsed) -> std::expected<void, std::string_view> {
    if (!parsed) return Wrong(parsed.error());
    return {};
  };
  const char first = peek();
  if (first == '"') return without_value(string(scratch));
  if (first == 't' || first == 'f' || first == 'n') {
    if (word("true") || word("false") || word("null")) return {};
    return Wrong(no_value);
  }
  if (first != '{' && first != '[') return without_value(number());
  if (levels == 0) return Wrong("values are nested more than 64 levels deep");
  ++at_;
  const char closing = first == '{' ? '}' : ']';
  if (take(closing)) return {};
  while (true) {
    if (first == '{') {
      if (const auto name = string(scratch); !name) return Wrong(name.error());
      if (!take(':')) return Wrong("a name is not followed by a colon");
    }
    if (const auto value = skip(levels - 1); !value) return value;
    if (take(closing)) return {};
    if (!take(',')) return Wrong("a comma or a closing bracket is missing");
  }
}

}  // namespace weir::cli::trace
