#include "api/recorded.hpp"

#include "analytics/recorder.hpp"

#include <array>
#include <optional>

namespace weir::api {

namespace {

// By Outcome.
constexpr std::array<std::optional<analytics::Outcome>, outcomes> recorded{
    analytics::Outcome::allowed, analytics::Outcome::limited, analytics::Outcome::denied, std::nullopt,
    analytics::Outcome::shadowed};

}  // namespace

bool charged(const Decision& decision) {
  return decision.allowed && decision.limit && decision.reason != Reason::shadow;
}

void record(analytics::Recorder* recorder, std::uint32_t limit, Key key, Outcome outcome, std::int64_t cost,
            Instant now) noexcept {
  const auto as = recorded[static_cast<std::size_t>(outcome)];
  if (recorder != nullptr && as) recorder->decided(limit, key, *as, cost, now);
}

}  // namespace weir::api
