// costs.hpp: the costs of a script call's keys, as the scripts that take several keys read them.
#pragma once

#include "store/redis/layout/layout.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace weir::store::redis {

// "2*30 -1" is 2 for thirty times, then -1: what callers of one key ask is often the same.
[[nodiscard]] std::string costs_text(std::span<const std::int64_t> costs);

// A text for each key; nothing at all when each has one cost, of 1, as most have: every argument costs Redis time.
void append_costs(std::span<const Ask> asks, std::vector<std::string>& arguments);

}  // namespace weir::store::redis
