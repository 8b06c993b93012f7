#include "lambda/text/base64.hpp"

#include <cstdint>
#include <cstring>

namespace weir::lambda {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Two characters for each twelve bits: half the look-ups.
constexpr auto pairs = [] {
  std::array<std::array<char, 2>, 4096> made{};
  for (std::size_t bits = 0; bits < made.size(); ++bits) made[bits] = {alphabet[bits >> 6U], alphabet[bits & 63U]};
  return made;
}();

constexpr std::uint32_t invalid = 0x80000000;
using Values = std::array<std::uint32_t, 256>;

// values[k][c]: the six bits of c where the k-th of four characters puts them in 24 bits.
constexpr auto values = [] {
  std::array<Values, 4> made{};
  for (std::size_t place = 0; place < 4; ++place) {
    made[place].fill(invalid);
    for (std::uint32_t bits = 0; bits < 64; ++bits) {
      made[place][static_cast<unsigned char>(alphabet[bits])] = bits << (18U - 6U * place);
    }
  }
  return made;
}();

constexpr std::uint32_t byte(char value) noexcept { return static_cast<unsigned char>(value); }

char* encode(const char* from, std::size_t triples, char* to) noexcept {
  for (; triples != 0; --triples, from += 3, to += 4) {
    const std::uint32_t bits = byte(from[0]) << 16U | byte(from[1]) << 8U | byte(from[2]);
    std::memcpy(to, pairs[bits >> 12U].data(), 2);
    std::memcpy(to + 2, pairs[bits & 0xFFFU].data(), 2);
  }
  return to;
}

std::uint32_t decoded(const char* from) noexcept {
  return values[0][byte(from[0])] | values[1][byte(from[1])] | values[2][byte(from[2])] | values[3][byte(from[3])];
}

bool is_space(char character) noexcept {
  return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

std::size_t without_spaces(char* text, std::size_t size) noexcept {
  char* to = text;
  for (const char* from = text; from != text + size; ++from) {
    if (!is_space(*from)) *to++ = *from;
  }
  return static_cast<std::size_t>(to - text);
}

}  // namespace

void Base64Writer::append(std::string& out, std::string_view bytes) {
  while (rest_size_ != 0 && !bytes.empty()) {
    rest_[rest_size_++] = bytes.front();
    bytes.remove_prefix(1);
    if (rest_size_ < 3) continue;
    out.append(4, '\0');
    encode(rest_.data(), 1, out.data() + out.size() - 4);
    rest_size_ = 0;
  }
  const std::size_t triples = bytes.size() / 3;
  const std::size_t before = out.size();
  const std::size_t after = before + triples * 4;
  out.resize_and_overwrite(after, [&](char* begin, std::size_t) {  // GCC 12 gives the capacity, not the size
    encode(bytes.data(), triples, begin + before);
    return after;
  });
  bytes.remove_prefix(triples * 3);
  for (const char left : bytes) rest_[rest_size_++] = left;
}

void Base64Writer::finish(std::string& out) {
  if (rest_size_ == 0) return;
  for (std::size_t at = rest_size_; at < 3; ++at) rest_[at] = '\0';
  std::array<char, 4> last{};
  encode(rest_.data(), 1, last.data());
  if (rest_size_ == 1) last[2] = '=';
  last[3] = '=';
  out.append(last.data(), last.size());
  rest_size_ = 0;
}

std::optional<std::size_t> decode_base64_in_place(char* text, std::size_t size) noexcept {
  const char* from = text;
  char* to = text;
  for (const char* end = text + size; end - from >= 4; from += 4, to += 3) {
    const std::uint32_t bits = decoded(from);
    if ((bits & invalid) != 0) break;
    to[0] = static_cast<char>(bits >> 16U);
    to[1] = static_cast<char>(bits >> 8U);
    to[2] = static_cast<char>(bits);
  }
  // What is left: an end with padding or without it, or characters with white space among them.
  const auto done = static_cast<std::size_t>(from - text);
  char* rest = text + done;
  std::size_t left = without_spaces(rest, size - done);
  if (left < size - done && left >= 4) {
    const std::optional<std::size_t> more = decode_base64_in_place(rest, left);
    if (!more) return std::nullopt;
    std::memmove(to, rest, *more);
    return static_cast<std::size_t>(to - text) + *more;
  }
  if (left == 4 && rest[3] == '=') left = rest[2] == '=' ? 2 : 3;
  if (left == 0) return static_cast<std::size_t>(to - text);
  if (left != 2 && left != 3) return std::nullopt;
  const std::uint32_t bits =
      values[0][byte(rest[0])] | values[1][byte(rest[1])] | (left == 3 ? values[2][byte(rest[2])] : 0U);
  if ((bits & invalid) != 0) return std::nullopt;
  *to++ = static_cast<char>(bits >> 16U);
  if (left == 3) *to++ = static_cast<char>(bits >> 8U);
  return static_cast<std::size_t>(to - text);
}

}  // namespace weir::lambda
