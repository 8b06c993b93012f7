// Any body of any provider, cut anywhere: the first byte chooses the protocol and whether events or a document are
// meant, the second the size of the pieces. Held: pieces say what the whole says, and what a parser of whole events
// understands is counted as it counts. The same bytes as encoded bodies never make more of themselves than the bounds
// allow.
#include <boost/json/src.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "../unit/usage/oracle.hpp"
#include "usage/body_reader.hpp"
#include "usage/reader.hpp"

namespace {

using namespace weir::usage;  // NOLINT(google-build-using-namespace)

void require(bool holds) {
  if (!holds) std::abort();
}

struct Read {
  Read(Protocol protocol, std::string_view content_type, std::string_view body, std::size_t piece)
      : reader(protocol, content_type) {
    for (; !body.empty(); body.remove_prefix(std::min(piece, body.size()))) reader.read(body.substr(0, piece));
    reader.end();
    seen = reader.observe();
  }
  Reader reader;
  Observation seen;
};

void require_same(const Observation& one, const Observation& other) {
  require(one.counts == other.counts && one.text == other.text && one.uncounted == other.uncounted);
  require(one.final == other.final && one.finished == other.finished && one.last_event == other.last_event);
  require(one.error == other.error && one.odd == other.odd && one.broken == other.broken &&
          one.truncated == other.truncated);
  require(one.dialect == other.dialect && one.model == other.model && one.id == other.id);
  require(one.input_known == other.input_known && one.output_known == other.output_known);
}

void require_sane(const Observation& seen) {
  require(seen.counts.cached_input + seen.counts.cache_write <= seen.counts.input);
  require(seen.counts.reasoning <= seen.counts.output);
  require(seen.counts.total() <= 8'000'000'000U);
  require(!seen.final || (seen.output_known && seen.finished));
}

void require_as_told(const Observation& seen, const oracle::Found& found) {
  require(!seen.broken && !seen.truncated);
  require(seen.counts == found.reading.counts());
  require(seen.text.characters() == found.characters);
  require(seen.last_event == found.last && seen.error == found.error && seen.odd == found.odd);
  require(seen.finished || !(found.finished || found.last));
  require(seen.output_known == found.reading.output_known());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto protocol = static_cast<Protocol>(data[0] % 8);
  const unsigned kind = data[0] / 8 % 8;
  const std::size_t piece = 1 + data[1] % 32;
  const std::string_view body(reinterpret_cast<const char*>(data) + 2, size - 2);

  if (kind >= 4) {
    constexpr std::string_view encodings[] = {"gzip", "deflate", "br", "zstd"};
    BodyReader reader(protocol, "", encodings[kind - 4]);
    for (std::string_view rest = body; !rest.empty(); rest.remove_prefix(std::min(piece, rest.size()))) {
      reader.read(rest.substr(0, piece));
    }
    reader.end();
    require_sane(reader.observe());
    require(reader.observe().text.characters() <= 256 * size + (2U << 20));
    return 0;
  }
  constexpr std::string_view types[] = {"text/event-stream", "application/json", "application/x-ndjson",
                                        "application/vnd.amazon.eventstream"};
  const Read whole(protocol, types[kind], body, body.size());
  const Read pieces(protocol, types[kind], body, piece);
  require_same(whole.seen, pieces.seen);
  require_sane(whole.seen);

  const std::size_t first = body.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return 0;
  const bool is_document = body[first] == '{' || body[first] == '[';
  // Blanks before the first field are skipped, and so is a byte order mark: the oracle takes them for a part of its
  // name.
  const bool begins_a_line = first == 0 || body[first - 1] == '\n' || body[first - 1] == '\r';
  if (kind == 0 && begins_a_line && static_cast<unsigned char>(body[first]) < 0x80 && !is_document &&
      body[first] != '\0') {
    if (const auto found = oracle::of_events(protocol, body)) require_as_told(whole.seen, *found);
  }
  if (kind == 1 && is_document) {
    if (const auto found = oracle::of_document(protocol, body)) require_as_told(whole.seen, *found);
  }
  return 0;
}
