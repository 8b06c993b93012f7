// codecs.hpp: how each algorithm's state lies in a slot's words.
//
// The first word is always a time after which the state is as good as new, larger is later, so that the table can tell
// the idle without knowing the algorithm. Codes do not depend on a rule's count: changing it keeps what was counted.
// `unit_shift` is how many bits the first word's unit is finer than a nanosecond.
//
//   Codec          words                                        for
//   CompactBucket  tat: ns << 2 | part of 1/q ns                gcra, token_bucket with q <= 4: most rates people write
//   CompactWindow  end >> 28 << 30 | count                      fixed_window of whole seconds, count <= 2^26
//   Bucket         tat: ns, part                                any other gcra, token_bucket
//   WholeWindow    end, count                                   any other fixed_window
//   NarrowSliding  end of the next window, previous << 32 | current   sliding_window, count <= 2^28
//   WideSliding    end of the next window, current, previous    any other sliding_window
//   WholeRefill    when full, refilled_at, used                 interval_bucket
//
// Times are nanoseconds since the Unix epoch; the store lets none before it or after 2106 come here. What is owed
// beyond a field's end (16 times the limit at least, or the year 2116) is dropped from the debt.
#pragma once

#include "limits/fixed_window.hpp"
#include "limits/gcra.hpp"
#include "limits/interval_bucket.hpp"
#include "limits/sliding_window.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

namespace weir::store {

template <int Count>
using Words = std::array<std::uint64_t, Count>;

inline std::uint64_t unix_nanos(Instant at) noexcept {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, at.time_since_epoch().count()));
}
inline Instant at_unix_nanos(std::uint64_t nanos) noexcept {
  return Instant(limits::Nanos(static_cast<std::int64_t>(nanos)));
}

struct CompactBucket {
  static constexpr int words = 1;
  static constexpr int unit_shift = 2;
  static constexpr std::uint64_t last_nanos = (std::uint64_t{1} << 62) - 1;
  using State = std::uint64_t;  // ticks of 1/q ns

  limits::GcraTicks<std::uint64_t> algorithm;

  // Fits when parts are at most 4 and what a full bucket takes to fill is below ten years.
  static constexpr std::uint64_t longest_span = 315'576'000'000'000'000;  // ns: ten years
  static bool fits(const limits::GcraTicks<std::uint64_t>& ticks) noexcept {
    constexpr Instant far = Instant(std::chrono::sys_days(std::chrono::year(2110) / 1 / 1));
    return ticks.ticks_a_nano <= 4 && ticks.last > far && ticks.span / ticks.ticks_a_nano < longest_span;
  }
  [[nodiscard]] State load(const Words<1>& code) const noexcept {
    const std::uint64_t q = algorithm.ticks_a_nano;
    return q == 1 ? code[0] >> 2 : (code[0] >> 2) * q + std::min(code[0] & 3, q - 1);
  }
  void save(State state, Words<1>& code) const noexcept {
    const std::uint64_t q = algorithm.ticks_a_nano;
    const std::uint64_t nanos = q == 1 ? state : state / q;
    const std::uint64_t part = q == 1 ? 0 : state % q;
    code[0] = nanos > last_nanos ? ~std::uint64_t{0} : nanos << 2 | part;
  }
};

struct CompactWindow {
  static constexpr int words = 1;
  static constexpr int unit_shift = 2;
  static constexpr int count_bits = 30;
  static constexpr std::int64_t most = (std::int64_t{1} << count_bits) - 1;
  using State = limits::FixedWindow::State;

  limits::FixedWindow algorithm;

  static bool fits(const Rule& rule) noexcept {
    return rule.count <= (std::int64_t{1} << 26) &&
           (rule.period.kind() != Period::Kind::fixed ||
            rule.period.length() % std::chrono::seconds(1) == limits::Nanos(0));
  }
  [[nodiscard]] State load(const Words<1>& code) const noexcept {
    if (code[0] == 0) return {};
    // The end's lowest 28 bits are gone, a quarter of a second; just before what is left still lies in the window.
    const std::uint64_t before_end = (code[0] >> count_bits << 28) - 1;
    return {algorithm.windows.at(at_unix_nanos(before_end)).start, static_cast<std::int64_t>(code[0] & most)};
  }
  void save(const State& state, Words<1>& code) const noexcept {
    const std::uint64_t end = unix_nanos(algorithm.windows.at(state.start).end);
    code[0] = end >> 28 << count_bits | static_cast<std::uint64_t>(std::min(state.count, most));
  }
};

