// concurrency.hpp: how many calls of one function may run at once.
//
// Lambda throttles what runs beyond an account's or a function's concurrency, which nobody tells. Adaptive concurrency
// finds it out and holds back what would only be refused:
//
//     open       nothing has been throttled: everything may run, up to `most`
//     limited    a throttle told. Each call knows how many ran when it began, itself included (its ordinal); one that
//                was throttled as the n-th says that less than n may run. When n is far below the limit, that becomes
//                the limit at once, however many are throttled together; a failed probe falls back to n - 1, but not
//                below what was good before it; else the limit falls by one. Throttle upon throttle says that the
//                ceiling itself has come down: a tenth less each time, until it is quiet
//     probing    after 128 answers without a throttle, while the limit was reached: one more. When calls run there as
//                well: two more, four, ... at most half as many. So in a steady state about one call in a hundred is
//                spent on the question, and the limit settles where that many are refused, be it above the ceiling, as
//                it is when part of a call's time passes in the network
//     open again after a minute in which the limit did not matter
//
// Throttles of rates (calls a second) tell nothing of calls at once: they take off 15 %. Those of snapshots, which
// belong to starts, take off 5 %.
//
// Bounds: 1 <= limit <= most. One thread at a time; O(1), no allocation.
#pragma once

#include <cstdint>
#include <optional>

#include "lambda/outcome.hpp"
#include "lambda/policy/instant.hpp"

namespace weir::lambda {

class Concurrency {
 public:
  enum class Mode : unsigned char { off, fixed, adaptive };
  enum class End : unsigned char {
    answered,  // by the function, whatever it said
    throttled,
    unknown,  // an error, a timeout, a client that left
  };
  struct Settings {
    Mode mode = Mode::off;
    std::uint32_t most = 10'000;  // fixed: the number
  };
  // What a running call holds; it must leave once.
  struct Place {
    std::uint32_t ordinal = 0;
    std::uint64_t round = 0;
  };

  explicit Concurrency(Settings settings) noexcept;

  // Nothing: as many as may run do, shed this one.
  [[nodiscard]] std::optional<Place> enter(Instant now) noexcept;
  void leave(const Place& place, Instant now, End end, ThrottleReason reason = ThrottleReason::unknown) noexcept;

  // Nothing when there is none.
  [[nodiscard]] std::optional<std::uint32_t> limit() const noexcept;
  [[nodiscard]] std::uint32_t in_flight() const noexcept { return in_flight_; }

 private:
  void throttled(const Place& place, ThrottleReason reason) noexcept;
  void answered(const Place& place) noexcept;
  void open() noexcept;
  void settle() noexcept;

  Settings settings_;
  std::uint32_t limit_;
  std::uint32_t good_ = 0;  // a limit at which calls were answered: a failed probe falls back no further
  std::uint32_t in_flight_ = 0;
  std::uint64_t round_ = 0;         // counts what lowered the limit; a place of an older round brings old news
  std::uint32_t answers_ = 0;       // in this round, since the last probe
  std::uint32_t step_ = 1;          // of the next probe
  std::uint32_t heat_ = 0;          // of news of throttles; cools with each answer
  bool unsure_ = false;             // the limit was jumped to: the next probe need not wait long
  bool reached_ = false;            // the limit, by a call that was answered, since the last probe
  std::optional<Instant> pressed_;  // when the limit last mattered
};

}  // namespace weir::lambda
