#include "cli/json_out.hpp"

#include "config/utf8.hpp"

namespace weir::cli {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD
constexpr std::string_view hex = "0123456789abcdef";

bool is_plain(char c) { return c >= 0x20 && c != '"' && c != '\\'; }  // and ASCII: bytes above 127 are negative

void append_escaped(std::string& out, char c) {
  static constexpr std::string_view specials = "\b\f\n\r\t\"\\";
  static constexpr std::string_view letters = "bfnrt\"\\";
  if (const std::size_t index = specials.find(c); index != std::string_view::npos) {
    out += '\\';
    out += letters[index];
    return;
  }
  out += "\\u00";
  out += hex[static_cast<unsigned char>(c) >> 4];
  out += hex[static_cast<unsigned char>(c) & 15];
}

template <class Ascii>
void append_text(std::string& out, std::string_view text, Ascii ascii) {
  while (!text.empty()) {
    if (static_cast<signed char>(text.front()) >= 0) {
      ascii(text.front());
      text.remove_prefix(1);
      continue;
    }
    const config::CodePoint point = config::first_code_point(text);
    out += point.valid ? text.substr(0, point.bytes) : replacement;
    text.remove_prefix(point.bytes);
  }
}

}  // namespace

void append_json(std::string& out, std::string_view text) {
  out += '"';
  append_text(out, text, [&out](char c) {
    if (is_plain(c)) {
      out += c;
    } else {
      append_escaped(out, c);
    }
  });
  out += '"';
}

void append_as_utf8(std::string& out, std::string_view json) {
  append_text(out, json, [&out](char c) { out += c; });
}

void append_seconds(std::string& out, Instant time) {
  constexpr std::int64_t second = 1'000'000'000;  // ns
  const std::int64_t count = time.time_since_epoch().count();
  append_number(out, count / second);
  std::int64_t rest = count % second;
  if (rest == 0) return;
  out += '.';
  for (std::int64_t unit = second / 10; rest != 0; unit /= 10) {
    out += static_cast<char>('0' + rest / unit);
    rest %= unit;
  }
}

}  // namespace weir::cli
