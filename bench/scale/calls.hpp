// calls.hpp: what is under way: decisions, the calls they need, and the batches in which those travel.
#pragma once

#include "events.hpp"

#include <cstdint>

namespace weir::scale {

using Index = std::uint32_t;
inline constexpr Index none = ~Index{0};

struct Decision {
  std::uint64_t key;
  Time began;
  std::uint32_t gateway;
  std::uint32_t open = 0;  // calls that have not come back
  bool made = false;
  bool allowed = false;
};

enum class Kind : std::uint8_t { ask, charge, refund, lease, probe };

struct Call {
  Kind kind;
  std::uint32_t region;
  std::uint32_t gateway;
  std::uint64_t key;
  Index decision = none;  // none: nobody waits for it
  std::int64_t want = 0;
  Index next = none;
  bool allowed = false;
  std::int64_t granted = 0;
  Time asked = 0;
  Time decided_at = 0;
};

struct Batch {
  Index first;
  std::uint32_t costs;
  std::uint32_t keys;
  std::uint32_t gateway;
  std::uint32_t server;
  Index lane;  // none: travels alone
  Time sent;
  Time deadline;
};

}  // namespace weir::scale
