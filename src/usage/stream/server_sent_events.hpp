// server_sent_events.hpp: takes a text/event-stream apart (WHATWG HTML, "Server-sent events"), in pieces cut anywhere.
//
// Lines end in CR, LF or both. Of a field's value one leading space is dropped. The data lines of one event are one
// text with LF between them; an empty line ends the event. Comments and fields but `data` and `event` are nobody's.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "usage/json/bytes.hpp"

namespace weir::usage::stream {

class ServerSentEvents {
 public:
  // Events has name(string_view piece), data(string_view piece), both as often as there are some, and end() after an
  // event that had data.
  template <class Events>
  void feed(std::string_view bytes, Events& events) {
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    while (at != end) at = step(at, end, events);
  }
  // The stream is over; the last event may lack its empty line.
  template <class Events>
  void finish(Events& events) {
    end_event(events);
  }

 private:
  enum class At : std::uint8_t { line, field, space, value };
  enum class Of : std::uint8_t { nobody, data, name };

  template <class Events>
  const char* step(const char* at, const char* end, Events& events);
  template <class Events>
  void end_event(Events& events) {
    if (has_data_) events.end();
    has_data_ = false;
  }
  [[nodiscard]] Of field_of() const noexcept {
    const std::string_view name(field_.data(), field_size_);
    return name == "data" ? Of::data : name == "event" ? Of::name : Of::nobody;
  }

  At at_ = At::line;
  Of of_ = Of::nobody;
  bool after_cr_ = false;
  bool has_data_ = false;
  std::uint8_t field_size_ = 0;
  std::array<char, 6> field_{};  // one more than the longest of ours
};

template <class Events>
inline const char* ServerSentEvents::step(const char* at, const char* end, Events& events) {
  switch (at_) {
    case At::line: {
      const bool second_half = after_cr_ && *at == '\n';
      after_cr_ = false;
      if (second_half) return at + 1;
      if (*at == '\n' || *at == '\r') {
        after_cr_ = *at == '\r';
        end_event(events);
        return at + 1;
      }
      constexpr std::string_view usual = "data:";
      at_ = At::field;
      field_size_ = 0;
      if (static_cast<std::size_t>(end - at) > usual.size() && std::equal(usual.begin(), usual.end(), at)) {
        field_size_ = 4;
        std::copy_n(at, 4, field_.begin());
        return at + 4;
      }
      return at;
    }
    case At::field:
      if (*at == ':') {
        of_ = field_of();
        at_ = At::space;
        if (of_ == Of::data) {
          if (has_data_) events.data("\n");
          has_data_ = true;
        }
        if (of_ == Of::name) events.named();
        return at + 1;
      }
      if (*at == '\n' || *at == '\r') {  // a field without a value says nothing that matters here
        after_cr_ = *at == '\r';
        at_ = At::line;
        return at + 1;
      }
      if (field_size_ < field_.size()) field_[field_size_++] = *at;
      return at + 1;
    case At::space:
      at_ = At::value;
      if (*at == ' ') return at + 1;
      return at;
    case At::value:
      break;
  }
  const char* const stop = json::line_end(at, end);
  if (stop != at) {
    const std::string_view piece(at, static_cast<std::size_t>(stop - at));
    if (of_ == Of::data) events.data(piece);
    if (of_ == Of::name) events.name(piece);
  }
  if (stop == end) return end;
  after_cr_ = *stop == '\r';
  at_ = At::line;
  return stop + 1;
}

}  // namespace weir::usage::stream