struct Bucket {
  static constexpr int words = 2;
  static constexpr int unit_shift = 0;
  using State = limits::UnsignedWide;  // ticks of 1/q ns

  limits::GcraTicks<limits::UnsignedWide> algorithm;

  [[nodiscard]] State load(const Words<2>& code) const noexcept {
    const std::uint64_t q = algorithm.ticks_a_nano;
    return State{code[0]} * q + std::min(code[1], q - 1);
  }
  void save(State state, Words<2>& code) const noexcept {
    const std::uint64_t q = algorithm.ticks_a_nano;
    const State nanos = state / q;
    constexpr std::uint64_t top = std::numeric_limits<std::uint64_t>::max();
    code = nanos > top ? Words<2>{top, 0}
                       : Words<2>{static_cast<std::uint64_t>(nanos), static_cast<std::uint64_t>(state % q)};
  }
};

struct WholeWindow {
  static constexpr int words = 2;
  static constexpr int unit_shift = 0;
  using State = limits::FixedWindow::State;

  limits::FixedWindow algorithm;

  [[nodiscard]] State load(const Words<2>& code) const noexcept {
    if (code[0] == 0) return {};
    return {algorithm.windows.at(at_unix_nanos(code[0] - 1)).start, static_cast<std::int64_t>(code[1])};
  }
  void save(const State& state, Words<2>& code) const noexcept {
    code = {unix_nanos(algorithm.windows.at(state.start).end), static_cast<std::uint64_t>(state.count)};
  }
};

struct NarrowSliding {
  static constexpr int words = 2;
  static constexpr int unit_shift = 0;
  static constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
  using State = limits::SlidingWindow::State;

  limits::SlidingWindow algorithm;

  static bool fits(const Rule& rule) noexcept { return rule.count <= (std::int64_t{1} << 28); }
  [[nodiscard]] State load(const Words<2>& code) const noexcept {
    if (code[0] == 0) return {};
    return {start(code[0], algorithm), static_cast<std::int64_t>(code[1] & most),
            static_cast<std::int64_t>(code[1] >> 32)};
  }
  void save(const State& state, Words<2>& code) const noexcept {
    code = {end(state.start, algorithm), static_cast<std::uint64_t>(std::min(state.previous, most)) << 32 |
                                             static_cast<std::uint64_t>(std::min(state.current, most))};
  }

  // Of the window after the one that starts at `start`, and back. Unsigned: two periods of 100 years behind 2106.
  static std::uint64_t end(Instant start, const limits::SlidingWindow& algorithm) noexcept {
    return static_cast<std::uint64_t>(start.time_since_epoch().count()) + two_windows(algorithm);
  }
  static Instant start(std::uint64_t end, const limits::SlidingWindow& algorithm) noexcept {
    return at_unix_nanos(end - two_windows(algorithm));
  }

 private:
  static std::uint64_t two_windows(const limits::SlidingWindow& algorithm) noexcept {
    return 2 * static_cast<std::uint64_t>(algorithm.windows.length().count());
  }
};

struct WideSliding {
  static constexpr int words = 3;
  static constexpr int unit_shift = 0;
  using State = limits::SlidingWindow::State;

  limits::SlidingWindow algorithm;

  [[nodiscard]] State load(const Words<3>& code) const noexcept {
    if (code[0] == 0) return {};
    return {NarrowSliding::start(code[0], algorithm), static_cast<std::int64_t>(code[1]),
            static_cast<std::int64_t>(code[2])};
  }
  void save(const State& state, Words<3>& code) const noexcept {
    code = {NarrowSliding::end(state.start, algorithm), static_cast<std::uint64_t>(state.current),
            static_cast<std::uint64_t>(state.previous)};
  }
};

struct WholeRefill {
  static constexpr int words = 3;
  static constexpr int unit_shift = 0;
  using State = limits::IntervalBucket::State;

  limits::IntervalBucket algorithm;

  [[nodiscard]] State load(const Words<3>& code) const noexcept {
    if (code[0] == 0) return {};
    return {at_unix_nanos(code[1]), static_cast<std::int64_t>(code[2])};
  }
  void save(const State& state, Words<3>& code) const noexcept {
    code = {unix_nanos(algorithm.fresh_at(state)), unix_nanos(state.refilled_at),
            static_cast<std::uint64_t>(state.used)};
  }
};

}  // namespace weir::store
