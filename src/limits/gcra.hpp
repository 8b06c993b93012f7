// gcra.hpp: the generic cell rate algorithm (ITU-T I.371, virtual scheduling).
//
// State is one number, the theoretical arrival time (tat): when the key would be as good as new. A unit of cost takes
// up `interval` = period / count; a call passes when tat - now + cost * interval <= span = burst * interval, and then
// moves tat on by cost * interval. A refused call writes nothing, so it costs nothing.
//
// Exact: with interval = p/q ns in lowest terms, time is counted in ticks of 1/q ns, so that an interval is p whole
// ticks and nothing is ever rounded, however long it runs. A clock that steps back only makes tat - now larger.
#pragma once

#include "limits/wide.hpp"

#include <weir/rule.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <numeric>

namespace weir::limits {

// The algorithm over ticks of 64 or 128 bits; tat is in ticks since `origin`, 0 is a key never seen. 128 bits hold
// every valid rule over the whole range of Instant, and 64 bits those for which `last` lies far enough off. Outside
// [origin, last] time stands still, which admits nothing too much.
template <class Ticks>
struct GcraTicks {
  Ticks interval;              // of one unit, > 0
  Ticks span;                  // burst * interval
  std::uint64_t ticks_a_nano;  // q
  std::int64_t burst;          // in units
  Instant origin;
  Instant last;
  std::uint64_t inverse;  // 64-bit ticks: 2^(64 + shift) / interval, rounded up, for division by a product
  int shift;

  // `last` is `origin` when the rule does not fit these ticks at all.
  [[nodiscard]] static constexpr GcraTicks make(const Rule& rule, Instant origin) noexcept {
    const std::int64_t period = rule.period.length().count();
    const std::int64_t common = std::gcd(period, rule.count);
    return of(static_cast<std::uint64_t>(period / common), static_cast<std::uint64_t>(rule.count / common),
              rule.burst == 0 ? rule.count : rule.burst, origin);
  }

  // One unit each p/q ns.
  [[nodiscard]] static constexpr GcraTicks of(std::uint64_t p, std::uint64_t q, std::int64_t burst,
                                              Instant origin) noexcept {
    const UnsignedWide span = UnsignedWide{p} * static_cast<std::uint64_t>(burst);
    constexpr UnsignedWide top = static_cast<Ticks>(-1);
    // Granlund and Montgomery, PLDI 1994: with 2^shift < p <= 2^(shift + 1) exact for every dividend below 2^63.
    const int shift = p == 1 ? 0 : std::bit_width(p - 1) - 1;
    const UnsignedWide inverse = p == 1 ? 0 : ((UnsignedWide{1} << (64 + shift)) + p - 1) / p;
    GcraTicks rule{static_cast<Ticks>(p),
                   static_cast<Ticks>(span),
                   q,
                   burst,
                   origin,
                   origin,
                   static_cast<std::uint64_t>(inverse),
                   shift};
    if (span > top / 2) return rule;
    const UnsignedWide nanos = std::min<UnsignedWide>((top - 2 * span) / q, std::numeric_limits<std::uint64_t>::max());
    rule.last = instant_at(nanos_since_epoch(origin) + static_cast<Wide>(nanos));
    return rule;
  }

  // Hot: one division by `interval`, and one by `ticks_a_nano` unless that is 1.
  [[nodiscard]] constexpr Verdict look(Ticks tat, Instant now, std::int64_t cost) const noexcept {
    const Ticks ahead = ahead_of(tat, now);
    if (cost < 0) return standing(less(ahead, cost), now);
    if (cost > burst) return refused(Outcome::cost_above_limit, ahead, now, never);
    const Ticks need = interval * static_cast<Ticks>(cost);
    const Ticks room = span - (cost == 0 ? interval : need);
    if (ahead > room) return refused(Outcome::limited, ahead, now, wait_until(later(now, ahead - room), now));
    return standing(ahead + need, now);
  }

