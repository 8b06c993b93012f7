// carry.hpp: what was set at run time on a limiter, handed on to the one that takes its place.
//
// Counters need no carrying: limiters of one store share them while prefix, algorithm, period and anchor are the same.
// Open the new limiter before the old one is dropped.
#pragma once

#include <weir/limiter.hpp>

#include <string>
#include <vector>

namespace weir::limiter {

// Rates, for all and for single keys, and deny entries with the rest of their time. A rate keeps its count and period
// and is counted by the algorithm of `to`. Returns a sentence for each kind of thing that does not fit `to` and is
// dropped; no sentence holds a key. Nothing to do where the store keeps what is set.
[[nodiscard]] std::vector<std::string> carry_settings(const Limiter& from, Limiter& to);

}  // namespace weir::limiter
