// clock.hpp: where a limiter's time comes from. Tests inject their own; the default is `system_time()`.
#pragma once

#include <weir/decision.hpp>
#include <weir/export.hpp>

namespace weir {

class WEIR_API Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() noexcept = 0;  // called from any thread

  // Blocks the calling thread until now() >= time. By default it really sleeps; a test's clock may jump instead.
  virtual void sleep_until(Instant time);
};

// The wall clock: the calibrated invariant TSC where the machine has one, the kernel's vDSO where it has none.
// Follows a stepped system clock within a second. About 10 ns.
[[nodiscard]] WEIR_API Instant system_time() noexcept;

// The same as a Clock.
[[nodiscard]] WEIR_API Clock& system_clock() noexcept;

}  // namespace weir
