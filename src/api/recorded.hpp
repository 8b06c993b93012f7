// recorded.hpp: decisions as analytics count them.
#pragma once

#include "api/metrics.hpp"

#include <weir/decision.hpp>
#include <weir/key.hpp>

#include <cstdint>

namespace weir::analytics {
class Recorder;
}

namespace weir::api {

// Whether the limit charged the call: it was let through, by a limit that has a bound, and the store decided so.
[[nodiscard]] bool charged(const Decision& decision);

// `recorder` may be null. An error is no decision.
void record(analytics::Recorder* recorder, std::uint32_t limit, Key key, Outcome outcome, std::int64_t cost,
            Instant now) noexcept;

}  // namespace weir::api
