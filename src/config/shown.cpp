#include "config/shown.hpp"

#include "config/document.hpp"
#include "config/utf8.hpp"

#include <weir/rule.hpp>

namespace weir::config {
namespace {
constexpr int most_shown = 80;
}

std::string printable(std::string_view text) {
  std::string out;
  for (int count = 0; !text.empty(); ++count) {
    if (count == most_shown) return out + "...";
    const CodePoint point = first_code_point(text);
    if (is_printable(point)) {
      out += text.substr(0, point.bytes);
    } else {
      out += '?';
    }
    text.remove_prefix(point.bytes);
  }
  return out;
}

std::string in_quotes(std::string_view text) { return "'" + printable(text) + "'"; }

std::string shown(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null:
      return "nothing";
    case YamlNode::Kind::sequence:
      return "a list";
    case YamlNode::Kind::mapping:
      return "a mapping";
    case YamlNode::Kind::scalar:
      break;
  }
  if (!node.variables.empty()) return "the value of " + printable(node.variables);
  return "\"" + printable(node.text) + "\"";
}

std::string shown(std::int64_t number) { return number == max_count ? "2^53" : std::to_string(number); }

}  // namespace weir::config
