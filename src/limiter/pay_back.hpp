// pay_back.hpp: to charge a store what was granted without it when no decision comes that would do it: as a process
// ends, which is the last chance, or before it stands still.
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

// The same for as long as the store takes it: one that is away is tried once, as it can be tried another time.
void pay_if_taken(const weir::Store::Impl& handle, std::chrono::steady_clock::time_point until);

}  // namespace weir::limiter
