// instant.hpp: time as it comes in.
#pragma once

#include <chrono>

namespace weir::lambda {

using Instant = std::chrono::nanoseconds;  // of a monotonic clock, since any moment

}  // namespace weir::lambda
