// what_is_left.hpp: what a call over several limits says of its keys when it has charged nothing.
#pragma once

#include "store/redis/upstash/reply.hpp"
#include "store/store.hpp"

#include <span>

namespace weir::store::redis::upstash {

// A call that was refused or only looked has charged nothing: what each of its keys says is what the first check of it
// found. One of `found` and `verdicts` a check.
void say_what_is_left(const Call& call, Instant now, std::span<const Found> found, std::span<Verdict> verdicts);

}  // namespace weir::store::redis::upstash
