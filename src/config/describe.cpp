// describe.cpp: an error as a person reads it, with its line and the place underlined.
#include "config/parse.hpp"
#include "config/redact.hpp"
#include "config/utf8.hpp"

#include <algorithm>

namespace weir::config {
namespace {

constexpr int widest = 100;           // characters of a line that are shown
constexpr int before_the_place = 40;  // of them, at most these stand before the place when the line is clipped
constexpr std::string_view dots = "...";

std::string_view line_of(std::string_view text, int line) {
  for (int number = 1; number < line; ++number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

struct Clipped {
  std::string line;
  int place = 0;   // characters before the underline
  int length = 1;  // of the underline
};

// Characters [from, from + widest) of a line, one column each: tabs are blanks, what cannot be printed is `?`.
Clipped clip(std::string_view line, int place, int length) {
  const int from = place < widest - 20 ? 0 : place - before_the_place;
  Clipped out;
  if (from > 0) out.line = dots;
  int at = 0;
  for (; !line.empty() && at < from + widest; ++at) {
    const CodePoint point = first_code_point(line);
    if (at >= from) {
      if (point.value == '\t') {
        out.line += ' ';
      } else if (is_printable(point)) {
        out.line += line.substr(0, point.bytes);
      } else {
        out.line += '?';
      }
    }
    line.remove_prefix(point.bytes);
  }
  if (!line.empty()) out.line += dots;
  out.place = place - from + (from > 0 ? static_cast<int>(dots.size()) : 0);
  out.length = std::clamp(length, 1, std::max(1, at - place));
  return out;
}

}  // namespace

std::string describe(const Error& error, std::string_view file, std::string_view text) {
  std::string out(file);
  if (error.line <= 0) return out + ": error: " + error.message;
  const std::string number = std::to_string(error.line);
  out += ":" + number + ":" + std::to_string(error.column) + ": error: " + error.message;

  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  const Clipped shown = clip(redact(line_of(text, error.line)), std::max(error.column - 1, 0), error.length);
  const std::size_t gutter = std::max<std::size_t>(number.size(), 5);
  out += "\n" + std::string(gutter - number.size(), ' ') + number + " | " + shown.line;
  out += "\n" + std::string(gutter, ' ') + " | " + std::string(static_cast<std::size_t>(shown.place), ' ') + "^" +
         std::string(static_cast<std::size_t>(shown.length - 1), '~');
  return out;
}

}  // namespace weir::config
