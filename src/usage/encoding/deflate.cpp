// deflate.cpp: gzip (RFC 1952, members one after the other) and deflate, which servers send with zlib's head (RFC 1950)
// as they should, or bare (RFC 1951). A window of 32 KiB.
#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

#include "usage/encoding/decoder.hpp"

namespace weir::usage {
namespace {

constexpr int gzip_head = 16 + MAX_WBITS;
constexpr int zlib_head = MAX_WBITS;
constexpr int no_head = -MAX_WBITS;

class DeflateDecoder final : public Decoder {
 public:
  explicit DeflateDecoder(bool gzip) noexcept : gzip_(gzip) {}
  ~DeflateDecoder() override {
    if (open_) inflateEnd(&stream_);
  }

  std::size_t decode(std::string_view& bytes, std::span<char> room) noexcept override {
    if (unread() != Unread::no) return 0;
    while (!bytes.empty() || full_) {
      if (ended_) {
        // What follows the end is another member, or padding that nobody reads.
        if (!gzip_ || bytes.empty() || bytes.front() != '\x1F') {
          bytes = {};
          return 0;
        }
        inflateReset(&stream_);
        ended_ = false;
      }
      if (!open_ && !open(bytes.front())) return fail(Unread::window_too_large);
      const auto given = static_cast<uInt>(std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max()));
      const auto size = static_cast<uInt>(std::min<std::size_t>(room.size(), std::numeric_limits<uInt>::max()));
      stream_.next_in = reinterpret_cast<const Bytef*>(bytes.data());
      stream_.avail_in = given;
      stream_.next_out = reinterpret_cast<Bytef*>(room.data());
      stream_.avail_out = size;
      const int result = inflate(&stream_, Z_SYNC_FLUSH);
      bytes.remove_prefix(given - stream_.avail_in);
      full_ = stream_.avail_out == 0;
      ended_ = result == Z_STREAM_END;
      const std::size_t written = size - stream_.avail_out;
      if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
        fail(result == Z_MEM_ERROR ? Unread::window_too_large : Unread::corrupt);
        return written;
      }
      if (written > 0) return written;
      if (result == Z_BUF_ERROR) return 0;
    }
    return 0;
  }
  [[nodiscard]] bool whole() const noexcept override { return ended_; }

 private:
  // zlib's head begins with method 8; a bare block that does so is of a kind that no encoder writes first (stored, not
  // the last, with bits where zeros should be).
  bool open(char first) noexcept {
    const int head = gzip_                                                       ? gzip_head
                     : (static_cast<unsigned char>(first) & 0x0FU) == Z_DEFLATED ? zlib_head
                                                                                 : no_head;
    open_ = inflateInit2(&stream_, head) == Z_OK;
    return open_;
  }

  z_stream stream_{};
  bool gzip_;
  bool open_ = false;
  bool ended_ = false;
  bool full_ = false;  // the last room was filled: there may be more without further bytes
};

}  // namespace

std::unique_ptr<Decoder> make_deflate_decoder(bool gzip) noexcept {
  return std::unique_ptr<Decoder>(new (std::nothrow) DeflateDecoder(gzip));
}

}  // namespace weir::usage
