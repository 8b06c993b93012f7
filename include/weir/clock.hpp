// clock.hpp: where a limiter's time comes from. Tests inject their own; the default is `system_time()`.
#pragma once

#include <weir/decision.hpp>

namespace weir {

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() noexcept = 0;  // called from any thread
};

// The wall clock: the calibrated invariant TSC where the machine has one, the kernel's vDSO where it has none.
// Follows a stepped system clock within a second. About 10 ns.
[[nodiscard]] Instant system_time() noexcept;

}  // namespace weir
