#include "encoders.hpp"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdlib>

namespace weir::usage {

std::string deflated(std::string_view text, Head head) {
  z_stream stream{};
  const int bits = head == Head::gzip ? 16 + MAX_WBITS : head == Head::zlib ? MAX_WBITS : -MAX_WBITS;
  if (deflateInit2(&stream, 6, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  std::string given(text);
  stream.next_in = reinterpret_cast<Bytef*>(given.data());
  stream.avail_in = static_cast<uInt>(given.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string brotli(std::string_view text, int window) {
  std::size_t size = BrotliEncoderMaxCompressedSize(text.size()) + 64;
  std::string out(size, '\0');
  if (BrotliEncoderCompress(2, window, BROTLI_MODE_GENERIC, text.size(),
                            reinterpret_cast<const std::uint8_t*>(text.data()), &size,
                            reinterpret_cast<std::uint8_t*>(out.data())) == BROTLI_FALSE) {
    std::abort();
  }
  out.resize(size);
  return out;
}

std::string zstandard(std::string_view text, int window) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window);
  std::string out(ZSTD_compressBound(text.size()), '\0');
  ZSTD_inBuffer from{text.data(), text.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  // Without the size of it all in the head, as of a stream: the window stands there.
  if (ZSTD_compressStream2(context, &to, &from, ZSTD_e_continue) != 0 && from.pos != from.size) std::abort();
  if (ZSTD_compressStream2(context, &to, &from, ZSTD_e_end) != 0) std::abort();
  out.resize(to.pos);
  ZSTD_freeCCtx(context);
  return out;
}

}  // namespace weir::usage
