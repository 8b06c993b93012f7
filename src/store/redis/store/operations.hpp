// operations.hpp: what is one script call on one server: each asks through the core, and answers once.
#pragma once

#include "store/redis/store/inbox.hpp"
#include "store/redis/store/owned_call.hpp"
#include "store/redis/store/single_call.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace weir::store::redis {

[[nodiscard]] Operation joint_operation(OwnedCall call, Deadline deadline, OnAnswer done);
[[nodiscard]] Operation settle_operation(std::string id, std::vector<std::int64_t> amounts, Deadline deadline,
                                         OnSettled done);
[[nodiscard]] Operation renew_operation(std::string id, Nanos lease, Deadline deadline, OnSettled done);
[[nodiscard]] Operation reset_operation(ScriptCall script, Deadline deadline, OnSettled done);
// Where the layout has no generations: through all keys, step after step. The space lives until `done`.
[[nodiscard]] Operation reset_all_operation(const RedisSpace& space, OnSettled done);

// `done` gets `decided`; or, when some of it is not, `down` or `full` if nothing was charged and `timeout` if something
// may have been.
[[nodiscard]] Operation charge_operation(const RedisSpace& space, std::vector<Charge> charges, Instant now,
                                         Deadline deadline, std::move_only_function<void(Status)> done);

// The same of amendments.
[[nodiscard]] Operation amend_operation(std::vector<ScriptCall> calls, Deadline deadline,
                                        std::move_only_function<void(Status)> done);

}  // namespace weir::store::redis
