// package_settings.hpp: what has been set for a limit in @upstash/ratelimit's own keys: the dynamic limit, and who is
// denied but for the list of addresses.
#pragma once

#include "store/redis/layout/script.hpp"
#include "store/redis/resp/value.hpp"
#include "store/settings.hpp"

#include <optional>
#include <string_view>

namespace weir::store::redis::upstash {

[[nodiscard]] ScriptCall package_settings_call(std::string_view prefix);
[[nodiscard]] std::optional<SetElsewhere> read_package_settings(const Value& reply);

}  // namespace weir::store::redis::upstash
