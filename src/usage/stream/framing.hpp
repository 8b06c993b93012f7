// framing.hpp: how a body is cut into events. What it begins with decides, for content types lie; they say what its
// beginning cannot.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::usage::stream {

enum class Framing : std::uint8_t {
  unknown,    // nothing but white space so far
  documents,  // a JSON document, an array of documents, or one after the other
  lines,      // a JSON document a line
  events,     // server-sent events
  frames,     // AWS event stream
  nothing,    // sound, pictures: nothing to read
};

class Sniffer {
 public:
  explicit Sniffer(std::string_view content_type) noexcept;

  // Takes white space and a byte order mark off `bytes`; `unknown` as long as there was nothing else.
  Framing sniff(std::string_view& bytes) noexcept;

 private:
  Framing declared_ = Framing::unknown;
};

}  // namespace weir::usage::stream