  constexpr void charge(Ticks& tat, Instant now, std::int64_t amount) const noexcept {
    const Ticks at = ticks(now);
    if (amount > 0) {
      const Ticks start = std::max(tat, at);
      const UnsignedWide more = UnsignedWide{interval} * static_cast<std::uint64_t>(amount);
      const Ticks left = static_cast<Ticks>(-1) - start;
      tat = more > left ? static_cast<Ticks>(-1) : static_cast<Ticks>(start + static_cast<Ticks>(more));
    } else if (amount < 0 && tat > at) {
      tat = at + less(tat - at, amount);
    }
  }

  // Hot: as look and charge, one after the other, but what nearly every call is goes first and in one piece.
  [[nodiscard]] constexpr Verdict take(Ticks& tat, Instant now, std::int64_t cost) const noexcept {
    if (cost > 0 && cost <= burst) [[likely]] {
      const Ticks at = ticks(now);
      const Ticks start = std::max(tat, at);
      const Ticks need = interval * static_cast<Ticks>(cost);
      if (start - at <= span - need) [[likely]] {
        tat = start + need;
        const Ticks ahead = tat - at;
        return {.limit = burst, .remaining = whole_units(span - ahead), .reset = soon(now, ahead)};
      }
      return look(tat, now, cost);
    }
    const Verdict verdict = look(tat, now, cost);
    if (verdict.allowed()) charge(tat, now, cost);
    return verdict;
  }

  // A bucket's window is the time it takes to fill. Units held longer ago than that have come back by themselves.
  constexpr void give_back(Ticks& tat, Instant now, std::int64_t amount, Instant held_at) const noexcept {
    const Ticks at = ticks(now);
    const Ticks held = ticks(held_at);
    if (at < held || at - held < span) charge(tat, now, -amount);
  }

  [[nodiscard]] constexpr Instant fresh_at(Ticks tat) const noexcept {
    return tat == 0 ? Instant::min() : instant_at(later(origin, tat));
  }

  // This tat in the ticks of a rule of another rate with the same origin: the same moment, rounded up.
  [[nodiscard]] constexpr Ticks carried_from(const GcraTicks& before, Ticks tat) const noexcept {
    const UnsignedWide nanos = tat / before.ticks_a_nano;
    const UnsignedWide part = UnsignedWide{tat % before.ticks_a_nano} * ticks_a_nano;
    constexpr UnsignedWide top = static_cast<Ticks>(-1);
    const UnsignedWide rest = part / before.ticks_a_nano + (part % before.ticks_a_nano != 0 ? 1 : 0);
    return static_cast<Ticks>(nanos > (top - rest) / ticks_a_nano ? top : nanos * ticks_a_nano + rest);
  }

  [[nodiscard]] constexpr Ticks ticks(Instant now) const noexcept {
    if (now < origin) [[unlikely]]
      return 0;
    if (now > last) [[unlikely]]
      now = last;
    const auto nanos = static_cast<std::uint64_t>(now.time_since_epoch().count()) -
                       static_cast<std::uint64_t>(origin.time_since_epoch().count());
    return ticks_a_nano == 1 ? static_cast<Ticks>(nanos) : static_cast<Ticks>(nanos) * static_cast<Ticks>(ticks_a_nano);
  }

 private:
  [[nodiscard]] constexpr Ticks ahead_of(Ticks tat, Instant now) const noexcept {
    const Ticks at = ticks(now);
    return tat > at ? tat - at : 0;
  }

  // What is left of `ahead` after a refund of -amount units.
  [[nodiscard]] constexpr Ticks less(Ticks ahead, std::int64_t amount) const noexcept {
    const UnsignedWide back = UnsignedWide{interval} * (0 - static_cast<std::uint64_t>(amount));
    return back >= ahead ? 0 : static_cast<Ticks>(ahead - static_cast<Ticks>(back));
  }

  // The first whole ns at which `ahead` ticks from then will have gone by.
  [[nodiscard]] constexpr Wide later(Instant from, Ticks ahead) const noexcept {
    constexpr UnsignedWide far = UnsignedWide{1} << 120;
    const UnsignedWide nanos = ticks_a_nano == 1 ? ahead : ahead / ticks_a_nano + (ahead % ticks_a_nano != 0 ? 1 : 0);
    return nanos_since_epoch(from) + static_cast<Wide>(std::min(nanos, far));
  }

