// deny_list.hpp: who is denied whatever the limit: identifier, address, user agent or country, compared whole, on the
// set that @upstash/ratelimit keeps. A decision asks for its key within its own script; this asks for more members.
#pragma once

#include "limits/verdict.hpp"
#include "store/redis/layout/script.hpp"
#include "store/redis/resp/value.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
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

// Members that were found denied, for a minute, so that they cost no further question. One for each limiter: the
// package has one for all, so that who is denied by one limiter is denied by others.
class DenyCache {
 public:
  static constexpr std::chrono::seconds stands{60};
  static constexpr std::size_t most_entries = 1000;

  void remember(std::string_view member, Instant now);
  [[nodiscard]] bool denies(std::string_view member, Instant now);
  [[nodiscard]] std::size_t size() const { return until_.size(); }

 private:
  std::unordered_map<std::string, Instant> until_;
};

}  // namespace weir::store::redis::upstash
