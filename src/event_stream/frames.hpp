// frames.hpp: AWS event streams (application/vnd.amazon.eventstream), read as they come and written.
//
//     0   total length, u32      of the whole frame
//     4   headers length, u32
//     8   CRC-32 of bytes 0 to 7, u32
//     12  headers                (headers.hpp)
//         payload
//         CRC-32 of all before it, u32
//
// Everything is big-endian. Used by InvokeWithResponseStream of AWS Lambda and the streams of Amazon Bedrock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "event_stream/headers.hpp"

namespace weir::event_stream {

inline constexpr std::size_t prelude_size = 12;
inline constexpr std::size_t checksum_size = 4;

// What a frame may hold, in bytes; AWS's own clients refuse more. Headers are kept, payloads are not.
struct Bounds {
  std::uint32_t headers = 128U << 10;
  std::uint32_t payload = 24U << 20;
};

enum class Fault : unsigned char {
  none,
  prelude_checksum,
  lengths,  // they contradict each other
  headers_too_long,
  payload_too_long,
  headers,  // their bytes are none
  message_checksum,
};

[[nodiscard]] std::string_view describe(Fault fault) noexcept;

// Reads frames out of bytes cut anywhere:
//
//     while (true) switch (reader.next(bytes)) {
//       case Reader::Next::head:     ... reader.headers() ...
//       case Reader::Next::payload:  ... reader.payload() ...   as often as there are pieces, never empty
//       case Reader::Next::end:      the frame was whole and its checksum right
//       case Reader::Next::starved:  all bytes are taken; return for more
//       case Reader::Next::broken:   ... describe(reader.fault()) ...   and so for ever
//     }
//
// Head and payload are told before the frame's checksum is known: whoever passes a payload on must be able to take back
// the whole stream when `broken` follows. Payload pieces are views into what was given; only headers are copied. One
// pass over the bytes for the checksum; no allocation once the headers' buffer has grown.
class Reader {
 public:
  enum class Next : unsigned char { starved, head, payload, end, broken };

  explicit Reader(Bounds bounds = {}) noexcept : bounds_(bounds) {}

  // Takes what it needs off `bytes`.
  Next next(std::string_view& bytes);

  // The block that headers.hpp reads; valid from `head` until the next frame's begin.
  [[nodiscard]] std::string_view headers() const noexcept { return headers_; }
  // The string header of this name, "" when there is none: ":message-type", ":event-type", ...
  [[nodiscard]] std::string_view text(std::string_view name) const noexcept;
  // Valid after `payload`, as long as the bytes that were given.
  [[nodiscard]] std::string_view payload() const noexcept { return payload_; }
  // Of the whole frame, from `head` on.
  [[nodiscard]] std::uint32_t payload_size() const noexcept { return payload_size_; }
  // True before the first frame and after each: a stream may end here. False: it was cut.
  [[nodiscard]] bool between_frames() const noexcept { return at_ == At::prelude && fixed_size_ == 0; }
  [[nodiscard]] Fault fault() const noexcept { return fault_; }

 private:
  enum class At : unsigned char { prelude, headers, payload, checksum, nowhere };

  bool fill(std::string_view& bytes, std::size_t size) noexcept;
  [[nodiscard]] std::string_view fixed(std::size_t from) const noexcept;
  Next read_prelude() noexcept;
  Next read_headers(std::string_view& bytes);
  Next read_checksum() noexcept;
  Next broken(Fault fault) noexcept;

  Bounds bounds_;
  At at_ = At::prelude;
  Fault fault_ = Fault::none;
  std::array<char, prelude_size> fixed_{};  // a prelude or a checksum that came in pieces
  std::size_t fixed_size_ = 0;
  std::string headers_;
  std::string_view payload_;
  std::uint32_t headers_size_ = 0;
  std::uint32_t payload_size_ = 0;
  std::uint32_t payload_left_ = 0;
  std::uint32_t checksum_ = 0;
};

// Appends one frame. False, and nothing appended, when a header cannot be written or the frame would not fit its
// lengths.
[[nodiscard]] bool append_frame(std::string& out, std::span<const Header> headers, std::string_view payload);

}  // namespace weir::event_stream
