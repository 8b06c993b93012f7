// collected.hpp: what a reader told about some bytes, whole, so that two ways of reading can be compared.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "event_stream/frames.hpp"

namespace weir::event_stream {

struct CollectedFrame {
  std::string headers;
  std::string payload;
  bool ended = false;
  bool operator==(const CollectedFrame&) const = default;
};

struct Collected {
  std::vector<CollectedFrame> frames;
  Fault fault = Fault::none;
  bool clean = false;  // it ended between two frames
  bool operator==(const Collected&) const = default;
};

// Gives the bytes in pieces of this size.
inline Collected collect(std::string_view bytes, std::size_t piece, Bounds bounds = {}) {
  Reader reader(bounds);
  Collected all;
  while (!bytes.empty() && reader.fault() == Fault::none) {
    std::string_view part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    Reader::Next next{};
    while ((next = reader.next(part)) != Reader::Next::starved && next != Reader::Next::broken) {
      if (next == Reader::Next::head) all.frames.push_back({std::string(reader.headers()), {}, false});
      if (next == Reader::Next::payload) all.frames.back().payload += reader.payload();
      if (next == Reader::Next::end) all.frames.back().ended = true;
    }
  }
  all.fault = reader.fault();
  all.clean = all.fault == Fault::none && reader.between_frames();
  return all;
}

inline Collected collect(std::string_view bytes) { return collect(bytes, std::max<std::size_t>(bytes.size(), 1)); }

}  // namespace weir::event_stream
