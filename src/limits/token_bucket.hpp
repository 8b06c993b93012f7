// token_bucket.hpp: a bucket of `burst` tokens that refills continuously, `count` tokens a period.
//
// It is the same automaton as GCRA, seen from the other side: a bucket that lacks k tokens is full again after
// k * interval, and that moment is GCRA's theoretical arrival time, so tokens = burst - (tat - now) / interval. Taking
// c tokens needs tokens >= c exactly when GCRA needs tat - now + c * interval <= burst * interval, and either way the
// full bucket moves c * interval away. One state, one proof, one piece of code.
#pragma once

#include "limits/gcra.hpp"

namespace weir::limits {

using TokenBucket = Gcra;

}  // namespace weir::limits
