// lease.hpp: native_lease.lua, as it is called and as it replies.
#pragma once

#include "store/redis/native/space.hpp"

#include <optional>

namespace weir::store::redis::native {

[[nodiscard]] ScriptCall lease_call(const NativeSpace& space, const LeaseAsk& ask);
[[nodiscard]] std::optional<LeaseAnswer> lease_answer(const NativeSpace& space, const Value& reply);

}  // namespace weir::store::redis::native
