// scanner_steps.hpp: what scanner.hpp declares. Each step begins at one byte and returns where the next one begins.
#pragma once

#include "usage/json/scanner.hpp"

namespace weir::usage::json {

constexpr bool is_space(char byte) noexcept { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }
constexpr bool is_number(char byte) noexcept {
  return (byte >= '0' && byte <= '9') || byte == '.' || byte == '-' || byte == '+' || byte == 'e' || byte == 'E';
}

template <class Sink>
std::size_t Scanner<Sink>::feed(std::string_view bytes, Sink& sink) noexcept {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  Quotes quotes(bytes);
  while (at != end && at_ != At::done) at = step(at, end, quotes, sink);
  return static_cast<std::size_t>(at - bytes.data());
}

template <class Sink>
inline const char* Scanner<Sink>::step(const char* at, const char* end, Quotes& quotes, Sink& sink) noexcept {
  switch (at_) {
    case At::string:
      return string(at, end, quotes, sink);
    case At::escape:
      return escape(at, sink);
    case At::hex:
      return hex(at, sink);
    case At::number:
      return number(at, end, sink);
    case At::literal:
      return literal(at, end, sink);
    case At::broken:
      return end;
    case At::done:
      return at;
    default:
      break;
  }
  if (is_space(*at)) return at + 1;
  switch (at_) {
    case At::key_or_end:
      return *at == '"' ? key(at + 1, end, quotes, sink) : close(at, false, sink);
    case At::colon:
      at_ = At::value;
      return *at == ':' ? at + 1 : wrong(end);
    case At::comma_or_end:
      if (*at != ',') return close(at, in_array_, sink);
      ++at;
      if (in_array_) {
        target_ = paths_->element(node_);
        at_ = At::element_or_end;
        return at;
      }
      if (at != end && *at == '"') return key(at + 1, end, quotes, sink);
      at_ = At::key_or_end;
      return at;
    case At::element_or_end:
      if (*at == ']') return close(at, true, sink);
      [[fallthrough]];
    default:
      return value(at, end, quotes, sink);
  }
}

template <class Sink>
inline const char* Scanner<Sink>::value(const char* at, const char* end, Quotes& quotes, Sink& sink) noexcept {
  switch (*at) {
    case '"':
      at_ = At::string;
      into_ = Into::nothing;
      if (wanted()) {
        if (target_.take == Take::kind) sink.other(target_.leaf, Kind::string);
        if (target_.take == Take::length) into_ = Into::length;
        if (target_.take == Take::number || target_.take == Take::text) into_ = Into::scratch;
        scratch_.clear();
      }
      return at + 1 == end ? end : string(at + 1, end, quotes, sink);
    case '{':
      return open(at + 1, false, sink);
    case '[':
      return open(at + 1, true, sink);
    case 't':
      literal_ = Kind::boolean_true;
      break;
    case 'f':
      literal_ = Kind::boolean_false;
      break;
    case 'n':
      literal_ = Kind::null;
      break;
    default:
      if (*at != '-' && (*at < '0' || *at > '9')) return wrong(end);
      at_ = At::number;
      scratch_.clear();
      return number(at, end, sink);
  }
  at_ = At::literal;
  progress_ = 0;
  return literal(at, end, sink);
}

// A key that lies whole before us, as nearly all do, is looked up where it stands. So is the next one, as long as the
// values between them are strings that nobody wants: most of most documents never leaves this loop.
template <class Sink>
inline const char* Scanner<Sink>::key(const char* at, const char* end, Quotes& quotes, Sink& sink) noexcept {
  const Paths::Node node = node_;
  while (true) {
    const char* const quote = quotes.next(at);
    if (quote == end || *quote != '"') break;
    const std::string_view name(at, static_cast<std::size_t>(quote - at));
    target_ = node == Paths::nowhere ? Paths::Target{} : paths_->member(node, name);
    at = quote + 1;
    if (end - at < 2 || *at != ':') {
      at_ = At::colon;
      return at;
    }
    ++at;
    if (*at != '"' || wanted()) {
      at_ = At::value;
      return is_space(*at) ? at : value(at, end, quotes, sink);
    }
    const char* const stop = quotes.next(at + 1);
    if (stop == end || *stop != '"') {
      at_ = At::value;
      return value(at, end, quotes, sink);
    }
    at = stop + 1;
    if (end - at < 2 || at[0] != ',' || at[1] != '"') {
      at_ = At::comma_or_end;
      return at;
    }
    at += 2;
  }
  at_ = At::string;
  into_ = Into::key;
  scratch_.clear();
  return at == end ? end : string(at, end, quotes, sink);
}

template <class Sink>
inline const char* Scanner<Sink>::string(const char* at, const char* end, Quotes& quotes, Sink& sink) noexcept {
  const char* const stop = quotes.next(at);
  const std::string_view piece(at, static_cast<std::size_t>(stop - at));
  if (into_ == Into::length) {
    if (stop != at) sink.length(target_.leaf, characters(at, stop));
  } else if (into_ == Into::scratch && stop != end && *stop == '"' && scratch_.text().empty()) {
    told(piece.substr(0, Scratch::capacity), piece.size() > Scratch::capacity, sink);
    after_value();
    return stop + 1;
  } else if (into_ != Into::nothing) {
    scratch_.append(piece);
  }
  if (stop == end) return end;
  if (*stop == '\\') {
    at_ = At::escape;
  } else {
    end_string(sink);
  }
  return stop + 1;
}

template <class Sink>
void Scanner<Sink>::end_string(Sink& sink) noexcept {
  if (into_ == Into::key) {
    target_ = scratch_.overflown() ? Paths::Target{} : paths_->member(node_, scratch_.text());
    at_ = At::colon;
    return;
  }
  if (into_ == Into::scratch) told(scratch_.text(), scratch_.overflown(), sink);
  after_value();
}

// A string whose text is wanted.
template <class Sink>
inline void Scanner<Sink>::told(std::string_view text, bool cut, Sink& sink) noexcept {
  if (target_.take == Take::number) {
    sink.number(target_.leaf, cut ? std::string_view{} : text);
  } else {
    sink.text(target_.leaf, text);
  }
}

template <class Sink>
const char* Scanner<Sink>::escape(const char* at, Sink& sink) noexcept {
  if (*at == 'u') {
    at_ = At::hex;
    progress_ = 0;
    unit_ = 0;
    return at + 1;
  }
  constexpr std::string_view written = "nrtbf";
  constexpr std::string_view meant = "\n\r\t\b\f";
  const std::size_t found = written.find(*at);
  const char character = found == std::string_view::npos ? *at : meant[found];
  if (into_ == Into::length) sink.length(target_.leaf, {.ascii = 1});
  if (into_ == Into::key || into_ == Into::scratch) scratch_.append({&character, 1});
  at_ = At::string;
  return at + 1;
}

template <class Sink>
const char* Scanner<Sink>::hex(const char* at, Sink& sink) noexcept {
  const char byte = *at;
  const int digit = byte >= '0' && byte <= '9'   ? byte - '0'
                    : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10
                    : byte >= 'A' && byte <= 'F' ? byte - 'A' + 10
                                                 : -1;
  if (digit < 0) return wrong(at + 1);
  unit_ = static_cast<std::uint16_t>(unit_ * 16 + digit);
  if (++progress_ < 4) return at + 1;
  const bool second_half = unit_ >= 0xDC00 && unit_ <= 0xDFFF;  // the first half was the character
  if (into_ == Into::length && !second_half)
    sink.length(target_.leaf, unit_ < 0x80 ? Text{.ascii = 1} : Text{.wide = 1});
  if (into_ == Into::key || into_ == Into::scratch) scratch_.append_unit(unit_);
  at_ = At::string;
  return at + 1;
}

template <class Sink>
inline const char* Scanner<Sink>::number(const char* at, const char* end, Sink& sink) noexcept {
  const char* stop = at;
  while (stop != end && is_number(*stop)) ++stop;
  const std::string_view digits(at, static_cast<std::size_t>(stop - at));
  if (wanted() || stop == end) {
    if (stop != end && scratch_.text().empty() && digits.size() <= Scratch::capacity) {
      end_number(digits, sink);
    } else {
      scratch_.append(digits);
      if (stop == end) return end;
      end_number(scratch_.text(), sink);
    }
  }
  after_value();
  return stop;
}

template <class Sink>
void Scanner<Sink>::end_number(std::string_view digits, Sink& sink) noexcept {
  if (!wanted()) return;
  if (target_.take == Take::number) {
    sink.number(target_.leaf, scratch_.overflown() ? std::string_view{} : digits);
  } else {
    sink.other(target_.leaf, Kind::number);
  }
}

template <class Sink>
inline const char* Scanner<Sink>::literal(const char* at, const char* end, Sink& sink) noexcept {
  constexpr std::array<std::string_view, 3> words{"null", "true", "false"};  // by Kind
  const std::string_view word = words[static_cast<std::size_t>(literal_)];
  for (; at != end; ++at) {
    if (*at != word[progress_]) return wrong(end);
    if (++progress_ == word.size()) {
      if (wanted()) sink.other(target_.leaf, literal_);
      after_value();
      return at + 1;
    }
  }
  return end;
}

template <class Sink>
inline const char* Scanner<Sink>::open(const char* at, bool array, Sink& sink) noexcept {
  if (depth_ == max_depth) return wrong(at);
  if (wanted()) sink.other(target_.leaf, array ? Kind::array : Kind::object);
  node_ = depth_ > 0 ? target_.node : array ? Paths::documents : Paths::document;
  ++depth_;
  if (depth_ <= Paths::max_depth) nodes_[depth_] = node_;
  in_array_ = array;
  const std::uint64_t bit = std::uint64_t{1} << (depth_ % 64);
  if (array) {
    arrays_[depth_ / 64] |= bit;
    target_ = paths_->element(node_);
    at_ = At::element_or_end;
  } else {
    arrays_[depth_ / 64] &= ~bit;
    at_ = At::key_or_end;
  }
  return at;
}

template <class Sink>
inline const char* Scanner<Sink>::close(const char* at, bool array, Sink& sink) noexcept {
  if (*at != (array ? ']' : '}')) return wrong(at + 1);
  --depth_;
  in_array_ = (arrays_[depth_ / 64] >> (depth_ % 64) & 1U) != 0;
  node_ = depth_ <= Paths::max_depth ? nodes_[depth_] : Paths::nowhere;
  if (depth_ == 1 && node_ == Paths::documents) sink.element();
  after_value();
  return at + 1;
}

template <class Sink>
const char* Scanner<Sink>::wrong(const char* end) noexcept {
  at_ = At::broken;
  return end;
}

}  // namespace weir::usage::json
