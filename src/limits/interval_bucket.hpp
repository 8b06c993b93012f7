// interval_bucket.hpp: a token bucket that refills in whole intervals, as @upstash/ratelimit's does: `count` tokens
// come back at the end of every interval since the bucket was first used, never beyond `burst`.
//
// A bucket that is full again is as good as never used: its intervals start anew with its next use. Unlike Upstash's,
// refunds are capped and a refusal writes nothing.
#pragma once

#include "limits/tally.hpp"

#include <weir/rule.hpp>

#include <algorithm>
#include <cstdint>

namespace weir::limits {

struct IntervalBucket {
  std::int64_t burst;
  std::int64_t count;
  std::int64_t interval;  // ns

  struct State {  // used == 0: full, or never seen
    Instant refilled_at{};
    std::int64_t used = 0;  // above burst: debt
    friend bool operator==(const State&, const State&) = default;
  };

  [[nodiscard]] static constexpr IntervalBucket make(const Rule& rule) {
    return {rule.burst == 0 ? rule.count : rule.burst, rule.count, rule.period.length().count()};
  }

  [[nodiscard]] constexpr Verdict look(const State& state, Instant now, std::int64_t cost) const noexcept {
    const State refilled = refill(state, now);
    const Tally before{burst, refilled.used};
    const Outcome outcome = before.outcome(cost);
    const Tally tally = outcome == Outcome::allowed ? before.after(cost) : before;
    Verdict verdict{.outcome = outcome, .limit = burst, .remaining = tally.remaining(), .debt = tally.debt()};
    verdict.reset = tally.used > 0 ? instant_at(back_at({refilled.refilled_at, tally.used}, tally.used)) : now;
    if (outcome == Outcome::cost_above_limit) verdict.retry_after = never;
    if (outcome == Outcome::limited) {
      const Wide lacking = Wide{refilled.used} + Tally::least(cost) - burst;
      verdict.retry_after = wait_until(back_at(refilled, lacking), now);
    }
    return verdict;
  }

  constexpr void charge(State& state, Instant now, std::int64_t amount) const noexcept {
    const State refilled = refill(state, now);
    const Tally tally = Tally{burst, refilled.used}.after(amount);
    if (tally.used == refilled.used) return;
    state = tally.used == 0 ? State{} : State{refilled.refilled_at, tally.used};
  }

  [[nodiscard]] constexpr Verdict take(State& state, Instant now, std::int64_t cost) const noexcept {
    const Verdict verdict = look(state, now, cost);
    if (verdict.allowed()) charge(state, now, cost);
    return verdict;
  }

  // A bucket's window is the time it takes to fill. Units held longer ago than that have come back by themselves.
  constexpr void give_back(State& state, Instant now, std::int64_t amount, Instant held_at) const noexcept {
    if (nanos_since_epoch(now) < back_at({held_at, 0}, burst)) charge(state, now, -amount);
  }

  [[nodiscard]] constexpr Instant fresh_at(const State& state) const noexcept {
    return state.used == 0 ? Instant::min() : instant_at(back_at(state, state.used));
  }

 private:
  // A clock that stepped back before the last refill brings nothing until it is there again.
  [[nodiscard]] constexpr State refill(const State& state, Instant now) const noexcept {
    if (state.used == 0) return {now, 0};
    if (now <= state.refilled_at) return state;
    const Wide intervals = (nanos_since_epoch(now) - nanos_since_epoch(state.refilled_at)) / interval;
    const Wide used = state.used - intervals * count;
    if (used <= 0) return {now, 0};
    return {instant_at(nanos_since_epoch(state.refilled_at) + intervals * interval), static_cast<std::int64_t>(used)};
  }

  // The end of the interval by which `units` more have come back, in ns since the epoch.
  [[nodiscard]] constexpr Wide back_at(const State& state, Wide units) const noexcept {
    return nanos_since_epoch(state.refilled_at) + divided_up(units, count) * interval;
  }
};

}  // namespace weir::limits
