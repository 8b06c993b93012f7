// regions.hpp: a limit that several regions keep, each on a Redis of its own, as @upstash/ratelimit does it: a window
// is a set of request ids with their rates, so that regions can be brought together by giving each the ids it lacks.
//
// What differs from the package: ids keep the rates they came with; a region that is down holds up nobody else; a call
// that the first answer refused counts nothing where it was admitted.
#pragma once

#include "store/redis/layout/script.hpp"
#include "store/redis/upstash/space.hpp"
#include "store/store.hpp"

#include <span>
#include <vector>

namespace weir::store::redis::upstash {

// A call for each key and window; of windows that nobody looks at any more none.
[[nodiscard]] std::vector<ScriptCall> amend_calls(const UpstashSpace& space, std::span<const Amendment> amendments,
                                                  Instant now);

}  // namespace weir::store::redis::upstash
