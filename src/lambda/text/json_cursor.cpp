#include "lambda/text/json_cursor.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

#include "lambda/text/plain_run.hpp"
#include "lambda/text/utf8.hpp"

namespace weir::lambda {

namespace {

bool is_digit(char byte) noexcept { return byte >= '0' && byte <= '9'; }

int hex_value(char digit) noexcept {
  if (is_digit(digit)) return digit - '0';
  const char lower = static_cast<char>(digit | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// What a letter after a backslash stands for; \0 for letters that mean nothing there, and for u.
constexpr auto meanings = [] {
  std::array<char, 256> made{};
  for (const std::string_view pair : {"\"\"", "\\\\", "//", "b\b", "f\f", "n\n", "r\r", "t\t"}) {
    made[static_cast<unsigned char>(pair[0])] = pair[1];
  }
  return made;
}();

char meaning_of(char letter) noexcept { return meanings[static_cast<unsigned char>(letter)]; }

// The first byte that is neither plain nor of an escape of two letters; where fewer than 17 bytes are left it may be
// one that is. Sixteen bytes a step, in which escapes are found without looking at them again.
const char* end_of_simple_run(const char* at, const char* end, bool& escaped) noexcept {
#if defined(__SSE2__)
  while (end - at > plain_step) {
    unsigned found = not_plain(at);
    int next = plain_step;
    while (found != 0) {
      const int place = std::countr_zero(found);
      if (at[place] != '\\' || meaning_of(at[place + 1]) == '\0') return at + place;
      escaped = true;
      found &= ~(3U << static_cast<unsigned>(place));
      next = std::max(next, place + 2);
    }
    at += next;
  }
#endif
  return at;
}

std::uint32_t code_unit(const char* digits) noexcept {
  std::uint32_t unit = 0;
  for (int place = 0; place < 4; ++place) unit = unit * 16 + static_cast<std::uint32_t>(hex_value(digits[place]));
  return unit;
}

bool is_high(std::uint32_t unit) noexcept { return (unit & 0xFC00U) == 0xD800U; }
bool is_low(std::uint32_t unit) noexcept { return (unit & 0xFC00U) == 0xDC00U; }

// `from` is after "\u"; returns where reading goes on.
const char* write_unicode(const char* from, const char* end, char*& to) noexcept {
  std::uint32_t point = code_unit(from);
  from += 4;
  if (is_high(point) && end - from >= 6 && from[0] == '\\' && from[1] == 'u' && is_low(code_unit(from + 2))) {
    point = 0x10000U + ((point & 0x3FFU) << 10U) + (code_unit(from + 2) & 0x3FFU);
    from += 6;
  } else if (is_high(point) || is_low(point)) {
    point = 0xFFFD;
  }
  to = write_utf8(to, point);
  return from;
}

#if defined(__SSE2__)
unsigned backslashes(const char* at) noexcept {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
}

// Sixteen bytes, of which those up to the next escape count: what is written after them is written over.
void copy_step(const char* from, char* to) noexcept {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
}

// Moves both on, to an escape that is not of two letters, or to the last bytes. In place, a step may write over what it
// has not read until `to` is a step behind `from`: each escape leaves it behind by a byte or more, so the first few are
// the caller's.
void unescape_steps(const char*& from, const char* end, char*& to, bool in_place) noexcept {
  while (end - from >= 2 * plain_step) {
    unsigned found = backslashes(from);
    if (found != 0 && in_place && from - to < plain_step) return;
    int done = 0;
    while (found != 0) {
      const int place = std::countr_zero(found);
      copy_step(from + done, to);
      to += place - done;
      const char letter = from[place + 1];
      if (letter == 'u') {
        from += place;
        return;
      }
      *to++ = meaning_of(letter);
      done = place + 2;
      found &= ~(3U << static_cast<unsigned>(place));
    }
    if (done < plain_step) {
      copy_step(from + done, to);
      to += plain_step - done;
      done = plain_step;
    }
    from += done;
  }
}
#endif

}  // namespace

char* unescape(std::string_view raw, char* to) noexcept {
  const char* from = raw.data();
  const char* const end = from + raw.size();
  [[maybe_unused]] const bool in_place = to == from;
  while (from != end) {
#if defined(__SSE2__)
    unescape_steps(from, end, to, in_place);
#endif
    while (from != end && *from != '\\') *to++ = *from++;
    if (from == end) break;
    const char letter = from[1];
    from += 2;
    if (letter == 'u') {
      from = write_unicode(from, end, to);
    } else {
      *to++ = meaning_of(letter);
    }
  }
  return to;
}

std::string JsonString::text() const {
  if (!escaped) return std::string(raw);
  std::string text(raw.size(), '\0');
  text.resize(static_cast<std::size_t>(unescape(raw, text.data()) - text.data()));
  return text;
}

void JsonCursor::skip_space() noexcept {
  while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
}

bool JsonCursor::take(char wanted) noexcept {
  skip_space();
  if (at_ == end_ || *at_ != wanted) return false;
  ++at_;
  return true;
}

bool JsonCursor::take_word(std::string_view word) noexcept {
  skip_space();
  if (!std::string_view(at_, end_).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

bool JsonCursor::at_end() noexcept {
  skip_space();
  return at_ == end_;
}

JsonKind JsonCursor::kind() noexcept {
  skip_space();
  if (at_ == end_) return JsonKind::nothing;
  switch (*at_) {
    case 'n':
      return JsonKind::null;
    case 't':
    case 'f':
      return JsonKind::boolean;
    case '"':
      return JsonKind::string;
    case '[':
      return JsonKind::array;
    case '{':
      return JsonKind::object;
    default:
      return is_digit(*at_) || *at_ == '-' ? JsonKind::number : JsonKind::nothing;
  }
}

bool JsonCursor::take_escape() noexcept {
  if (end_ - at_ < 2) return false;
  const char letter = at_[1];
  at_ += 2;
  if (letter != 'u') return meaning_of(letter) != '\0';
  if (end_ - at_ < 4) return false;
  for (int place = 0; place < 4; ++place) {
    if (hex_value(*at_++) < 0) return false;
  }
  return true;
}

std::optional<JsonString> JsonCursor::take_string() noexcept {
  if (!take('"')) return std::nullopt;
  const char* const begin = at_;
  bool escaped = false;
  while ((at_ = end_of_plain_run(end_of_simple_run(at_, end_, escaped), end_)) != end_) {
    if (*at_ == '"') return JsonString{{begin, at_++}, escaped};
    if (*at_ == '\\') {
      escaped = true;
      if (!take_escape()) return std::nullopt;
      continue;
    }
    if (static_cast<unsigned char>(*at_) < 0x20) return std::nullopt;
    do {
      const Utf8Sequence sequence = utf8_sequence({at_, end_});
      if (sequence.kind != Utf8Sequence::Kind::whole) return std::nullopt;
      at_ += sequence.size;
    } while (at_ != end_ && static_cast<unsigned char>(*at_) >= 0x80);
  }
  return std::nullopt;
}

std::optional<bool> JsonCursor::take_boolean() noexcept {
  if (take_word("true")) return true;
  return take_word("false") ? std::optional(false) : std::nullopt;
}

std::optional<std::string_view> JsonCursor::take_number() noexcept {
  skip_space();
  const char* const begin = at_;
  const auto digits = [this] {
    const char* const first = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != first;
  };
  const auto has = [this](char one, char other) { return at_ != end_ && (*at_ == one || *at_ == other); };
  if (has('-', '-')) ++at_;
  if (has('0', '0')) {
    ++at_;
  } else if (!digits()) {
    return std::nullopt;
  }
  if (has('.', '.') && (++at_, !digits())) return std::nullopt;
  if (has('e', 'E')) {
    ++at_;
    if (has('+', '-')) ++at_;
    if (!digits()) return std::nullopt;
  }
  return std::string_view(begin, at_);
}

bool JsonCursor::skip() noexcept {
  switch (kind()) {
    case JsonKind::null:
      return take_null();
    case JsonKind::boolean:
      return take_boolean().has_value();
    case JsonKind::number:
      return take_number().has_value();
    case JsonKind::string:
      return take_string().has_value();
    case JsonKind::array:
      return array([this] { return skip(); });
    case JsonKind::object:
      return object([this](const JsonString&) { return skip(); });
    case JsonKind::nothing:
      break;
  }
  return false;
}

}  // namespace weir::lambda
