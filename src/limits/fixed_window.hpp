// fixed_window.hpp: one counter a window. Exact within each window; around an edge two windows can meet, so that up to
// twice the limit passes within less than a window's time.
//
// Every algorithm of this room has the same six members; they are described here.
#pragma once

#include "limits/tally.hpp"
#include "limits/windows.hpp"

#include <cstdint>

namespace weir::limits {

struct FixedWindow {
  std::int64_t limit;
  Windows windows;

  struct State {  // count == 0: never seen, or as good as that
    Instant start{};
    std::int64_t count = 0;  // above the limit: debt, carried to the window's end
    friend bool operator==(const State&, const State&) = default;
  };

  // The rule must be valid and of this algorithm.
  [[nodiscard]] static FixedWindow make(const Rule& rule) { return {rule.count, Windows(rule.period, rule.anchor)}; }

  // Decides and changes nothing. |cost| < 2^53: 0 asks whether a unit is left, below 0 refunds. The verdict speaks of
  // the time after the call; a refusal's of the time as it is.
  [[nodiscard]] Verdict look(const State& state, Instant now, std::int64_t cost) const noexcept {
    const Place place = find(state, now);
    const Tally before{limit, place.used};
    const Outcome outcome = before.outcome(cost);
    const Tally tally = outcome == Outcome::allowed ? before.after(cost) : before;
    Verdict verdict{.outcome = outcome, .limit = limit, .remaining = tally.remaining(), .debt = tally.debt()};
    verdict.reset = tally.used > 0 ? place.window.end : now;
    if (outcome == Outcome::cost_above_limit) verdict.retry_after = never;
    if (outcome == Outcome::limited) {
      const bool ends = place.window.end != Instant::max();  // else it ends beyond what an Instant can say
      verdict.retry_after = ends ? wait_until(nanos_since_epoch(place.window.end), now) : never;
    }
    return verdict;
  }

  // Spends `amount` whatever is left, as debt if need be; gives back when it is negative, at most all that was used.
  void charge(State& state, Instant now, std::int64_t amount) const noexcept {
    const Place place = find(state, now);
    const Tally tally = Tally{limit, place.used}.after(amount);
    if (tally.used != place.used) state = {place.window.start, tally.used};
  }

  // look, and charge when allowed. A refusal leaves the state as it was, bit by bit.
  [[nodiscard]] Verdict take(State& state, Instant now, std::int64_t cost) const noexcept {
    const Verdict verdict = look(state, now, cost);
    if (verdict.allowed()) charge(state, now, cost);
    return verdict;
  }

  // Returns `amount` > 0 units, held at `held_at` and not used, to the window they were held in; nothing if it is past.
  void give_back(State& state, Instant now, std::int64_t amount, Instant held_at) const noexcept {
    if (find(state, now).window.start == windows.at(held_at).start) charge(state, now, -amount);
  }

  // From when on this state is as good as zero; Instant::min() when it always is.
  [[nodiscard]] Instant fresh_at(const State& state) const noexcept {
    return state.count == 0 ? Instant::min() : windows.at(state.start).end;
  }

 private:
  struct Place {
    Window window;
    std::int64_t used;
  };
  // A clock that stepped back into an earlier window goes on counting in the later one.
  [[nodiscard]] Place find(const State& state, Instant now) const noexcept {
    const Window window = windows.at(now);
    if (state.count == 0 || state.start < window.start) return {window, 0};
    return {state.start == window.start ? window : windows.at(state.start), state.count};
  }
};

}  // namespace weir::limits
