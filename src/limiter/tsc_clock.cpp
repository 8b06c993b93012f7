#include "limiter/tsc_clock.hpp"

#include <algorithm>
#include <cstring>
#include <ctime>

#include <fcntl.h>
#include <unistd.h>

namespace weir::limiter {

constinit TscClock process_clock;

namespace {

std::int64_t read_clock(clockid_t clock) noexcept {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

#if defined(__x86_64__)

bool kernel_trusts_tsc() noexcept {
  const int file = ::open("/sys/devices/system/clocksource/clocksource0/current_clocksource", O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  char name[16] = {};
  const ssize_t length = ::read(file, name, sizeof name - 1);
  ::close(file);
  return length >= 3 && std::strncmp(name, "tsc", 3) == 0;
}

struct Reading {
  std::uint64_t counter;
  std::int64_t wall;       // Unix nanoseconds
  std::int64_t monotonic;  // for the counter's frequency: it is slewed, never stepped
};

// Of a few tries, the one in which the counter moved least while the clocks were read: the least disturbed.
Reading read_together() noexcept {
  Reading best{};
  std::uint64_t least = UINT64_MAX;
  for (int attempt = 0; attempt < 3; ++attempt) {
    const std::uint64_t before = __builtin_ia32_rdtsc();
    const std::int64_t wall = read_clock(CLOCK_REALTIME);
    const std::int64_t monotonic = read_clock(CLOCK_MONOTONIC);
    const std::uint64_t spent = __builtin_ia32_rdtsc() - before;
    if (spent < least) {
      least = spent;
      best = {.counter = before + spent / 2, .wall = wall, .monotonic = monotonic};
    }
  }
  return best;
}

// What the frequency is measured from: the first reading, taken anew when the counter went backwards (a moved machine).
std::atomic<bool> busy{false};  // one thread at a time draws
Reading first{};
int trusted = -1;  // -1: not asked yet

constexpr std::int64_t measured_for =
    2'000'000;  // ns between two readings before they tell the frequency: errs below 100 ppm
constexpr std::int64_t redrawn_after = 500'000'000;  // ns

#endif

}  // namespace

Instant TscClock::redraw() noexcept {
#if defined(__x86_64__)
  if (!busy.exchange(true, std::memory_order_acquire)) {
    if (trusted < 0) trusted = kernel_trusts_tsc() ? 1 : 0;
    if (trusted == 1) {
      const Reading last = read_together();
      const bool restart = first.counter == 0 || last.counter <= first.counter || last.monotonic <= first.monotonic;
      if (restart) {
        first = last;
      } else if (last.monotonic - first.monotonic >= measured_for) {
        const double per_count =
            static_cast<double>(last.monotonic - first.monotonic) / static_cast<double>(last.counter - first.counter);
        // A young measurement is trusted for as long again as it took, an old one for half a second.
        const std::int64_t valid_ns = std::min(redrawn_after, last.monotonic - first.monotonic);
        const std::uint32_t sequence = sequence_.load(std::memory_order_relaxed);
        sequence_.store(sequence + 1, std::memory_order_relaxed);
        std::atomic_signal_fence(std::memory_order_seq_cst);  // x86 keeps stores in order; only the compiler must too
        origin_.store(last.counter, std::memory_order_relaxed);
        scale_.store(static_cast<std::uint64_t>(per_count * 4294967296.0), std::memory_order_relaxed);
        base_.store(last.wall, std::memory_order_relaxed);
        valid_.store(static_cast<std::uint64_t>(static_cast<double>(valid_ns) / per_count), std::memory_order_relaxed);
        sequence_.store(sequence + 2, std::memory_order_release);
      }
    }
    busy.store(false, std::memory_order_release);
  }
#endif
  return Instant(std::chrono::nanoseconds(read_clock(CLOCK_REALTIME)));
}

}  // namespace weir::limiter
