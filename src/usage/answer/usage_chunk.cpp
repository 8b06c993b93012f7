#include "usage/answer/usage_chunk.hpp"

#include "usage/json/bytes.hpp"

#include <utility>

namespace weir::usage {
namespace {

constexpr bool ends_line(char byte) { return byte == '\n' || byte == '\r'; }

void append(std::string& out, const char* from, const char* to) {
  out.append(from, static_cast<std::size_t>(to - from));
}

}  // namespace

void UsageChunk::key(std::string_view name, bool /*cut*/) {
  if (depth_ != 1) return;
  member_ = name == "choices" ? Member::choices
            : name == "usage" ? Member::usage
            : name == "error" ? Member::error
                              : Member::other;
}

void UsageChunk::opened(bool object, json::Offset at) {
  const bool expected = (depth_ == 0 && object) || (depth_ == 1 && member_ == Member::choices && !object) ||
                        (depth_ == 1 && member_ == Member::usage && object);
  const bool before = excluded_;
  if (!expected) other_value();
  if (excluded_ && !before) excluded_by_ = at + 1;
  usage_ = usage_ || (depth_ == 1 && member_ == Member::usage);
  no_choices_ = no_choices_ || (depth_ == 1 && member_ == Member::choices);
  ++depth_;
}

void UsageChunk::closed(bool /*object*/, json::Offset /*end*/) { --depth_; }

void UsageChunk::literal(char first, json::Offset /*at*/, json::Offset /*end*/) {
  if (depth_ == 1 && member_ == Member::error && first == 'n') return;
  other_value();
}

// A value that is neither of the two that make the chunk: wrong in their place, and in the list of choices.
void UsageChunk::other_value() {
  if (depth_ == 0 || (depth_ == 1 && member_ != Member::other) || (depth_ == 2 && member_ == Member::choices)) {
    excluded_ = true;
  }
}

bool UsageChunkRemover::feed(std::string_view bytes, std::string& out) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  Pass pass{.from = at, .event = at, .out = out};
  while (at != end) {
    const char* const next = step(at, end, pass);
    if (event_ == Event::undecided) {
      size_ += static_cast<std::size_t>(next - at);
      if (size_ > max_event) release(pass);
    }
    at = next;
  }
  if (event_ == Event::undecided) {
    append(out, pass.from, pass.event);
    append(held_, pass.event, end);
    return false;
  }
  if (!pass.as_they_are) append(out, pass.from, end);
  return pass.as_they_are;
}

void UsageChunkRemover::finish(std::string& out) {
  if (event_ == Event::undecided && !is_usage_chunk()) out += held_;
  held_.clear();
  event_ = Event::none;
}

const char* UsageChunkRemover::step(const char* at, const char* end, Pass& pass) {
  switch (line_) {
    case Line::start:
      return line_start(at, pass);
    case Line::name:
      if (*at == ':') {
        line_ = matched_ == 4 ? Line::space : Line::ignored;
        if (line_ == Line::space && has_data_) json_.feed("\n");
        fresh_ = line_ == Line::space && !has_data_;
        has_data_ = has_data_ || line_ == Line::space;
        return at + 1;
      }
      if (ends_line(*at)) break;
      matched_ = matched_ < 4 && *at == "data"[matched_] ? matched_ + 1 : 5;
      return at + 1;
    case Line::space:
      line_ = Line::data;
      return *at == ' ' ? at + 1 : at;
    case Line::data:
    case Line::ignored:
      break;
  }
  const char* const stop = json::line_end(at, end);
  if (line_ == Line::data && event_ == Event::undecided && stop != at) {
    read_data({at, static_cast<std::size_t>(stop - at)}, pass);
  }
  if (stop == end) return end;
  after_cr_ = *stop == '\r';
  line_ = Line::start;
  return stop + 1;
}

void UsageChunkRemover::read_data(std::string_view piece, Pass& pass) {
  const bool fresh = std::exchange(fresh_, false);
  if (fresh && beginning_size_ > 0 && piece.starts_with({beginning_.data(), beginning_size_})) return release(pass);
  const bool is_json = json_.feed(piece);
  if (is_json && !chunk_.excluded()) return;
  const json::Offset size = chunk_.excluded_by();
  if (fresh && is_json && size > 0 && size <= beginning_.size()) {
    beginning_size_ = static_cast<std::uint8_t>(piece.copy(beginning_.data(), size));
  }
  release(pass);
}

const char* UsageChunkRemover::line_start(const char* at, Pass& pass) {
  const bool second_half = after_cr_ && *at == '\n';
  after_cr_ = false;
  if (second_half) {
    if (removed_) pass.from = at + 1;  // it follows the event at once: nothing lies between
    if (removed_) pass.as_they_are = false;
    removed_ = false;
    return at + 1;
  }
  removed_ = false;
  if (ends_line(*at)) {
    after_cr_ = *at == '\r';
    event_over(at + 1, pass);
    return at + 1;
  }
  line_ = *at == ':' ? Line::ignored : Line::name;
  matched_ = 0;
  if (event_ == Event::none && line_ == Line::name) {  // a comment between events belongs to none
    event_ = Event::undecided;
    size_ = 0;
    has_data_ = false;
    chunk_ = {};
    json_ = json::Strict(chunk_);
    pass.event = at;
  }
  return line_ == Line::name ? at : at + 1;
}

bool UsageChunkRemover::is_usage_chunk() {
  return has_data_ && json_.finish() == json::Flaw::none && chunk_.recognised();
}

void UsageChunkRemover::event_over(const char* behind, Pass& pass) {
  if (event_ == Event::undecided && size_ < max_event && is_usage_chunk()) {
    append(pass.out, pass.from, pass.event);
    held_.clear();
    pass.from = behind;
    pass.as_they_are = false;
    removed_ = true;
  } else if (event_ == Event::undecided) {
    release(pass);
  }
  event_ = Event::none;
}

// The event goes on, and so does the rest of it.
void UsageChunkRemover::release(Pass& pass) {
  event_ = Event::other;
  if (held_.empty()) return;
  pass.out += held_;
  held_.clear();
  pass.as_they_are = false;
}

}  // namespace weir::usage
