// A stream of server-sent events, cut in pieces: what goes on is the stream without its usage chunks, whatever the
// split, and no more than one bounded event is ever held back.
#include "usage/usage_chunk_model.hpp"

#include "usage/answer/ending.hpp"
#include "usage/answer/follower.hpp"

#include <boost/json/src.hpp>

#include <cstdint>
#include <cstdlib>

namespace {

using namespace weir::usage;  // NOLINT(google-build-using-namespace)

void require(bool holds) {
  if (!holds) std::abort();
}

std::string passed(std::string_view stream, std::size_t piece) {
  UsageChunkRemover remover;
  std::string all;
  while (!stream.empty()) {
    const std::string_view next = stream.substr(0, piece);
    std::string instead;
    if (remover.feed(next, instead)) {
      require(instead.empty());
      all += next;
    } else {
      all += instead;
    }
    require(remover.held() <= UsageChunkRemover::max_event);
    stream.remove_prefix(next.size());
  }
  remover.finish(all);
  return all;
}

// Whatever passes, its end can be told, or there is none; and where it may be cut does not hang on how it came.
void end_it(std::string_view stream, std::size_t piece) {
  for (const std::string_view type : {"text/event-stream", "application/json", "application/vnd.amazon.eventstream"}) {
    Follower follower(type);
    std::size_t whole = 0;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      const std::string_view next = stream.substr(at, piece);
      const auto cut = follower.follow(next);
      require(!cut || *cut <= next.size());
      if (cut) whole = at + *cut;
    }
    if (whole > 0) {
      Follower at_once(type);
      at_once.follow(stream.substr(0, whole));
      require(at_once.between_events());
    }
    for (int dialect = 0; dialect <= static_cast<int>(Dialect::dify); ++dialect) {
      const std::string end =
          ending(follower.state(), {.dialect = static_cast<Dialect>(dialect), .framing = follower.framing()});
      require(end.empty() || !follower.state().over);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece = 1 + data[0] % 64;
  const std::string whole = passed(stream, std::string_view::npos);
  require(passed(stream, piece) == whole);
  const std::optional<std::string> expected = model::without_usage_chunks(stream);
  require(!expected || *expected == whole);
  end_it(stream, piece);
  return 0;
}
