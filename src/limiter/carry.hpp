// carry.hpp: what was set at run time on a limiter, handed on to the one that takes its place.
//
// Counters need no carrying: limiters of one store share them while prefix, algorithm, period and anchor are the same.
// Open the new limiter before the old one is dropped.
#pragma once

#include "store/settings.hpp"

#include <weir/limiter.hpp>

#include <string>
#include <vector>

namespace weir::limiter {

// Rates, for all and for single keys, and deny entries with the rest of their time. A rate keeps its count and period
// and is counted by the algorithm of `to`. Returns a sentence for each kind of thing that does not fit `to` and is
// dropped; no sentence holds a key.
//
// Where the store of `to` keeps what is set, and is another one than that of `from`, it is offered it, as `how` says.
[[nodiscard]] std::vector<std::string> carry_settings(const Limiter& from, Limiter& to,
                                                      store::Offer how = store::Offer::written);

}  // namespace weir::limiter
