// headers.hpp: the headers of one frame, read in place.
//
// A header is a name (1 to 255 bytes, its length before it), a type and a value; numbers are big-endian. Source:
// "Event stream encoding" in the Amazon Transcribe and Amazon S3 developer guides.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace weir::event_stream {

struct Bytes {
  std::string_view value;
  bool operator==(const Bytes&) const = default;
};

struct Timestamp {
  std::int64_t unix_ms = 0;
  bool operator==(const Timestamp&) const = default;
};

using Uuid = std::array<unsigned char, 16>;

// In this order the types are 0 and 1, then 2 to 9.
using Value =
    std::variant<bool, std::int8_t, std::int16_t, std::int32_t, std::int64_t, Bytes, std::string_view, Timestamp, Uuid>;

struct Header {
  std::string_view name;
  Value value;
  bool operator==(const Header&) const = default;
};

inline constexpr std::size_t max_value = 0xFFFF;  // bytes of a string or byte array

// Takes the first header off `block`; views point into it. Nothing when the block is empty or its start is no header.
[[nodiscard]] std::optional<Header> take_header(std::string_view& block) noexcept;

// Are these headers from end to end?
[[nodiscard]] bool are_headers(std::string_view block) noexcept;

// The first string of this name; nothing when there is none, or it is of another type.
[[nodiscard]] std::optional<std::string_view> find_text(std::string_view block, std::string_view name) noexcept;

// False, and nothing appended, when the name is empty or name or value are too long.
[[nodiscard]] bool append_header(std::string& out, const Header& header);

}  // namespace weir::event_stream
