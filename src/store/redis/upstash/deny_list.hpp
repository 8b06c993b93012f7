// deny_list.hpp: who is denied whatever the limit: identifier, address, user agent or country, compared whole, on the
// set that @upstash/ratelimit keeps. A decision asks for its key within its own script; this asks for more members.
#pragma once

#include "store/redis/layout/script.hpp"
#include "store/redis/resp/value.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis::upstash {

struct DenyAnswer {
  std::vector<bool> denied;     // one a member
  bool ip_list_is_due = false;  // nobody else fetches it: the next 30 s are the caller's
};

inline constexpr std::size_t most_deny_members = 1000;  // of one call

// Members must be at most most_deny_members; none asks for the list of addresses alone.
[[nodiscard]] ScriptCall deny_call(std::string_view prefix, std::span<const std::string_view> members);
[[nodiscard]] std::optional<DenyAnswer> read_denied(const Value& reply, std::size_t members);

}  // namespace weir::store::redis::upstash