  // ticks / interval, for at most `span`, which is below 2^63 where ticks have 64 bits.
  [[nodiscard]] constexpr std::int64_t whole_units(Ticks ticks) const noexcept {
    if constexpr (sizeof(Ticks) > sizeof(std::uint64_t)) {
      return static_cast<std::int64_t>(ticks / interval);
    } else {
      if (interval == 1) [[unlikely]]
        return static_cast<std::int64_t>(ticks);
      return static_cast<std::int64_t>(static_cast<std::uint64_t>((UnsignedWide{ticks} * inverse) >> 64) >> shift);
    }
  }

  // instant_at(later(from, ahead)), in 64 bits where `ahead` <= span has no more.
  [[nodiscard]] constexpr Instant soon(Instant from, Ticks ahead) const noexcept {
    if constexpr (sizeof(Ticks) > sizeof(std::uint64_t)) {
      return instant_at(later(from, ahead));
    } else {
      const Ticks nanos = ticks_a_nano == 1 ? ahead : (ahead + ticks_a_nano - 1) / ticks_a_nano;
      std::int64_t sum = 0;
      if (__builtin_add_overflow(from.time_since_epoch().count(), static_cast<std::int64_t>(nanos), &sum))
        return Instant::max();
      return Instant{Nanos{sum}};
    }
  }

  [[nodiscard]] constexpr Verdict standing(Ticks ahead, Instant now) const noexcept {
    return refused(Outcome::allowed, ahead, now, Nanos{0});
  }

  [[nodiscard]] constexpr Verdict refused(Outcome outcome, Ticks ahead, Instant now, Nanos retry_after) const noexcept {
    Verdict verdict{.outcome = outcome, .limit = burst, .retry_after = retry_after};
    if (ahead <= span) {
      verdict.remaining = whole_units(span - ahead);
    } else {
      const Ticks owed = ahead - span;
      constexpr UnsignedWide most = std::numeric_limits<std::int64_t>::max();
      verdict.debt = static_cast<std::int64_t>(
          std::min<UnsignedWide>(most, UnsignedWide{owed / interval} + (owed % interval != 0 ? 1 : 0)));
    }
    verdict.reset = instant_at(later(now, ahead));
    return verdict;
  }
};

// Any valid rule, over the whole range of Instant: 128-bit ticks since Instant::min().
struct Gcra {
  GcraTicks<UnsignedWide> in;

  struct State {  // tat; zero: never seen
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    friend bool operator==(const State&, const State&) = default;
  };

  [[nodiscard]] static constexpr Gcra make(const Rule& rule) noexcept {
    return {GcraTicks<UnsignedWide>::make(rule, Instant::min())};
  }
  [[nodiscard]] constexpr Verdict look(const State& state, Instant now, std::int64_t cost) const noexcept {
    return in.look(tat(state), now, cost);
  }
  constexpr void charge(State& state, Instant now, std::int64_t amount) const noexcept {
    UnsignedWide arrival = tat(state);
    in.charge(arrival, now, amount);
    state = of(arrival);
  }
  [[nodiscard]] constexpr Verdict take(State& state, Instant now, std::int64_t cost) const noexcept {
    UnsignedWide arrival = tat(state);
    const Verdict verdict = in.take(arrival, now, cost);
    state = of(arrival);
    return verdict;
  }
  constexpr void give_back(State& state, Instant now, std::int64_t amount, Instant held_at) const noexcept {
    UnsignedWide arrival = tat(state);
    in.give_back(arrival, now, amount, held_at);
    state = of(arrival);
  }
  [[nodiscard]] constexpr Instant fresh_at(const State& state) const noexcept { return in.fresh_at(tat(state)); }

  // What a key had used under the rule before, when only its rate changed.
  [[nodiscard]] constexpr State carried_from(const Gcra& before, const State& state) const noexcept {
    return of(in.carried_from(before.in, tat(state)));
  }

 private:
  [[nodiscard]] static constexpr UnsignedWide tat(const State& state) {
    return UnsignedWide{state.high} << 64 | state.low;
  }
  [[nodiscard]] static constexpr State of(UnsignedWide tat) {
    return {static_cast<std::uint64_t>(tat), static_cast<std::uint64_t>(tat >> 64)};
  }
};

}  // namespace weir::limits
