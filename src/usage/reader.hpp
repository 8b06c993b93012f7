// reader.hpp: an answer of a model, read as it passes: bytes in, counts of tokens out.
//
//     Reader reader(Protocol::openai, "text/event-stream");
//     reader.read(chunk);         as often as there are some, cut anywhere
//     reader.end();               the body is over
//     reader.observe().counts
//
// Nothing is kept but counts, two names and the unfinished token, whatever the answer's length; nothing is allocated,
// but once for an AWS event stream, with a frame's headers (together at most 1.5 KiB). Not for several threads at once.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "usage/json/scanner.hpp"
#include "usage/observation.hpp"
#include "usage/protocol.hpp"
#include "usage/stream/framing.hpp"
#include "usage/stream/server_sent_events.hpp"
#include "usage/tally.hpp"

namespace weir::usage {

class Reader {
 public:
  // `content_type` as the answer's head has it, "" when it has none. Of an answer that is not 2xx nothing should be
  // read.
  Reader(Protocol protocol, std::string_view content_type) noexcept;
  Reader(const Reader&) = delete;  // what it tells points into it
  Reader& operator=(const Reader&) = delete;
  ~Reader();

  // The request asked for text that is not repeated from its beginning in each event (DashScope).
  void text_comes_once() noexcept { tally_.text_comes_once(); }
  // Decoded bytes of the body.
  void read(std::string_view bytes) noexcept;
  // The body is over, by whatever it ended.
  void end() noexcept;

  [[nodiscard]] Observation observe() const noexcept;
  // The same as observe().content_seen(), for every chunk.
  [[nodiscard]] bool content_seen() const noexcept { return tally_.seen().characters() != 0; }

 private:
  struct Events;
  struct Frames;

  void read_documents(std::string_view bytes) noexcept;
  void read_frames(std::string_view bytes) noexcept;
  void name(std::string_view piece) noexcept;
  void data(std::string_view piece) noexcept;
  void end_event() noexcept;

  static constexpr std::uint8_t no_match = 0xFF;

  Tally tally_;
  json::Scanner<Tally> scanner_;
  stream::Sniffer sniffer_;
  stream::Framing framing_ = stream::Framing::unknown;
  stream::ServerSentEvents events_;
  std::uint8_t marker_ = 0;  // characters of `[DONE]` that the event began with
  std::uint8_t named_ = 0;   // characters of `error` that the event's name began with
  bool broken_ = false;
  bool truncated_ = false;
  bool complete_ = false;           // a document that stands for the whole answer was read to its end
  std::unique_ptr<Frames> frames_;  // of an AWS event stream
};

}  // namespace weir::usage
