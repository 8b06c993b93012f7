#include "lambda/text/escape.hpp"

#include <cstring>

#include "lambda/text/plain_run.hpp"
#include "lambda/text/utf8.hpp"

namespace weir::lambda {

namespace {

constexpr std::size_t longest_escape = 6;  // of one byte

// Of \b, \n and so on; \0 where a byte has none.
constexpr auto letters = [] {
  std::array<char, 128> made{};
  for (const std::string_view pair : {"\"\"", "\\\\", "\bb", "\ff", "\nn", "\rr", "\tt"}) {
    made[static_cast<unsigned char>(pair[0])] = pair[1];
  }
  return made;
}();

constexpr char* write_escape(char* to, char byte) noexcept {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto number = static_cast<unsigned char>(byte);
  *to++ = '\\';
  if (letters[number] != '\0') {
    *to++ = letters[number];
    return to;
  }
  for (const char each : {'u', '0', '0', digits[number >> 4U], digits[number & 0xFU]}) *to++ = each;
  return to;
}

// What each byte of ASCII is written as. Eight bytes are copied, and the size says how many of them count: no branch
// that a processor could guess wrong, which in text full of quotes costs more than the copy.
struct Spelling {
  std::array<char, 7> text{};
  unsigned char size = 0;
};

constexpr auto spellings = [] {
  std::array<Spelling, 128> made{};
  for (std::size_t byte = 0; byte < made.size(); ++byte) {
    const auto letter = static_cast<char>(byte);
    const bool plain = is_plain(letter);
    char* const begin = made[byte].text.data();
    char* end = begin;
    if (plain) {
      *end++ = letter;
    } else {
      end = write_escape(end, letter);
    }
    made[byte].size = static_cast<unsigned char>(end - begin);
  }
  return made;
}();
static_assert(sizeof(Spelling) == 8);

// Writes up to what is no whole character; `to` has longest_escape bytes for each that is read, and eight more.
struct Writing {
  const char* at;
  const char* end;
  char* to;

  void run() noexcept {
    while (at != end) {
      copy_plain_run(at, end, to);
      if (at == end) return;
      if (static_cast<unsigned char>(*at) < 0x80) {
        write_dense();
      } else if (!write_sequence()) {
        return;
      }
    }
  }

  // Where one byte is escaped, others are near.
  void write_dense() noexcept {
    for (int most = 24; most != 0 && at != end && static_cast<unsigned char>(*at) < 0x80; --most, ++at) {
      const Spelling& spelling = spellings[static_cast<unsigned char>(*at)];
      std::memcpy(to, &spelling, sizeof spelling);
      to += spelling.size;
    }
  }

  bool write_sequence() noexcept {
    const Utf8Sequence sequence = utf8_sequence({at, end});
    if (sequence.kind != Utf8Sequence::Kind::whole) return false;
    for (unsigned char left = sequence.size; left != 0; --left) *to++ = *at++;
    return true;
  }
};

// Appends text up to what is no whole character, and returns that rest.
std::string_view append_characters(std::string& out, std::string_view text) {
  constexpr std::size_t slab = 2048;  // what is read before room is made again
  while (!text.empty()) {
    const std::string_view part = text.substr(0, slab);
    const std::size_t before = out.size();
    Writing writing{part.data(), part.data() + part.size(), nullptr};
    out.resize_and_overwrite(before + part.size() * longest_escape + sizeof(Spelling), [&](char* begin, std::size_t) {
      writing.to = begin + before;
      writing.run();
      return static_cast<std::size_t>(writing.to - begin);
    });
    const auto done = static_cast<std::size_t>(writing.at - part.data());
    text.remove_prefix(done);
    // Where the slab alone cut a character, the next one begins with it.
    if (done < part.size() && utf8_sequence(text).kind != Utf8Sequence::Kind::whole) break;
  }
  return text;
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
