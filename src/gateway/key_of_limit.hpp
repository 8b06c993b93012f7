// key_of_limit.hpp: a key that a request was counted under, kept for when its answer has told what it took.
#pragma once

#include <cstdint>
#include <string>

namespace weir::gateway {

struct KeyOfLimit {
  std::uint32_t limit = 0;  // analytics::LimitId
  std::string text;
};

}  // namespace weir::gateway
