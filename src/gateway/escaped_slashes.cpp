#include "gateway/escaped_slashes.hpp"

#include <cstddef>
#include <optional>

namespace weir::gateway {

namespace {

using Action = SlashVerdict::Action;

// `%2F` or `%5C` here? Clients, and Envoy when it normalises, take a backslash for a slash.
bool is_escaped_slash(std::string_view text) {
  if (text.size() < 3 || text[0] != '%') return false;
  return (text[1] == '2' && (text[2] == 'F' || text[2] == 'f')) ||
         (text[1] == '5' && (text[2] == 'C' || text[2] == 'c'));
}

bool holds_escaped_slash(std::string_view path) {
  for (std::size_t at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1)) {
    if (is_escaped_slash(path.substr(at))) return true;
  }
  return false;
}

// How many dots, one or two, the segment is, `%2e` being one; nothing when it is anything else.
std::optional<int> dots(std::string_view segment) {
  int count = 0;
  while (!segment.empty()) {
    const bool escaped = segment.starts_with("%2e") || segment.starts_with("%2E");
    if (!escaped && segment.front() != '.') return std::nullopt;
    if (++count > 2) return std::nullopt;
    segment.remove_prefix(escaped ? 3 : 1);
  }
  return count == 0 ? std::nullopt : std::optional(count);
}

void remove_last_segment(std::string& path) {
  if (path.size() <= 1) return;
  path.pop_back();
  path.resize(path.rfind('/') + 1);
}

// RFC 3986, 5.2.4, with neighbouring slashes as one: the result starts with exactly one slash, so that a client takes
// it for a path and not for `//host`.
std::string normalised(std::string_view path) {
  std::string out = "/";
  while (!path.empty()) {
    const std::size_t end = path.find('/');
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
    if (segment.empty()) continue;
    const auto count = dots(segment);
    if (count == 2) remove_last_segment(out);
    if (count) continue;
    out.append(segment);
    if (end != std::string_view::npos) out.push_back('/');
  }
  return out;
}

std::string unescaped(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  while (!path.empty()) {
    const bool escaped = is_escaped_slash(path);
    const char c = escaped || path.front() == '\\' ? '/' : path.front();
    out.push_back(c);
    path.remove_prefix(escaped ? 3 : 1);
  }
  return out;
}

}  // namespace

SlashVerdict escaped_slashes(config::EscapedSlashes mode, std::string_view path, bool grpc) {
  if (mode == config::EscapedSlashes::keep) return {};
  if (path.find('%') == std::string_view::npos) return {};
  const std::size_t query = path.find('?');
  const std::string_view before_query = path.substr(0, query);
  if (!holds_escaped_slash(before_query)) return {};
  if (mode == config::EscapedSlashes::reject || grpc || !path.starts_with('/'))
    return {.action = Action::reject, .location = {}};
  SlashVerdict verdict{.action = Action::redirect, .location = normalised(unescaped(before_query))};
  if (query != std::string_view::npos) verdict.location.append(path.substr(query));
  return verdict;
}

}  // namespace weir::gateway
