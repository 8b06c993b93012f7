// brotli.cpp: br (RFC 7932). Its window may be 16 MiB, and its library takes memory as it needs it: it gets no more
// than max_window and what its tables need.
#include <brotli/decode.h>

#include <cstdlib>
#include <new>

#include "usage/encoding/decoder.hpp"

namespace weir::usage {
namespace {

constexpr std::size_t max_memory = max_window + max_window / 2 + (std::size_t{1} << 20);

class BrotliDecoder final : public Decoder {
 public:
  BrotliDecoder() noexcept : state_(BrotliDecoderCreateInstance(allocate, release, this)) {
    if (state_ == nullptr) fail(Unread::window_too_large);
  }
  ~BrotliDecoder() override { BrotliDecoderDestroyInstance(state_); }

  std::size_t decode(std::string_view& bytes, std::span<char> room) noexcept override {
    if (unread() != Unread::no || ended_) {
      bytes = {};
      return 0;
    }
    std::size_t given = bytes.size();
    const auto* from = reinterpret_cast<const std::uint8_t*>(bytes.data());
    std::size_t left = room.size();
    auto* to = reinterpret_cast<std::uint8_t*>(room.data());
    const BrotliDecoderResult result = BrotliDecoderDecompressStream(state_, &given, &from, &left, &to, nullptr);
    bytes.remove_prefix(bytes.size() - given);
    ended_ = result == BROTLI_DECODER_RESULT_SUCCESS;
    if (result == BROTLI_DECODER_RESULT_ERROR) {
      const BrotliDecoderErrorCode code = BrotliDecoderGetErrorCode(state_);
      fail(code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES && code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES
               ? Unread::window_too_large
               : Unread::corrupt);
    }
    return room.size() - left;
  }
  [[nodiscard]] bool whole() const noexcept override { return ended_; }

 private:
  struct alignas(std::max_align_t) Block {
    std::size_t size;
  };

  static void* allocate(void* opaque, std::size_t size) noexcept {
    auto& self = *static_cast<BrotliDecoder*>(opaque);
    if (size > max_memory - self.used_) return nullptr;
    auto* block = static_cast<Block*>(std::malloc(sizeof(Block) + size));
    if (block == nullptr) return nullptr;
    block->size = size;
    self.used_ += size;
    return block + 1;
  }
  static void release(void* opaque, void* address) noexcept {
    if (address == nullptr) return;
    Block* const block = static_cast<Block*>(address) - 1;
    static_cast<BrotliDecoder*>(opaque)->used_ -= block->size;
    std::free(block);
  }

  std::size_t used_ = 0;
  bool ended_ = false;
  BrotliDecoderState* state_;
};

}  // namespace

std::unique_ptr<Decoder> make_brotli_decoder() noexcept {
  return std::unique_ptr<Decoder>(new (std::nothrow) BrotliDecoder);
}

}  // namespace weir::usage
