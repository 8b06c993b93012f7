// crc32.hpp: the cyclic redundancy check of Ethernet, zlib and AWS event streams (polynomial 0x04C11DB7, reflected).
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::event_stream {

// The check of some bytes followed by `more`, given the check of those bytes (0 for none). Eight bytes a step.
[[nodiscard]] std::uint32_t crc32(std::string_view more, std::uint32_t before = 0) noexcept;

}  // namespace weir::event_stream
