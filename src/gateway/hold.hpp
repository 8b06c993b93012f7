// hold.hpp: what a request has taken and what is settled later: places of concurrency limits when the stream ends,
// costs that depend on the answer's status (`charge`) when its head has come.
//
// Whichever way a stream ends, its hold is settled: destroying it is enough. All that one request holds is settled at
// once: beside a place, costs wait for the stream's end too.
#pragma once

#include "gateway/route_limits.hpp"

#include <weir/reservation.hpp>
#include <weir/rule.hpp>

#include <chrono>
#include <cstdint>
#include <span>
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

class Hold {
 public:
  // One Held for each of the reservation's decisions.
  Hold(Reservation reservation, std::vector<Held> held)
      : reservation_(std::move(reservation)), held_(std::move(held)) {}
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold();

  // The answer's head has come.
  void answered(int status);
  // Of each limit, what was found when it was decided; units that the answer's status gives back are in `remaining`.
  [[nodiscard]] std::vector<Decision> decisions(Instant now) const;
  [[nodiscard]] std::span<const Held> held() const { return held_; }
  [[nodiscard]] bool gives_back() const;  // a limit does not charge for this status

 private:
  void settle();

  Reservation reservation_;
  std::vector<Held> held_;
  int status_ = 0;  // none yet: no charge by status applies
  bool settled_ = false;
};

}  // namespace weir::gateway
