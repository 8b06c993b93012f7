// spin_lock.hpp: a lock for sections of some tens of nanoseconds. Spins a little, then yields, so that a holder that
// lost its core gets it back.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace weir::store {

class SpinLock {
 public:
  void lock() noexcept {
    if (held_.exchange(true, std::memory_order_acquire)) [[unlikely]]
      wait();
  }
  void unlock() noexcept { held_.store(false, std::memory_order_release); }

 private:
  static constexpr int spins_before_yield = 64;

  void wait() noexcept {
    int spins = 0;
    do {
      while (held_.load(std::memory_order_relaxed)) {
        if (++spins < spins_before_yield) {
          pause();
        } else {
          std::this_thread::yield();
        }
      }
    } while (held_.exchange(true, std::memory_order_acquire));
  }

  static void pause() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  std::atomic<bool> held_{false};
};

}  // namespace weir::store
