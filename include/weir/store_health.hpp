// store_health.hpp: how a store fares, for those who look after it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

// What kept a store from deciding.
enum class StoreError : std::uint8_t {
  timeout,        // no answer in time
  down,           // it can't be reached
  full,           // too many calls wait for it already
  wrong_type,     // a key of ours holds something that is not ours
  out_of_memory,  // it is at its `maxmemory` and may evict nothing
  no_permission,  // its ACL forbids what we need, or it wants another password
  read_only,      // a replica, or a master that refuses writes
  clock,          // its clock is away from where a window could be counted
  protocol,       // an answer that is none of ours
  other,          // another error that it said
};
inline constexpr std::array<std::string_view, 10> store_error_names = {
    "timeout",       "down",      "full",  "wrong_type", "out_of_memory",
    "no_permission", "read_only", "clock", "protocol",   "other"};
[[nodiscard]] constexpr std::string_view to_string(StoreError error) {
  return store_error_names[static_cast<std::size_t>(error)];
}

// Of a store that is always there: up, and nothing counted.
struct StoreHealth {
  bool up = true;            // it decided when it was last asked; true before the first question
  std::string last_error{};  // a sentence without secrets; empty while all is well
  std::uint64_t reconnects = 0;
  std::array<std::uint64_t, store_error_names.size()> errors{};  // calls that were not decided, by StoreError
};

}  // namespace weir
