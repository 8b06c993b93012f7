#include "lambda/text/escape.hpp"

#include "lambda/text/plain_run.hpp"
#include "lambda/text/utf8.hpp"

namespace weir::lambda {

namespace {

void append_escape(std::string& out, char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
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
      break;
  }
  const auto number = static_cast<unsigned char>(byte);
  out += "\\u00";
  out += digits[number >> 4U];
  out += digits[number & 0xFU];
}

// Appends text up to what is no whole character, and returns that rest.
std::string_view append_characters(std::string& out, std::string_view text) {
  const char* const end = text.data() + text.size();
  const char* run = text.data();  // from here on nothing is written yet
  const char* at = run;
  while ((at = end_of_plain_run(at, end)) != end) {
    if (static_cast<unsigned char>(*at) < 0x80) {
      out.append(run, at);
      append_escape(out, *at);
      run = ++at;
      continue;
    }
    const Utf8Sequence sequence = utf8_sequence({at, end});
    if (sequence.kind != Utf8Sequence::Kind::whole) break;
    at += sequence.size;
  }
  out.append(run, at);
  return {at, end};
}

}  // namespace

bool Escaper::append(std::string& out, std::string_view text) {
  while (pending_size_ != 0 && !text.empty()) {
    pending_[pending_size_++] = text.front();
    text.remove_prefix(1);
    const Utf8Sequence sequence = utf8_sequence(pending());
    if (sequence.kind == Utf8Sequence::Kind::none) return false;
    if (sequence.kind == Utf8Sequence::Kind::cut) continue;
    out += pending();
    pending_size_ = 0;
  }
  const std::string_view rest = append_characters(out, text);
  if (rest.empty()) return true;
  if (utf8_sequence(rest).kind == Utf8Sequence::Kind::none) return false;
  pending_size_ = rest.copy(pending_.data(), pending_.size());
  return true;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!(text = append_characters(out, text)).empty()) {
    out += replacement_character;
    text.remove_prefix(1);
  }
  out += '"';
}

}  // namespace weir::lambda
