// scripts.hpp: the scripts of layout upstash, each put together from scripts/upstash_*.lua.
#pragma once

#include "store/redis/layout/script.hpp"
#include "store/redis/upstash/terms.hpp"

namespace weir::store::redis::upstash {

[[nodiscard]] const Script& each_script(Kind kind);
[[nodiscard]] const Script& joint_script();
[[nodiscard]] const Script& region_each_script();  // the same over several regions
[[nodiscard]] const Script& region_joint_script();
[[nodiscard]] const Script& region_amend_script();
[[nodiscard]] const Script& undo_script();
[[nodiscard]] const Script& reset_all_script();        // one step of a scan
[[nodiscard]] const Script& reset_script();            // KEYS are deleted
[[nodiscard]] const Script& no_reservations_script();  // answers an error

}  // namespace weir::store::redis::upstash
