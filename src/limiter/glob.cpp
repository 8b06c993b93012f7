#include "limiter/glob.hpp"

#include <cstddef>

namespace weir::limiter {

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
      const bool escaped = pattern[p] == '\\' && p + 1 < pattern.size();
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
