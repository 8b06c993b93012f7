#include "store/redis/resp/reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace weir::store::redis {
namespace {

constexpr std::size_t least_space = 4U << 10;
constexpr std::size_t first_space = 16U << 10;
constexpr std::size_t kept_space = 1U << 20;  // more than this is given back when it is empty
constexpr std::size_t max_number = 21;        // of a length or an integer: its digits and a sign

// The number that is all of `text`, with or without a minus.
bool read_number(std::string_view text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

struct Reader::Header {
  char type = 0;
  std::string_view line;    // without type and line break
  std::int64_t number = 0;  // of an integer; a length; a count
  std::size_t size = 0;     // bytes, with type and line break
};

std::span<char> Reader::space() {
  if (begin_ == filled_) {
    begin_ = looked_ = filled_ = 0;
    if (bytes_.size() > kept_space) std::vector<char>().swap(bytes_);
  }
  if (bytes_.size() - filled_ < least_space && begin_ > 0) {
    std::memmove(bytes_.data(), bytes_.data() + begin_, filled_ - begin_);
    filled_ -= begin_;
    looked_ -= begin_;
    begin_ = 0;
  }
  if (bytes_.size() - filled_ < least_space) bytes_.resize(std::max(bytes_.size() * 2, first_space));
  return std::span(bytes_).subspan(filled_);
}

Reader::Next Reader::broken(std::string_view error) {
  error_ = error;
  return Next::broken;
}

// What comes in behind the type up to the line break; false while that is missing. `size` is 0 when it never can be.
bool Reader::read_header(std::size_t at, Header& header) const {
  const std::string_view rest(bytes_.data() + at, filled_ - at);
  if (rest.empty()) return false;
  header.type = rest.front();
  header.size = 0;
  const bool is_text = header.type == '+' || header.type == '-';
  if (!is_text && header.type != ':' && header.type != '$' && header.type != '*') return true;
  const std::size_t most = is_text ? max_line : max_number;
  const auto end = rest.substr(1, most + 1).find('\r');
  if (end == std::string_view::npos) return rest.size() > most + 1;
  if (rest.size() < end + 3) return false;
  header.line = rest.substr(1, end);
  if (rest[end + 2] != '\n' || (!is_text && !read_number(header.line, header.number))) return true;
  header.size = end + 3;
  return true;
}

Reader::Next Reader::find_end() {
  for (;;) {
    Header header;
    if (!read_header(looked_, header)) return Next::nothing_yet;
    if (header.size == 0) return broken("what comes in is not RESP2");
    const std::size_t used = looked_ - begin_ + header.size + count_ * sizeof(Value);
    const std::size_t left = max_reply_ - std::min(used, max_reply_);
    if (left == 0) return broken("an answer is larger than the bound");
    std::size_t size = header.size;
    std::int64_t items = 0;
    if (header.type == '$' || header.type == '*') {
      if (header.number < -1) return broken("a length is negative");
      if (header.type == '$' && header.number >= 0) {
        if (static_cast<std::uint64_t>(header.number) > left) return broken("an answer is larger than the bound");
        const auto length = static_cast<std::size_t>(header.number);
        size += length + 2;
        if (filled_ - looked_ < size) return Next::nothing_yet;
        const char* const line_break = bytes_.data() + looked_ + header.size + length;
        if (line_break[0] != '\r' || line_break[1] != '\n') return broken("a text does not end where it should");
      }
      if (header.type == '*' && header.number > 0) {
        if (static_cast<std::uint64_t>(header.number) > left / sizeof(Value)) {
          return broken("an answer is larger than the bound");
        }
        if (open_.size() == max_depth) return broken("arrays are nested too deeply");
        items = header.number;
      }
    }
    looked_ += size;
    count_ += static_cast<std::size_t>(items);
    if (items > 0) {
      open_.push_back(items);
      continue;
    }
    while (!open_.empty() && --open_.back() == 0) open_.pop_back();
    if (open_.empty()) return Next::value;
  }
}

// Makes the value that starts at `at`, which is known to be whole, and says where it ends.
std::size_t Reader::make(std::size_t at, Value& value) {
  Header header;
  static_cast<void>(read_header(at, header));
  at += header.size;
  value = Value{};
  switch (header.type) {
    case '+':
    case '-':
      value.type = header.type == '+' ? Value::Type::status : Value::Type::error;
      value.text = header.line;
      return at;
    case ':':
      value.type = Value::Type::integer;
      value.integer = header.number;
      return at;
    case '$':
      if (header.number < 0) return at;
      value.type = Value::Type::text;
      value.text = std::string_view(bytes_.data() + at, static_cast<std::size_t>(header.number));
      return at + value.text.size() + 2;
    default:
      if (header.number < 0) return at;
      value.type = Value::Type::array;
      const std::span items = std::span(values_).subspan(made_, static_cast<std::size_t>(header.number));
      made_ += items.size();
      for (Value& item : items) at = make(at, item);
      value.items = items;
      return at;
  }
}

Reader::Next Reader::next() {
  if (!error_.empty()) return Next::broken;
  if (looked_ == begin_ && open_.empty()) count_ = 1;
  if (const Next found = find_end(); found != Next::value) return found;
  constexpr std::size_t kept_values = kept_space / sizeof(Value);
  if (values_.size() < count_ || values_.size() > kept_values) {
    values_.clear();
    if (values_.capacity() > kept_values) values_.shrink_to_fit();
    values_.resize(count_);
  }
  made_ = 1;
  begin_ = make(begin_, values_.front());
  return Next::value;
}

}  // namespace weir::store::redis
