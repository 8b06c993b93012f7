#include "gateway/access_record.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <charconv>
#include <cstddef>

namespace weir::gateway {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

void append_escaped(std::string& out, unsigned char byte) {
  out.append("\\u00").push_back(hex_digits[byte >> 4]);
  out.push_back(hex_digits[byte & 15]);
}

bool continues(unsigned char byte) { return (byte & 0xc0) == 0x80; }

// How long the character is that `text` starts with; 0: it is no UTF-8 (RFC 3629: no overlong forms, no surrogates).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; };
  const unsigned first = byte(0);
  const unsigned second = byte(1);
  if (first >= 0xc2 && first <= 0xdf) return (second & 0xc0) == 0x80 ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const unsigned least = first == 0xe0 ? 0xa0 : 0x80;
    const unsigned most = first == 0xed ? 0x9f : 0xbf;
    return second >= least && second <= most && continues(static_cast<unsigned char>(byte(2))) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned least = first == 0xf0 ? 0x90 : 0x80;
    const unsigned most = first == 0xf4 ? 0x8f : 0xbf;
    const bool rest = continues(static_cast<unsigned char>(byte(2))) && continues(static_cast<unsigned char>(byte(3)));
    return second >= least && second <= most && rest ? 4 : 0;
  }
  return 0;
}

bool is_plain(char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

void append_text(std::string& out, std::string_view text) {
  out.push_back('"');
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && is_plain(text[plain])) ++plain;
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    std::size_t taken = 1;
    if (text.front() == '"' || text.front() == '\\') {
      out.push_back('\\');
      out.push_back(text.front());
    } else if (const std::size_t length = utf8_length(text); length > 0) {
      out.append(text.substr(0, length));
      taken = length;
    } else {
      append_escaped(out, static_cast<unsigned char>(text.front()));
    }
    text.remove_prefix(taken);
  }
  out.push_back('"');
}

void append_number(std::string& out, std::int64_t number) {
  std::array<char, 20> digits;
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

void append_padded(std::string& out, unsigned number, std::size_t width) {
  std::array<char, 10> digits;
  const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  const auto size = static_cast<std::size_t>(end - digits.data());
  if (size < width) out.append(width - size, '0');
  out.append(digits.data(), size);
}

// RFC 3339, UTC, milliseconds.
void append_time(std::string& out, Instant time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto ms = static_cast<unsigned>(std::chrono::floor<std::chrono::milliseconds>(time - day).count());
  append_padded(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  out.push_back('-');
  append_padded(out, static_cast<unsigned>(date.month()), 2);
  out.push_back('-');
  append_padded(out, static_cast<unsigned>(date.day()), 2);
  out.push_back('T');
  append_padded(out, ms / 3'600'000, 2);
  out.push_back(':');
  append_padded(out, ms / 60'000 % 60, 2);
  out.push_back(':');
  append_padded(out, ms / 1000 % 60, 2);
  out.push_back('.');
  append_padded(out, ms % 1000, 3);
  out.push_back('Z');
}

// Milliseconds to the microsecond: 12, 12.3, 0.005.
void append_milliseconds(std::string& out, std::chrono::nanoseconds span) {
  const std::int64_t micros = span.count() <= 0 ? 0 : span.count() / 1000;
  append_number(out, micros / 1000);
  if (micros % 1000 == 0) return;
  out.push_back('.');
  append_padded(out, static_cast<unsigned>(micros % 1000), 3);
  while (out.back() == '0') out.pop_back();
}

void append_field(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  out.append(",\"").append(name).append("\":");
  append_text(out, text);
}

}  // namespace

void append_key_hash(std::string& out, std::string_view key) {
  const std::uint64_t hash = XXH64(key.data(), key.size(), 0);
  out.append("xxh64:");
  for (int shift = 60; shift >= 0; shift -= 4) out.push_back(hex_digits[hash >> shift & 15]);
}

void append_access_line(std::string& out, const AccessRecord& record, config::AccessLog::Key key) {
  out.append("{\"time\":\"");
  append_time(out, record.time);
  out.push_back('"');
  append_field(out, "method", record.method);
  append_field(out, "path", record.path.substr(0, record.path.find('?')).substr(0, longest_logged_path));
  if (record.status != 0) append_number(out.append(",\"status\":"), record.status);
  append_milliseconds(out.append(",\"duration_ms\":"), record.duration);
  append_field(out, "route", record.route);
  append_field(out, "limit", record.limit);
  append_field(out, "decision", record.decision);
  if (record.remaining) append_number(out.append(",\"remaining\":"), *record.remaining);
  append_field(out, "upstream", record.upstream);
  append_field(out, "model", record.model);
  if (record.tokens_in) append_number(out.append(",\"tokens_in\":"), *record.tokens_in);
  if (record.tokens_out) append_number(out.append(",\"tokens_out\":"), *record.tokens_out);
  append_field(out, "lambda_function", record.lambda_function);
  if (record.lambda_status != 0) append_number(out.append(",\"lambda_status\":"), record.lambda_status);
  append_field(out, "lambda_reason", record.lambda_reason);
  append_field(out, "lambda_version", record.lambda_version);
  if (key == config::AccessLog::Key::hash && !record.key.empty()) {
    append_key_hash(out.append(",\"key\":\""), record.key);
    out.push_back('"');
  }
  out.append("}\n");
}

}  // namespace weir::gateway
