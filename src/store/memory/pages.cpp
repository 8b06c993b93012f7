#include "store/memory/pages.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace weir::store {
namespace {

constexpr std::size_t line = 128;  // two cache lines: what one prefetch brings

// A private mapping that starts on a huge page's edge, so that the kernel can back it with huge pages.
void* map(std::size_t bytes) noexcept {
  const std::size_t wanted = bytes + Pages::huge;
  void* raw = ::mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (raw == MAP_FAILED) return nullptr;
  const auto begin = reinterpret_cast<std::uintptr_t>(raw);
  const std::uintptr_t aligned = (begin + Pages::huge - 1) / Pages::huge * Pages::huge;
  const std::size_t page = 4096;
  const std::size_t kept = (bytes + page - 1) / page * page;
  if (aligned > begin) ::munmap(raw, aligned - begin);
  const std::uintptr_t tail = aligned + kept;
  if (begin + wanted > tail) ::munmap(reinterpret_cast<void*>(tail), begin + wanted - tail);
  void* data = reinterpret_cast<void*>(aligned);
  ::madvise(data, kept, MADV_HUGEPAGE);  // advice: refused where the kernel has no huge pages
  return data;
}

}  // namespace

Pages::Pages(std::size_t bytes) noexcept : bytes_(bytes) {
  if (bytes >= huge) {
    data_ = map(bytes);
  } else {
    data_ = std::aligned_alloc(line, (bytes + line - 1) / line * line);
    if (data_ != nullptr) std::memset(data_, 0, bytes);
  }
  if (data_ == nullptr) bytes_ = 0;
}

Pages::~Pages() {
  if (bytes_ >= huge) {
    ::munmap(data_, bytes_);
  } else {
    std::free(data_);
  }
}

}  // namespace weir::store
