#include <algorithm>

#include "event_stream/big_endian.hpp"
#include "event_stream/crc32.hpp"
#include "event_stream/frames.hpp"

namespace weir::event_stream {

std::string_view describe(Fault fault) noexcept {
  switch (fault) {
    case Fault::none:
      return "no fault";
    case Fault::prelude_checksum:
      return "a frame's prelude has a wrong checksum";
    case Fault::lengths:
      return "a frame's lengths contradict each other";
    case Fault::headers_too_long:
      return "a frame's headers are too long";
    case Fault::payload_too_long:
      return "a frame's payload is too long";
    case Fault::headers:
      return "a frame's headers are malformed";
    case Fault::message_checksum:
      return "a frame has a wrong checksum";
  }
  return "";
}

Reader::Next Reader::next(std::string_view& bytes) {
  while (true) {
    switch (at_) {
      case At::prelude:
        if (!fill(bytes, prelude_size)) return Next::starved;
        if (read_prelude() == Next::broken) return Next::broken;
        break;
      case At::headers:
        return read_headers(bytes);
      case At::payload: {
        if (payload_left_ == 0) {
          at_ = At::checksum;
          break;
        }
        if (bytes.empty()) return Next::starved;
        payload_ = bytes.substr(0, payload_left_);
        bytes.remove_prefix(payload_.size());
        payload_left_ -= static_cast<std::uint32_t>(payload_.size());
        checksum_ = crc32(payload_, checksum_);
        return Next::payload;
      }
      case At::checksum:
        return fill(bytes, checksum_size) ? read_checksum() : Next::starved;
      case At::nowhere:
        return Next::broken;
    }
  }
}

std::string_view Reader::text(std::string_view name) const noexcept {
  return find_text(headers_, name).value_or(std::string_view());
}

bool Reader::fill(std::string_view& bytes, std::size_t size) noexcept {
  const std::size_t taken = std::min(bytes.size(), size - fixed_size_);
  std::copy_n(bytes.data(), taken, fixed_.data() + fixed_size_);
  fixed_size_ += taken;
  bytes.remove_prefix(taken);
  return fixed_size_ == size;
}

std::string_view Reader::fixed(std::size_t from) const noexcept { return {fixed_.data() + from, fixed_size_ - from}; }

Reader::Next Reader::read_prelude() noexcept {
  const std::uint32_t lengths = crc32(fixed(0).substr(0, 8));
  if (big_endian<std::uint32_t>(fixed(8)) != lengths) return broken(Fault::prelude_checksum);
  const auto total = big_endian<std::uint32_t>(fixed(0));
  headers_size_ = big_endian<std::uint32_t>(fixed(4));
  const std::uint64_t least = std::uint64_t{headers_size_} + prelude_size + checksum_size;
  if (total < least) return broken(Fault::lengths);
  payload_size_ = payload_left_ = static_cast<std::uint32_t>(total - least);
  if (headers_size_ > bounds_.headers) return broken(Fault::headers_too_long);
  if (payload_size_ > bounds_.payload) return broken(Fault::payload_too_long);
  checksum_ = crc32(fixed(8), lengths);
  fixed_size_ = 0;
  headers_.clear();
  payload_ = {};
  at_ = At::headers;
  return Next::starved;
}

Reader::Next Reader::read_headers(std::string_view& bytes) {
  const std::string_view more = bytes.substr(0, headers_size_ - headers_.size());
  bytes.remove_prefix(more.size());
  headers_ += more;
  if (headers_.size() < headers_size_) return Next::starved;
  if (!are_headers(headers_)) return broken(Fault::headers);
  checksum_ = crc32(headers_, checksum_);
  at_ = At::payload;
  return Next::head;
}

Reader::Next Reader::read_checksum() noexcept {
  if (big_endian<std::uint32_t>(fixed(0)) != checksum_) return broken(Fault::message_checksum);
  fixed_size_ = 0;
  at_ = At::prelude;
  return Next::end;
}

Reader::Next Reader::broken(Fault fault) noexcept {
  fault_ = fault;
  at_ = At::nowhere;
  return Next::broken;
}

}  // namespace weir::event_stream
