#include "limiter/glob.hpp"

#include <cstddef>

namespace weir::limiter {
namespace {

// Whether the character at `p` makes the one after it plain.
bool escapes(std::string_view pattern, std::size_t p) noexcept {
  if (pattern[p] != '\\' || p + 1 >= pattern.size()) return false;
  const char next = pattern[p + 1];
  return next == '*' || next == '?' || next == '~' || next == '\\';
}

}  // namespace

bool is_glob(std::string_view pattern) noexcept {
  for (std::size_t p = 0; p < pattern.size(); ++p) {
    if (escapes(pattern, p)) {
      ++p;
    } else if (pattern[p] == '*' || pattern[p] == '?') {
      return true;
    }
  }
  return false;
}

std::string plain_text(std::string_view pattern) {
  std::string text;
  for (std::size_t p = 0; p < pattern.size(); ++p) {
    if (escapes(pattern, p)) ++p;
    text += pattern[p];
  }
  return text;
}

bool glob_matches(std::string_view pattern, std::string_view text) noexcept {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t after_star = std::string_view::npos;  // where in the pattern to go on after the last `*`
  std::size_t star_end = 0;                         // where in the text that `*` ends for now
  while (true) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      star_end = t;
      continue;
    }
    if (t == text.size()) return p == pattern.size();
    if (p < pattern.size()) {
      const bool escaped = escapes(pattern, p);
      const char wanted = pattern[escaped ? p + 1 : p];
      if (wanted == text[t] || (wanted == '?' && !escaped)) {
        p += escaped ? 2 : 1;
        ++t;
        continue;
      }
    }
    if (after_star == std::string_view::npos) return false;
    p = after_star;
    t = ++star_end;
  }
}

}  // namespace weir::limiter
