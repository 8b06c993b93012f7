// tsc_clock.hpp: the wall clock, read from the time stamp counter.
//
// A line through two readings of (counter, system clock) tells the time between; it is drawn anew, by whichever thread
// comes by, every half second of the counter, so that it follows a slewed or stepped system clock. The line is guarded
// by a sequence number: readers never wait, they read again when it changed under them. Used only where the kernel
// itself trusts the counter (its clock source is `tsc`: invariant and equal on all cores); elsewhere the vDSO is asked.
#pragma once

#include <weir/decision.hpp>

#include <atomic>
#include <cstdint>

namespace weir::limiter {

class TscClock {
 public:
  [[nodiscard]] Instant now() noexcept {
#if defined(__x86_64__)
    const std::uint32_t before = sequence_.load(std::memory_order_acquire);
    const std::uint64_t origin = origin_.load(std::memory_order_relaxed);
    const std::uint64_t scale = scale_.load(std::memory_order_relaxed);
    const std::int64_t base = base_.load(std::memory_order_relaxed);
    const std::uint64_t valid = valid_.load(std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    const std::uint64_t passed = __builtin_ia32_rdtsc() - origin;
    // One comparison for all that is rare: never calibrated (valid 0), line too old, counter behind the line's origin.
    if (passed < valid && (before & 1) == 0 && sequence_.load(std::memory_order_relaxed) == before) [[likely]] {
      __extension__ using Wide = unsigned __int128;
      return Instant(
          std::chrono::nanoseconds(base + static_cast<std::int64_t>((static_cast<Wide>(passed) * scale) >> 32)));
    }
#endif
    return redraw();
  }

  // True when the counter is used.
  [[nodiscard]] bool calibrated() const noexcept { return valid_.load(std::memory_order_relaxed) != 0; }

 private:
  Instant redraw() noexcept;

  std::atomic<std::uint32_t> sequence_{0};  // odd while the line is being changed
  std::atomic<std::uint64_t> origin_{0};    // counter at the line's start
  std::atomic<std::uint64_t> scale_{0};     // nanoseconds a count, times 2^32
  std::atomic<std::int64_t> base_{0};       // Unix nanoseconds at the line's start
  std::atomic<std::uint64_t> valid_{0};     // counts for which the line may be used; 0: not yet, or never
};

// The process's own.
extern constinit TscClock process_clock;
[[nodiscard]] inline Instant now() noexcept { return process_clock.now(); }

}  // namespace weir::limiter
