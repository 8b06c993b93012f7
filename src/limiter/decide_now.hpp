// decide_now.hpp: drives a Joint whose stores are all memory stores, in the caller's thread.
#pragma once

#include "limiter/joint.hpp"

namespace weir::limiter {

// Asks the question and gives the Joint its answer; the store must be a memory store. Allocates only for an id.
void ask_now(Joint& joint, const Question& question);

// Every limiter of the items must be on a memory store.
[[nodiscard]] AllOutcome decide_now(Joint& joint);

}  // namespace weir::limiter
