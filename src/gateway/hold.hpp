// hold.hpp: what a request has taken and what is settled later: places of concurrency limits when the stream ends,
// costs that depend on the answer's status (`charge`) when its head has come, tokens when the answer has told them.
//
// Whichever way a stream ends, its hold is settled: destroying it is enough, and nobody waits for it. All that one
// request holds is settled at once: beside a place or tokens, costs wait for the stream's end too.
#pragma once

#include "analytics/recorder.hpp"
#include "gateway/held_leases.hpp"
#include "gateway/route_limits.hpp"
#include "usage/counts.hpp"

#include <weir/reservation.hpp>
#include <weir/rule.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::gateway {

// The lease of what a stream holds in the store of its own process: longer than any stream, whose end settles it.
inline constexpr std::chrono::hours longest_stream{365 * 24};

struct Held {
  const EnforcedLimit* limit;  // lives as long as the hold
  std::int64_t cost;
  Rule rule;  // that decided
};

// Where what was charged is told; `clock` null: the system's.
struct Charging {
  analytics::Recorder* recorder = nullptr;
  Clock* clock = nullptr;
};

class Hold {
 public:
  // One Held for each of the reservation's decisions. `leases`: of a store that answers later; none: it answers at
  // once.
  Hold(Reservation reservation, std::vector<Held> held, HeldLeases* leases = nullptr, Charging charging = {});
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold();

  // The answer's head has come.
  void answered(int status);
  // What the call of this model took, once it is known; of limits that count tokens. An answer of another status than
  // 2xx, or none at all, takes nothing. When this was not said, what was held is charged.
  void took(const usage::Counts& counts, std::string_view model);
  void took_nothing() { took({}, {}); }
  // Of each limit, what was found when it was decided; units that the answer's status gives back are in `remaining`.
  [[nodiscard]] std::vector<Decision> decisions(Instant now) const;
  [[nodiscard]] std::span<const Held> held() const { return held_; }
  [[nodiscard]] std::int64_t tokens() const;  // the most that one of its limits holds
  [[nodiscard]] bool gives_back() const;      // a limit does not charge for this status

  // Of each limit, as it was decided.
  [[nodiscard]] std::span<const Decision> found() const;

 private:
  void settle();
  void record(const std::vector<std::int64_t>& used) const;

  std::vector<Held> held_;
  std::optional<Reservation> reservation_;  // one of the two
  std::shared_ptr<HeldLease> lease_;
  HeldLeases* leases_;
  int status_ = 0;  // none yet: no charge by status applies
  std::optional<usage::Counts> took_;
  std::string model_;
  bool settled_ = false;
  Charging charging_;
};

}  // namespace weir::gateway
