// allocations.hpp: counts every operator new of a test program, and the bytes that it holds. Include it in one of the
// program's files.
#pragma once

#include <malloc.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

thread_local std::size_t allocations = 0;
thread_local std::size_t bytes_held = 0;  // with what malloc rounds up to; modulo 2^64, for others may free them

void* counted(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) {
    bytes_held += malloc_usable_size(memory);
    return memory;
  }
  throw std::bad_alloc();
}

void* counted(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const auto step = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(step, (size + step - 1) / step * step)) {
    bytes_held += malloc_usable_size(memory);
    return memory;
  }
  throw std::bad_alloc();
}

void given_back(void* memory) {
  bytes_held -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

// Not inlined: GCC 12 would take free() here for a mistake at each place that deletes.
[[gnu::noinline]] void* operator new(std::size_t size) { return counted(size); }
[[gnu::noinline]] void* operator new[](std::size_t size) { return counted(size); }
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) { return counted(size, alignment); }
[[gnu::noinline]] void* operator new[](std::size_t size, std::align_val_t alignment) {
  return counted(size, alignment);
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  void* memory = std::malloc(size == 0 ? 1 : size);
  bytes_held += malloc_usable_size(memory);
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { given_back(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { given_back(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { given_back(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { given_back(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { given_back(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::align_val_t) noexcept { given_back(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { given_back(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { given_back(memory); }

namespace weir {

template <class Work>
std::size_t allocations_of(Work work) {
  const std::size_t before = allocations;
  work();
  return allocations - before;
}

// How many more bytes are held when it is done.
template <class Work>
std::size_t bytes_kept_by(Work work) {
  const std::size_t before = bytes_held;
  work();
  return bytes_held - before;
}

}  // namespace weir
