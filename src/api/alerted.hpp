// alerted.hpp: decisions as alerts see them.
#pragma once

#include "api/metrics.hpp"

#include <weir/decision.hpp>
#include <weir/key.hpp>

#include <string>
#include <string_view>

namespace weir::alerts {
class LimitAlerts;
}

namespace weir::api {

// `alerts` may be null. `parts`: of how many parts the limit's keys are.
void see(const alerts::LimitAlerts* alerts, const Decision& decision, Outcome outcome, Key key, std::size_t parts,
         Instant now) noexcept;

}  // namespace weir::api
