// layout.hpp: the keys, types, increments and TTLs of @upstash/ratelimit 2.2.0, behind Layout. Counters alone:
// reservations are answered with an error. On a Cluster what is held can be given back, so that a call over several
// slots can be undone where one of them refuses.
#pragma once

#include "store/redis/layout/layout.hpp"
#include "store/redis/upstash/options.hpp"

#include <memory>

namespace weir::store::redis {

[[nodiscard]] std::unique_ptr<Layout> upstash_layout(UpstashOptions options);

}  // namespace weir::store::redis
