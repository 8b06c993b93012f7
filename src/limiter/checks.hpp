// checks.hpp: what the program may ask at all. Each throws what its comment in limiter.hpp promises.
#pragma once

#include "limiter/joint.hpp"
#include "limiter/limiter_impl.hpp"

#include <weir/limiter.hpp>

#include <span>
#include <string_view>

namespace weir::limiter {

void require_limitable(std::span<const Check> checks, std::string_view id);
void require_reservable(std::span<const Check> checks, const ReserveOptions& options);
[[nodiscard]] bool all_in_memory(std::span<const Check> checks);

using Items = boost::container::static_vector<Item, max_checks>;
[[nodiscard]] inline Items items_of(std::span<const Check> checks) { return {checks.begin(), checks.end()}; }

}  // namespace weir::limiter
