// sliding_window.hpp: two counters, weighted; approximate.
//
// The last W are estimated as current + previous * (W - elapsed) / W: the previous window's units are taken as spread
// evenly over it. A call passes when estimate + cost <= N, compared exactly, without rounding.
//
// Error: no aligned window ever admits more than N (current + cost <= N at every admission), and any W of true time
// touches at most two of them, so it holds at most 2N. That bound is approached: N at the very end of one window,
// then N * elapsed / W in the next. The estimate differs from the true count by at most `previous`, hence by N, and
// by nothing when calls come evenly.
#pragma once

#include "limits/tally.hpp"
#include "limits/windows.hpp"

#include <algorithm>
#include <cstdint>

namespace weir::limits {

struct SlidingWindow {
  std::int64_t limit;
  Windows windows;  // of a fixed period

  struct State {  // both counters 0: never seen, or as good as that
    Instant start{};
    std::int64_t current = 0;
    std::int64_t previous = 0;
    friend bool operator==(const State&, const State&) = default;
  };

  [[nodiscard]] static SlidingWindow make(const Rule& rule) { return {rule.count, Windows(rule.period, rule.anchor)}; }

  [[nodiscard]] Verdict look(const State& state, Instant now, std::int64_t cost) const noexcept {
    Place place = find(state, now);
    const Outcome outcome = Tally{limit, used(place)}.outcome(cost);
    Verdict verdict{.outcome = outcome, .limit = limit};
    if (outcome == Outcome::allowed) add(place.state, cost);
    if (outcome == Outcome::limited) verdict.retry_after = wait_until(passes_at(place, Tally::least(cost)), now);
    if (outcome == Outcome::cost_above_limit) verdict.retry_after = never;
    const Tally tally{limit, used(place)};
    verdict.remaining = tally.remaining();
    verdict.debt = tally.debt();
    verdict.reset = empty(place.state) ? now : instant_at(empty_at(place));
    return verdict;
  }

  // A refund comes off the current window first, then off the previous one.
  void charge(State& state, Instant now, std::int64_t amount) const noexcept {
    State rolled = find(state, now).state;
    if (amount < 0 ? empty(rolled) : amount == 0) return;
    add(rolled, amount);
    state = rolled;
  }

  [[nodiscard]] Verdict take(State& state, Instant now, std::int64_t cost) const noexcept {
    const Verdict verdict = look(state, now, cost);
    if (verdict.allowed()) charge(state, now, cost);
    return verdict;
  }

  void give_back(State& state, Instant now, std::int64_t amount, Instant held_at) const noexcept {
    State rolled = find(state, now).state;
    const Instant held_in = windows.at(held_at).start;
    const bool before = held_in < rolled.start;
    if (held_in > rolled.start || (before && !adjacent(held_in, rolled.start))) return;
    std::int64_t& counter = before ? rolled.previous : rolled.current;
    const std::int64_t part = std::min(amount, counter);
    if (part <= 0) return;
    counter -= part;
    state = rolled;
  }

  [[nodiscard]] Instant fresh_at(const State& state) const noexcept {
    if (empty(state)) return Instant::min();
    return instant_at(empty_at({state, 0, begin_of(state.start)}));
  }

 private:
  struct Place {
    State state;           // rolled on to the window of now
    std::int64_t elapsed;  // ns since `begin`
    Wide begin;            // ns since the epoch; state.start, unsaturated
  };

  [[nodiscard]] static bool empty(const State& state) { return state.current == 0 && state.previous == 0; }

  // A clock that stepped back into an earlier window is taken to stand at the later one's start.
  [[nodiscard]] Place find(const State& state, Instant now) const noexcept {
    const std::int64_t elapsed = windows.elapsed(now).count();
    const Wide begin = nanos_since_epoch(now) - elapsed;
    const Instant start = instant_at(begin);
    if (empty(state)) return {{start, 0, 0}, elapsed, begin};
    if (state.start == start) return {state, elapsed, begin};
    if (state.start > start) return {state, 0, nanos_since_epoch(state.start)};
    return {{start, 0, adjacent(state.start, start) ? state.current : 0}, elapsed, begin};
  }

  [[nodiscard]] Wide begin_of(Instant start) const noexcept {
    return nanos_since_epoch(start) - windows.elapsed(start).count();
  }

  // For starts earlier < later; holds too where the earlier one is saturated, being less than a length off.
  [[nodiscard]] bool adjacent(Instant earlier, Instant later) const noexcept {
    return nanos_since_epoch(later) - nanos_since_epoch(earlier) <= windows.length().count();
  }

  // The estimate, rounded up: as limit and cost are whole, comparing it is comparing the exact estimate.
  [[nodiscard]] std::int64_t used(const Place& place) const noexcept {
    if (place.state.previous == 0) return place.state.current;
    const std::int64_t length = windows.length().count();
    return saturated(place.state.current + divided_up(Wide{place.state.previous} * (length - place.elapsed), length));
  }

  // When `need` <= limit units will be free, in ns since the epoch. The estimate only falls with time: first as
  // `previous` fades, and when that is not enough, in the next window, as `current` does.
  [[nodiscard]] Wide passes_at(const Place& place, std::int64_t need) const noexcept {
    const Wide length = windows.length().count();
    const Wide room = Wide{limit} - need - place.state.current;
    // NOLINTBEGIN(clang-analyzer-core.DivideZero): it was refused, so what is divided by is above 0
    if (room >= 0) return place.begin + length - std::min(length, room * length / place.state.previous);
    return place.begin + 2 * length - (Wide{limit} - need) * length / place.state.current;
    // NOLINTEND(clang-analyzer-core.DivideZero)
  }

  [[nodiscard]] Wide empty_at(const Place& place) const noexcept {
    return place.begin + Wide{windows.length().count()} * (place.state.current > 0 ? 2 : 1);
  }

  static void add(State& state, std::int64_t amount) noexcept {
    const Wide current = Wide{state.current} + amount;
    if (current < 0) state.previous = std::max<std::int64_t>(0, saturated(state.previous + current));
    state.current = std::max<std::int64_t>(0, saturated(current));
  }
};

}  // namespace weir::limits
