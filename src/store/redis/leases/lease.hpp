// lease.hpp: a share of a limit that one process has fetched ahead, and spends by itself.
//
//   lease        the words
//   lease_share  how much a key is worth fetching
//   lease_table  who has what: spends it, and says what to ask for and what to give back
//   leases       does the asking
//
// What keeps the sum of all below the limit is in docs/leases.md.
#pragma once

#include "store/redis/client/client.hpp"
#include "store/redis/layout/layout.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir::store::redis {

// Units of one key, charged in Redis already.
struct Lease {
  std::int64_t units = 0;    // left
  std::int64_t granted = 0;  // at first
  Deadline ends{};           // by this process' own clock; what is not spent by then is never spent
  LeaseReceipt receipt;
  Verdict seen;  // of the key in Redis, when it was granted
};

// One question to Redis about one key: what to give back, and what is wanted.
struct LeaseErrand {
  std::shared_ptr<const RedisSpace> space;
  std::string text;                     // of the key
  std::optional<std::uint64_t> number;  // instead of a text
  std::int64_t want = 0;                // 0: nothing
  std::vector<LeaseReturn> back{};
  Deadline asked{};  // a lease's life is counted from here

  [[nodiscard]] Key key() const { return number ? Key(*number) : Key(text); }
};

}  // namespace weir::store::redis
