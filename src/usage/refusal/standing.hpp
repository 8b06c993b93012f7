// standing.hpp: where a caller stands with one limit, as a provider's headers tell it.
#pragma once

#include "usage/price/charge.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace weir::usage {

struct Standing {
  Unit unit = Unit::tokens;
  std::int64_t limit = 0;
  std::int64_t remaining = 0;
  std::chrono::nanoseconds reset{};  // from now, until it is whole again
};

using Headers = std::vector<std::pair<std::string, std::string>>;  // names in lower case
using WallClock = std::chrono::sys_time<std::chrono::nanoseconds>;

}  // namespace weir::usage
