#include "api/json_text.hpp"

#include "config/utf8.hpp"

namespace weir::api {
namespace {

void append_escaped(std::string& out, char byte) {
  constexpr std::string_view hex = "0123456789abcdef";
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    default:
      break;
  }
  const auto code = static_cast<unsigned char>(byte);
  if (code >= 0x20) {
    out += byte;
    return;
  }
  out += "\\u00";
  out += hex[code >> 4];
  out += hex[code & 15];
}

}  // namespace

void append_json(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const config::CodePoint point = config::first_code_point(text);
    if (!point.valid) {
      out += "\xEF\xBF\xBD";
    } else if (point.bytes == 1) {
      append_escaped(out, text.front());
    } else {
      out += text.substr(0, point.bytes);
    }
    text.remove_prefix(point.bytes);
  }
  out += '"';
}

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const config::CodePoint point = config::first_code_point(text);
    if (!point.valid) return false;
    text.remove_prefix(point.bytes);
  }
  return true;
}

}  // namespace weir::api
