// follower.hpp: follows a streamed answer, so that it can be ended between any two of its events (ending.hpp).
//
// Bytes pass by in pieces cut anywhere; nothing is kept of them but what followed.hpp names. Nothing is allocated, but
// once for an AWS event stream, with a frame's headers. What an unfinished event says does not count yet, for it might
// never be sent.
#pragma once

#include "event_stream/frames.hpp"
#include "usage/answer/followed.hpp"
#include "usage/json/scanner.hpp"
#include "usage/stream/framing.hpp"
#include "usage/stream/server_sent_events.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace weir::usage {

class Follower {
 public:
  explicit Follower(std::string_view content_type);
  Follower(const Follower&) = delete;  // its scanner's sink is itself
  Follower& operator=(const Follower&) = delete;
  ~Follower() = default;

  // The next bytes. Returns how many of them belong to events that are whole now: the answer may be cut behind those.
  // Nothing when no event ends in them.
  std::optional<std::size_t> follow(std::string_view bytes) noexcept;

  // The answer may be cut here: all that was followed belongs to whole events.
  [[nodiscard]] bool between_events() const noexcept { return between_; }
  [[nodiscard]] const Followed& state() const noexcept { return state_; }
  [[nodiscard]] stream::Framing framing() const noexcept { return framing_; }

  // Of json::Scanner and stream::ServerSentEvents.
  void number(std::uint8_t leaf, std::string_view digits) noexcept;
  void text(std::uint8_t leaf, std::string_view value) noexcept;
  void length(std::uint8_t, Text) noexcept {}
  void other(std::uint8_t leaf, json::Kind kind) noexcept;
  void element() noexcept { end_event(); }
  void named() noexcept {}
  void name(std::string_view) noexcept {}
  void data(std::string_view piece) noexcept;
  void end() noexcept { end_event(); }

 private:
  enum class Type : std::uint8_t { other, message_start, block_start, tool_start, block_stop, finish, last };

  // What the event being read says.
  struct Event {
    Type type = Type::other;
    std::uint64_t index = 0;
    std::optional<std::uint64_t> block;
    std::uint64_t sequence = 0;
    std::uint64_t choices = 0;
    std::uint64_t finished_choices = 0;
    bool response = false;
    bool done = false;
    std::uint8_t marker = 0;  // characters of `[DONE]`
  };

  void take_type(std::string_view name) noexcept;
  void end_event() noexcept;
  std::optional<std::size_t> follow_events(std::string_view bytes) noexcept;
  std::optional<std::size_t> follow_documents(std::string_view bytes) noexcept;
  std::optional<std::size_t> follow_frames(std::string_view bytes) noexcept;

  Followed state_;
  Event event_;
  json::Scanner<Follower> scanner_;
  stream::Sniffer sniffer_;
  stream::Framing framing_ = stream::Framing::unknown;
  stream::ServerSentEvents events_;
  std::unique_ptr<event_stream::Reader> frames_;  // of an AWS event stream
  std::uint64_t ended_ = 0;                       // events that were whole
  bool finish_told_ = false;
  bool between_ = true;
  bool broken_ = false;
  bool line_start_ = true;  // SSE: the next byte begins a line
  bool after_cr_ = false;   // or is the other half of its end
  bool inside_ = false;     // SSE: a field has come, its event's empty line has not
};

}  // namespace weir::usage
