#include "limiter/tsc_clock.hpp"

#include <weir/clock.hpp>

namespace weir {

Instant system_time() noexcept { return limiter::now(); }

}  // namespace weir
