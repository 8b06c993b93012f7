// decision.hpp: what a limiter answers.
#pragma once

#include <weir/export.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace weir {

// Nanoseconds since the Unix epoch; every time Weir speaks of is one of these.
using Instant = std::chrono::sys_time<std::chrono::nanoseconds>;

enum class Reason : std::uint8_t {
  ok,
  limited,           // not enough left
  denied,            // on the deny list
  cost_above_limit,  // could never pass, however long one waits
  cached,            // a recent refusal still stands
  shadow,            // would have been refused, but the limit is in shadow mode
  store_timeout,     // the store did not answer in time; `on_error` decided
  store_down,        // the store is gone; `on_error` decided
  id_conflict,       // the id was used before, for another call: nothing was charged
};
[[nodiscard]] WEIR_API std::string_view to_string(Reason reason);

struct Decision {
  bool allowed = true;
  // The store did not decide. Limit, remaining and the times are then those of this process' share, which decided.
  bool degraded = false;
  Reason reason = Reason::ok;
  std::optional<std::int64_t> limit;  // the capacity: burst, or the count; none when unlimited
  std::int64_t remaining = 0;         // units left after this call; on a refusal the true rest; never below 0
  std::int64_t debt = 0;              // units owed beyond the limit after a settlement
  Instant reset{};                    // when `remaining` will be the full limit if nobody comes; concurrency: the epoch
  // 0 when allowed; else this same call passes after exactly this time if nobody else comes; none: it never can
  // (cost above the limit), or nobody knows (concurrency).
  std::optional<std::chrono::nanoseconds> retry_after{std::chrono::nanoseconds{0}};

  explicit operator bool() const { return allowed; }
};

}  // namespace weir
