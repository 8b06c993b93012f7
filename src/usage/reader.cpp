#include "usage/reader.hpp"

#include "event_stream/frames.hpp"
#include "usage/stream/invoked_chunk.hpp"
#include "usage/stream/lines.hpp"

namespace weir::usage {
namespace {

constexpr std::string_view done_marker = "[DONE]";
constexpr std::string_view error_name = "error";
constexpr event_stream::Bounds frame_bounds{.headers = 1U << 10};

bool is_blank(std::string_view bytes) noexcept { return bytes.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

struct Reader::Events {
  Reader& reader;
  void data(std::string_view piece) const noexcept { reader.data(piece); }
  void named() const noexcept { reader.named_ = 0; }
  void name(std::string_view piece) const noexcept { reader.name(piece); }
  void end() const noexcept { reader.end_event(); }
};

struct Reader::Frames {
  explicit Frames(Reader& reader) : frames(frame_bounds), chunk(Events{reader}) {}

  event_stream::Reader frames;
  Reading before;         // the frame that is being read
  bool is_chunk = false;  // it is one of InvokeModel
  stream::InvokedChunk<Events> chunk;
};

Reader::Reader(Protocol protocol, std::string_view content_type) noexcept
    : tally_(protocol), scanner_(tally_.paths()), sniffer_(content_type) {}
Reader::~Reader() = default;

void Reader::read(std::string_view bytes) noexcept {
  if (framing_ == stream::Framing::unknown) framing_ = sniffer_.sniff(bytes);
  Events events{*this};
  switch (framing_) {
    case stream::Framing::unknown:
    case stream::Framing::nothing:
      return;
    case stream::Framing::documents:
      return read_documents(bytes);
    case stream::Framing::lines:
      return stream::split_lines(bytes, events);
    case stream::Framing::events:
      return events_.feed(bytes, events);
    case stream::Framing::frames:
      return read_frames(bytes);
  }
}

void Reader::read_documents(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    bytes.remove_prefix(scanner_.feed(bytes, tally_));
    if (scanner_.broken()) {
      broken_ = true;
      return;
    }
    if (scanner_.done()) {
      tally_.end_event();
      scanner_.begin();
      complete_ = true;
    }
  }
}

// A frame's payload is read before its checksum is known; what it counted is taken back when that is wrong, or when the
// payload is not what it should be.
void Reader::read_frames(std::string_view bytes) noexcept {
  using Next = event_stream::Reader::Next;
  if (broken_) return;
  try {
    if (frames_ == nullptr) frames_ = std::make_unique<Frames>(*this);
    event_stream::Reader& frames = frames_->frames;
    while (true) {
      switch (frames.next(bytes)) {
        case Next::starved:
          return;
        case Next::head: {
          frames_->before = tally_.reading();
          frames_->is_chunk = frames.text(":event-type") == "chunk";
          frames_->chunk.begin();
          tally_.tell(frames_->is_chunk ? Dialect::bedrock_invoke : Dialect::bedrock);
          const std::string_view type = frames.text(":message-type");
          if (type == "exception" || type == "error") tally_.error();
          break;
        }
        case Next::payload:
          frames_->is_chunk ? frames_->chunk.feed(frames.payload()) : data(frames.payload());
          if (!broken_) break;
          tally_.take_back(frames_->before);  // now, as its checksum may come later or never
          return;
        case Next::end:
          if (frames_->is_chunk && !frames_->chunk.finish()) broken_ = true;
          if (frames.text(":event-type") == "metadata") tally_.last();
          end_event();
          break;
        case Next::broken:
          tally_.take_back(frames_->before);
          broken_ = true;
          return;
      }
    }
  } catch (...) {  // no memory for it
    broken_ = true;
  }
}

void Reader::name(std::string_view piece) noexcept {
  for (const char letter : piece) {
    named_ = named_ < error_name.size() && letter == error_name[named_] ? named_ + 1 : no_match;
  }
}

// A piece of an event's text.
void Reader::data(std::string_view piece) noexcept {
  while (marker_ != no_match && !piece.empty()) {
    if (marker_ == done_marker.size()) return;
    if (piece.front() == done_marker[marker_]) {
      ++marker_;
      piece.remove_prefix(1);
    } else if (marker_ == 0 && piece.front() == ' ') {
      piece.remove_prefix(1);
    } else {
      if (marker_ > 0) scanner_.feed(done_marker.substr(0, marker_), tally_);
      marker_ = no_match;
    }
  }
  if (piece.empty()) return;
  piece.remove_prefix(scanner_.feed(piece, tally_));
  if (!is_blank(piece)) broken_ = true;
}

void Reader::end_event() noexcept {
  if (named_ == error_name.size()) tally_.error();
  named_ = 0;
  scanner_.finish();
  if (marker_ == done_marker.size()) {
    tally_.last();
  } else if (marker_ != no_match && marker_ > 0) {
    broken_ = true;
  } else if (!scanner_.done() && !scanner_.empty()) {
    broken_ = true;
  }
  marker_ = 0;
  tally_.end_event();
  scanner_.begin();
}

void Reader::end() noexcept {
  using stream::Framing;
  Events events{*this};
  scanner_.finish();
  const bool inside = !scanner_.empty() && !scanner_.done() && !scanner_.broken();
  truncated_ = truncated_ || inside || (frames_ != nullptr && !broken_ && !frames_->frames.between_frames());
  if (framing_ == Framing::events) events_.finish(events);
  if (framing_ == Framing::lines) end_event();
  if (framing_ == Framing::documents) complete_ = complete_ && !inside && !broken_;
}

Observation Reader::observe() const noexcept {
  Observation now{
      .counts = tally_.reading().counts(),
      .input_known = tally_.reading().input_known(),
      .output_known = tally_.reading().output_known(),
      .finished = tally_.is_finished() || tally_.is_last() || complete_,
      .last_event = tally_.is_last(),
      .error = tally_.is_error(),
      .odd = tally_.is_odd(),
      .broken = broken_,
      .truncated = truncated_,
      .text = tally_.seen(),
      .uncounted = tally_.uncounted(),
      .dialect = tally_.dialect(),
      .model = tally_.model(),
      .id = tally_.id(),
  };
  now.final = now.output_known && now.finished && now.uncounted.characters() == 0;
  return now;
}

}  // namespace weir::usage
