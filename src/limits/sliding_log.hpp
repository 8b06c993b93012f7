// sliding_log.hpp: the time of every call; exact. What counts at `now` are the calls in (now - W, now]: one at t no
// longer counts at t + W.
//
// The entries live in a ring that the store owns, oldest first. Calls of one instant share an entry. As every entry
// weighs at least 1, no more than N are ever needed: only debt finds N entries taken, and then joins the newest one,
// moved to now, which is against the caller. A clock that stepped back is taken to stand at the newest entry.
#pragma once

#include "limits/tally.hpp"

#include <weir/rule.hpp>

#include <algorithm>
#include <cstdint>

namespace weir::limits {

struct Entry {
  Instant at{};
  std::int64_t cost = 0;  // > 0
  friend bool operator==(const Entry&, const Entry&) = default;
};

// A view of a ring; all zeros: never seen. Copying it does not copy the entries.
struct Log {
  Entry* entries = nullptr;
  std::uint32_t capacity = 0;
  std::uint32_t head = 0;  // of the oldest entry
  std::uint32_t size = 0;
  std::int64_t sum = 0;  // of all entries' costs

  [[nodiscard]] Entry& operator[](std::uint32_t i) const noexcept {  // i < size; 0 is the oldest
    const std::uint64_t at = std::uint64_t{head} + i;
    return entries[at < capacity ? at : at - capacity];
  }
};

struct SlidingLog {
  using State = Log;

  std::int64_t limit;   // at most 10,000
  std::int64_t window;  // W in ns

  [[nodiscard]] static constexpr SlidingLog make(const Rule& rule) {
    return {rule.count, rule.period.length().count()};
  }

  // True when the ring must grow, to at most `limit` entries, before `cost` is charged at `now`.
  [[nodiscard]] bool needs_room(const Log& log, Instant now, std::int64_t cost) const noexcept;
  // How many entries that charge leaves behind: what a ring must hold, at most `limit`.
  [[nodiscard]] std::uint32_t entries_needed(const Log& log, Instant now, std::int64_t cost) const noexcept;

  // O(entries that expired + entries that must expire before the call passes).
  [[nodiscard]] Verdict look(const Log& log, Instant now, std::int64_t cost) const noexcept;
  // The ring must have room. A refund comes off the newest entries first.
  void charge(Log& log, Instant now, std::int64_t amount) const noexcept;
  [[nodiscard]] Verdict take(Log& log, Instant now, std::int64_t cost) const noexcept;
  // To the entry that was made at `held_at`.
  void give_back(Log& log, Instant now, std::int64_t amount, Instant held_at) const noexcept;
  [[nodiscard]] Instant fresh_at(const Log& log) const noexcept;

 private:
  struct Live {           // the entries that count
    std::uint32_t first;  // as log[first]
    std::int64_t used;
    Instant now;  // never before the newest entry
  };
  [[nodiscard]] Live live(const Log& log, Instant now) const noexcept;
  [[nodiscard]] Wide leaves_at(Instant entered) const noexcept { return nanos_since_epoch(entered) + window; }
  [[nodiscard]] Wide passes_at(const Log& log, const Live& live, std::int64_t cost) const noexcept;
  [[nodiscard]] Instant reset_after(const Log& log, const Live& live, std::int64_t cost, Instant now) const noexcept;
};

}  // namespace weir::limits
