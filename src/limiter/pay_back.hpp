// pay_back.hpp: the last chance to charge a store what was granted without it, when a process ends.
#pragma once

#include "limiter/store_handle.hpp"

#include <chrono>
#include <cstddef>

namespace weir::limiter {

struct StillOwed {
  std::size_t keys = 0;         // that were granted units which the store was not charged
  std::size_t settlements = 0;  // of reservations, that it was not told
};

// Sends all that is owed and waits for the answers, not longer than `longest`: a store that is away is tried again
// until then. At once when nothing is owed. Not in the thread that brings the store's answers. A call whose answer did
// not come may have been charged, and counts as owed.
[[nodiscard]] StillOwed pay_back(const weir::Store::Impl& handle, std::chrono::nanoseconds longest);

}  // namespace weir::limiter
