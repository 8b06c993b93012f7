// wide.hpp: 128-bit integers, and the way back to 64 bits: results saturate, they never wrap.
#pragma once

#include "limits/verdict.hpp"

#include <cstdint>
#include <limits>

namespace weir::limits {

__extension__ typedef __int128 Wide;                   // NOLINT(modernize-use-using): __extension__ wants a typedef
__extension__ typedef unsigned __int128 UnsignedWide;  // NOLINT(modernize-use-using)

[[nodiscard]] constexpr std::int64_t saturated(Wide value) {
  constexpr Wide low = std::numeric_limits<std::int64_t>::min();
  constexpr Wide high = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(value < low ? low : value > high ? high : value);
}

[[nodiscard]] constexpr Wide nanos_since_epoch(Instant at) { return at.time_since_epoch().count(); }

[[nodiscard]] constexpr Instant instant_at(Wide nanos) { return Instant{Nanos{saturated(nanos)}}; }

// How long from `now` to `at`: `never` when that moment lies beyond what an Instant can say.
[[nodiscard]] constexpr Nanos wait_until(Wide at, Instant now) {
  if (at > nanos_since_epoch(Instant::max())) return never;
  return Nanos{saturated(at - nanos_since_epoch(now))};
}

// Both for value >= 0 and divisor > 0.
[[nodiscard]] constexpr Wide divided_up(Wide value, Wide divisor) {
  return value / divisor + (value % divisor != 0 ? 1 : 0);
}

}  // namespace weir::limits
