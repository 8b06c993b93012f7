#include <limits>

#include "event_stream/big_endian.hpp"
#include "event_stream/crc32.hpp"
#include "event_stream/frames.hpp"

namespace weir::event_stream {

bool append_frame(std::string& out, std::span<const Header> headers, std::string_view payload) {
  constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
  const std::size_t begin = out.size();
  out.append(prelude_size, '\0');
  bool fine = true;
  for (const Header& header : headers) fine = fine && append_header(out, header);
  const std::size_t headers_size = out.size() - begin - prelude_size;
  const std::size_t total = prelude_size + headers_size + payload.size() + checksum_size;
  if (!fine || total > most) {
    out.resize(begin);
    return false;
  }
  std::string prelude;
  append_big_endian(prelude, static_cast<std::uint32_t>(total));
  append_big_endian(prelude, static_cast<std::uint32_t>(headers_size));
  append_big_endian(prelude, crc32(prelude));
  out.replace(begin, prelude_size, prelude);
  out += payload;
  append_big_endian(out, crc32(std::string_view(out).substr(begin)));
  return true;
}

}  // namespace weir::event_stream
