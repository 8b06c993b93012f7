// Any bytes as an event stream: read the same however they are cut, and as a reader that has all of it at hand reads
// them.
#include <boost/crc.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "event_stream/frames.hpp"

namespace {

namespace es = weir::event_stream;
using Next = es::Reader::Next;

constexpr es::Bounds bounds{.headers = 4096, .payload = 65536};

void require(bool condition) {
  if (!condition) std::abort();
}

std::uint32_t number(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(0, 4)) value = value * 256 + static_cast<unsigned char>(byte);
  return value;
}

std::uint32_t crc(std::string_view bytes) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

// headers ( payload ) headers ( payload ) ... and how it ended: "." cleanly, "?" cut, "!" broken.
std::string as_it_comes(std::string_view bytes, std::size_t piece) {
  es::Reader reader(bounds);
  std::string told;
  while (!bytes.empty()) {
    std::string_view part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    Next next{};
    while ((next = reader.next(part)) != Next::starved) {
      if (next == Next::broken) return told + "!";
      if (next == Next::head) told += std::string(reader.headers()) + "(";
      if (next == Next::payload) told += reader.payload();
      if (next == Next::end) told += ")";
      require(next != Next::payload || !reader.payload().empty());
    }
    require(part.empty());
  }
  return told + (reader.between_frames() ? "." : "?");
}

std::string whole(std::string_view bytes) {
  std::string told;
  while (!bytes.empty()) {
    if (bytes.size() < 12) return told + "?";
    const std::uint32_t total = number(bytes);
    const std::uint32_t headers = number(bytes.substr(4));
    if (crc(bytes.substr(0, 8)) != number(bytes.substr(8)) || total < 16 || headers > total - 16) return told + "!";
    const std::uint32_t payload = total - 16 - headers;
    if (headers > bounds.headers || payload > bounds.payload) return told + "!";
    if (bytes.size() < 12 + headers) return told + "?";
    const std::string_view block = bytes.substr(12, headers);
    if (!es::are_headers(block)) return told + "!";
    told += std::string(block) + "(" + std::string(bytes.substr(12 + headers, payload));
    if (bytes.size() < total) return told + "?";
    if (crc(bytes.substr(0, total - 4)) != number(bytes.substr(total - 4))) return told + "!";
    told += ")";
    bytes.remove_prefix(total);
  }
  return told + ".";
}

// Headers that are read are written back as the bytes they were.
void round_trip(std::string_view block) {
  std::string written;
  std::string_view rest = block;
  while (const auto header = es::take_header(rest)) require(es::append_header(written, *header));
  require(written == block.substr(0, block.size() - rest.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string expected = whole(bytes);
  require(as_it_comes(bytes, size + 1) == expected);
  require(as_it_comes(bytes, 1) == expected);
  require(as_it_comes(bytes, 7) == expected);
  round_trip(bytes);

  // The same bytes as a payload: a frame around them is read back.
  std::string frame;
  require(es::append_frame(frame, {}, bytes.substr(0, bounds.payload)));
  require(as_it_comes(frame, 5) == "(" + std::string(bytes.substr(0, bounds.payload)) + ").");
  return 0;
}
