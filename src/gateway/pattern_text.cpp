#include "gateway/pattern_text.hpp"

namespace weir::gateway {

// `\` makes what has a meaning of its own plain.
std::string pattern_text(const config::Pattern& pattern) {
  if (pattern.kind == config::Pattern::Kind::regex) return "~" + pattern.text;
  if (pattern.kind != config::Pattern::Kind::exact) return pattern.text;
  std::string escaped;
  for (const char c : pattern.text) {
    if (c == '*' || c == '?' || c == '~' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::vector<std::string> pattern_texts(const std::vector<config::Pattern>& patterns) {
  std::vector<std::string> texts;
  texts.reserve(patterns.size());
  for (const config::Pattern& pattern : patterns) texts.push_back(pattern_text(pattern));
  return texts;
}

}  // namespace weir::gateway
