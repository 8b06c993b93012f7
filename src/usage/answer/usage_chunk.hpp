// usage_chunk.hpp: takes the chunk out of a chat's stream that tells its usage and nothing else, where the client did
// not ask for it and Weir did (include_usage.hpp).
//
// Such a chunk is an event whose data is an object with an empty list of `choices` and an object `usage`. Every other
// byte goes on unchanged, and as soon as it is known to be none of that event: held back is at most one event that is
// not whole yet, from its first field to where it shows what it is, which for every other chunk is its first choice. An
// event longer than `max_event` is not looked at further and goes on: no provider's usage is that long.
#pragma once

#include "usage/json/strict.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::usage {

// Is this the usage chunk's data? Told as its JSON is read.
class UsageChunk {
 public:
  // It is another one, whatever follows.
  [[nodiscard]] bool excluded() const noexcept { return excluded_; }
  // How many bytes of it said so, if it was a bracket that did; else 0.
  [[nodiscard]] json::Offset excluded_by() const noexcept { return excluded_by_; }
  // What has been read is one, if it is all.
  [[nodiscard]] bool recognised() const noexcept { return !excluded_ && no_choices_ && usage_; }

  void opened(bool object, json::Offset at);
  void closed(bool object, json::Offset end);
  void key(std::string_view name, bool cut);
  void string_opened(json::Offset) { other_value(); }
  void string_part(std::string_view) {}
  void string_closed(json::Offset) {}
  void number(std::string_view, bool, json::Offset, json::Offset) { other_value(); }
  void literal(char first, json::Offset, json::Offset);

 private:
  enum class Member : std::uint8_t { other, choices, usage, error };

  void other_value();

  std::size_t depth_ = 0;
  Member member_ = Member::other;
  bool no_choices_ = false;
  bool usage_ = false;
  bool excluded_ = false;
  json::Offset excluded_by_ = 0;
};

class UsageChunkRemover {
 public:
  static constexpr std::size_t max_event = 2048;  // bytes, held at most

  UsageChunkRemover() : json_(chunk_) {}
  UsageChunkRemover(const UsageChunkRemover&) = delete;
  UsageChunkRemover& operator=(const UsageChunkRemover&) = delete;
  UsageChunkRemover(UsageChunkRemover&&) = delete;
  UsageChunkRemover& operator=(UsageChunkRemover&&) = delete;
  ~UsageChunkRemover() = default;

  // The next bytes of the answer, cut anywhere. True: they go on as they are, and `out` was not touched; nothing was
  // copied. False: what was appended to `out` goes on in their place, which may be nothing.
  [[nodiscard]] bool feed(std::string_view bytes, std::string& out);

  // The answer is over: appends what was still held. An event that lacks its empty line is taken for a whole one.
  void finish(std::string& out);

  [[nodiscard]] std::size_t held() const noexcept { return held_.size(); }

 private:
  // Of the event being read: no field of it has come, it may be the chunk, it is another one.
  enum class Event : std::uint8_t { none, undecided, other };
  enum class Line : std::uint8_t { start, name, space, data, ignored };

  // One call of feed: what of its bytes has not gone on, been taken out or held yet.
  struct Pass {
    const char* from;   // the first of them
    const char* event;  // where the undecided event begins, or these bytes when it began before
    std::string& out;
    bool as_they_are = true;
  };

  const char* step(const char* at, const char* end, Pass& pass);
  const char* line_start(const char* at, Pass& pass);
  void event_over(const char* behind, Pass& pass);
  void release(Pass& pass);
  [[nodiscard]] bool is_usage_chunk();
  void read_data(std::string_view piece, Pass& pass);

  UsageChunk chunk_;
  json::Strict<UsageChunk> json_;
  std::string held_;
  std::size_t size_ = 0;  // of the event so far
  Event event_ = Event::none;
  Line line_ = Line::start;
  // How the last event began that was another one, to the byte that said so. Nearly all begin alike, and what begins
  // like that is another one, too: it need not be parsed.
  std::array<char, 224> beginning_{};
  std::uint8_t beginning_size_ = 0;
  std::uint8_t matched_ = 0;  // bytes of `data`; more than four: another field's name
  bool has_data_ = false;
  bool fresh_ = false;  // no byte of its data has been read
  bool after_cr_ = false;
  bool removed_ = false;  // the event before; an LF behind its CR goes with it
};

}  // namespace weir::usage
