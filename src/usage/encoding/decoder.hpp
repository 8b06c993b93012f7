// decoder.hpp: takes a Content-Encoding off a body, beside the stream: the client gets the bytes as they came.
//
//     while (const std::size_t size = decoder->decode(bytes, room)) { ... room.first(size) ... }
//
// What it holds is bounded: a window of at most 8 MiB, and little more. Nothing throws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace weir::usage {

enum class Encoding : std::uint8_t { identity, gzip, deflate, br, zstd, unknown };

// Of a Content-Encoding header, "" when there is none. Several one after the other are unknown.
[[nodiscard]] Encoding encoding_of(std::string_view header) noexcept;

// Why a body, or its rest, could not be read. Its bytes passed all the same.
enum class Unread : std::uint8_t {
  no,
  unknown_encoding,
  corrupt,
  window_too_large,  // more than max_window, or no memory for it
  too_much,          // it grows beyond all reason
};

[[nodiscard]] std::string_view describe(Unread why) noexcept;

inline constexpr std::size_t max_window = std::size_t{8} << 20;  // bytes

class Decoder {
 public:
  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  virtual ~Decoder() = default;

  // Takes what it needs off `bytes` and writes into `room`, which must not be empty; returns how much. 0: all is taken,
  // or unread() says why not.
  virtual std::size_t decode(std::string_view& bytes, std::span<char> room) noexcept = 0;
  // The body could end here.
  [[nodiscard]] virtual bool whole() const noexcept = 0;
  [[nodiscard]] Unread unread() const noexcept { return unread_; }

 protected:
  std::size_t fail(Unread why) noexcept {
    unread_ = why;
    return 0;
  }

 private:
  Unread unread_ = Unread::no;
};

// Nothing for identity and unknown, or when there is no memory.
[[nodiscard]] std::unique_ptr<Decoder> make_decoder(Encoding encoding) noexcept;
[[nodiscard]] std::unique_ptr<Decoder> make_deflate_decoder(bool gzip) noexcept;
[[nodiscard]] std::unique_ptr<Decoder> make_brotli_decoder() noexcept;
[[nodiscard]] std::unique_ptr<Decoder> make_zstd_decoder() noexcept;

}  // namespace weir::usage
