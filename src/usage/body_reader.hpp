// body_reader.hpp: a Reader of a body as it is on the wire, encoded or not.
//
// Of a body that cannot be decoded (any more) nothing is read (any more); why, and how many bytes passed, is told, so
// that its tokens can be estimated. Within one call at most 256 times the bytes given are decoded, and a MiB once.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "usage/encoding/decoder.hpp"
#include "usage/observation.hpp"
#include "usage/protocol.hpp"
#include "usage/reader.hpp"

namespace weir::usage {

class BodyReader {
 public:
  // `content_type` and `content_encoding` as the answer's head has them, "" when it has none.
  BodyReader(Protocol protocol, std::string_view content_type, std::string_view content_encoding) noexcept;

  void read(std::string_view bytes) noexcept;
  // The body is over, by whatever it ended.
  void end() noexcept;

  [[nodiscard]] Observation observe() const noexcept;
  [[nodiscard]] bool content_seen() const noexcept { return reader_.content_seen(); }
  [[nodiscard]] Unread unread() const noexcept { return unread_; }
  [[nodiscard]] std::uint64_t passed() const noexcept { return passed_; }  // bytes on the wire
  // Of them, those that could not be read: about as many as followed what unread() tells of.
  [[nodiscard]] std::uint64_t passed_unread() const noexcept { return passed_unread_; }

  void text_comes_once() noexcept { reader_.text_comes_once(); }

 private:
  void read_decoded(std::string_view bytes) noexcept;

  Reader reader_;
  std::unique_ptr<Decoder> decoder_;
  Unread unread_ = Unread::no;
  bool truncated_ = false;
  std::uint64_t passed_ = 0;
  std::uint64_t passed_unread_ = 0;
  std::uint64_t decoded_ = 0;
};

}  // namespace weir::usage
