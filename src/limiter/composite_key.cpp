#include "limiter/composite_key.hpp"

namespace weir::limiter {
namespace {

void append_escaped(std::string& out, char byte) {
  static constexpr std::string_view hex = "0123456789abcdef";
  switch (byte) {
    case '"':
    case '\\':
      out += '\\';
      out += byte;
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      if (static_cast<unsigned char>(byte) >= 0x20) {
        out += byte;
        return;
      }
      out += "\\u00";
      out += hex[static_cast<unsigned char>(byte) >> 4];
      out += hex[static_cast<unsigned char>(byte) & 15];
  }
}

}  // namespace

void append_composite_key(std::string& out, std::span<const std::string_view> parts) {
  if (parts.size() == 1) {
    out += parts.front();
    return;
  }
  out += '[';
  for (bool first = true; const std::string_view part : parts) {
    if (!first) out += ',';
    first = false;
    out += '"';
    for (const char byte : part) append_escaped(out, byte);
    out += '"';
  }
  out += ']';
}

std::string composite_key(std::span<const std::string_view> parts) {
  std::string out;
  append_composite_key(out, parts);
  return out;
}

}  // namespace weir::limiter
