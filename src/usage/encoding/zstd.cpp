// zstd.cpp: zstd (RFC 8878), frames one after the other. RFC 9659 bounds its window over HTTP to 8 MiB, and so do we.
#include <zstd.h>
#include <zstd_errors.h>

#include <bit>
#include <new>

#include "usage/encoding/decoder.hpp"

namespace weir::usage {
namespace {

class ZstdDecoder final : public Decoder {
 public:
  ZstdDecoder() noexcept : stream_(ZSTD_createDStream()) {
    if (stream_ == nullptr ||
        ZSTD_isError(ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax,
                                            static_cast<int>(std::countr_zero(max_window)))) != 0U) {
      fail(Unread::window_too_large);
    }
  }
  ~ZstdDecoder() override { ZSTD_freeDStream(stream_); }

  std::size_t decode(std::string_view& bytes, std::span<char> room) noexcept override {
    if (unread() != Unread::no) return 0;
    while (!bytes.empty() || full_) {
      ZSTD_inBuffer from{bytes.data(), bytes.size(), 0};
      ZSTD_outBuffer to{room.data(), room.size(), 0};
      const std::size_t result = ZSTD_decompressStream(stream_, &to, &from);
      bytes.remove_prefix(from.pos);
      full_ = to.pos == to.size;
      if (ZSTD_isError(result) != 0U) {
        const ZSTD_ErrorCode code = ZSTD_getErrorCode(result);
        fail(code == ZSTD_error_frameParameter_windowTooLarge || code == ZSTD_error_memory_allocation
                 ? Unread::window_too_large
                 : Unread::corrupt);
        return to.pos;
      }
      if (from.pos > 0 || to.pos > 0) whole_ = result == 0;
      if (to.pos > 0) return to.pos;
      if (from.pos == 0) return 0;
    }
    return 0;
  }
  [[nodiscard]] bool whole() const noexcept override { return whole_; }

 private:
  ZSTD_DStream* stream_;
  bool whole_ = false;
  bool full_ = false;  // the last room was filled: there may be more without further bytes
};

}  // namespace

std::unique_ptr<Decoder> make_zstd_decoder() noexcept {
  return std::unique_ptr<Decoder>(new (std::nothrow) ZstdDecoder);
}

}  // namespace weir::usage
