// single_call.hpp: a call of one check, without an id, as it waits: what may be merged with others.
#pragma once

#include "store/redis/client/client.hpp"
#include "store/redis/layout/layout.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <functional>
#include <string_view>

namespace weir::store::redis {

using OnAnswer = std::move_only_function<void(Answer)>;
using OnSettled = std::move_only_function<void(Settled)>;

struct SingleCall {
  const RedisSpace* space;
  Key key;
  std::int64_t cost;
  Instant now;  // the caller's
  Deadline deadline;
  OnAnswer done;
  std::string_view request{};  // its name, if it has one
};

}  // namespace weir::store::redis
