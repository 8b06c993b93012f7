// ledger.hpp: all that was counted, by time, for as long as it is kept, in bounded memory. Not for several threads.
//
//   level 0    slices of one bucket (1m), for the last 60 buckets at least
//   level 1    slices of 60 buckets (1h), for the last 48 of them at least
//   level 2    slices of 1440 buckets (1d), to the end of the retention
//
// Slices leave a level together with all others that lie in one slice of the next level, and are added up there: each
// count is in one slice. Points of a series keep the width of a bucket in levels 0 and 1, and are as wide as 60 in
// level 2. A ranking counts all keys in a table for `top` while its slice is young, and keeps `top` keys once that is
// over: its error is then at most 3.5 / top of all that was counted, 1.5 / top within the last 60 buckets (1 / (2 top)
// by purges, and 1 / top whenever a slice is closed, once a level). Where there are so many limits that `most_bytes`
// would not hold them, the tables shrink; where even the smallest are too much the oldest slices go, and what they had
// counted is told as dropped.
#pragma once

#include "analytics/slice.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>

namespace weir::analytics {

struct Terms {
  Millis bucket = 60'000;
  Millis retention = Millis{30} * 24 * 3'600'000;
  std::size_t top = 1000;
  friend bool operator==(const Terms&, const Terms&) = default;
};

// A slice of a process, by where it is in the process's ledger.
struct SliceName {
  std::size_t level = 0;
  Millis begin = 0;
  Millis length = 0;
  friend auto operator<=>(const SliceName&, const SliceName&) = default;
};
// A slice as it was once: each change has a higher number than all before it.
struct SliceChange {
  SliceName name;
  std::uint64_t change = 0;
  bool gone = false;
};

class Ledger {
 public:
  static constexpr std::size_t most_bytes = std::size_t{20} << 20;
  static constexpr std::size_t levels = 3;
  static constexpr std::size_t least_slots = 32;  // of a ranking's table, however many rankings there are

  explicit Ledger(const Terms& terms, std::size_t room = most_bytes);

  // What is there stays as it is; what comes is held to the new ones.
  void change(const Terms& terms);
  [[nodiscard]] const Terms& terms() const { return terms_; }

  // What happened in the bucket that begins at `bucket`. Older than the retention: dropped, and not counted as such.
  void add(Millis bucket, const Slice& what, Millis now);
  // Moves on what has left its level, forgets what is older than the retention and holds itself to its bound. Returns
  // the decisions that were dropped for want of room.
  std::int64_t advance(Millis now);

  // visit(begin, end, slice) of each slice with a part in from <= t < to, in no order.
  template <class Visit>
  void each(Millis from, Millis to, Visit visit) const {
    for (std::size_t level = 0; level < levels; ++level) {
      for (const auto& [begin, held] : slices_[level]) {
        if (begin < to && begin + held.length > from) visit(begin, begin + held.length, held.slice);
      }
    }
  }
  // visit(change, slice) of each slice that has changed since that was last told to be written elsewhere, the longest
  // first; then with null of each that was and has gone: what takes others in comes before they go.
  template <class Visit>
  void each_changed(Visit visit) const {
    for (std::size_t level = levels; level-- > 0;) {
      for (const auto& [begin, held] : slices_[level]) {
        if (held.change == held.written) continue;
        visit(SliceChange{.name = {level, begin, held.length}, .change = held.change}, &held.slice);
      }
    }
    for (const auto& [name, change] : gone_) {
      visit(SliceChange{.name = name, .change = change, .gone = true}, static_cast<const Slice*>(nullptr));
    }
  }
  void told(const SliceChange& written);
  void nothing_is_told();  // whoever was told is another one now, or has forgotten
  [[nodiscard]] std::size_t bytes() const;
  [[nodiscard]] std::size_t size() const;  // slices

 private:
  struct Held {
    Millis length = 0;
    bool young = true;  // its rankings count all keys
    std::uint64_t change = 0;
    std::uint64_t written = 0;  // the last change that is known to be written elsewhere; 0: none
    Slice slice{};
  };
  using Level = std::map<Millis, Held>;  // by their begin

  [[nodiscard]] Millis length_of(std::size_t level) const;
  [[nodiscard]] Millis width_of(std::size_t level) const;  // of its points
  // Whether what happened at `t` belongs to a later level.
  [[nodiscard]] bool has_left(std::size_t level, Millis t, Millis now) const;
  [[nodiscard]] bool has_parent(std::size_t level, Millis t) const;
  [[nodiscard]] std::size_t level_of(Millis bucket, Millis now) const;
  void put(std::size_t level, Millis t, const Slice& what);
  void changed(Held& held) { held.change = ++last_change_; }
  void goes(std::size_t level, Millis begin, Held& held);
  void forget(Millis now);
  void move_on(Millis now);
  void close(Millis now);
  std::int64_t shrink();

  Terms terms_;
  std::size_t room_;
  std::size_t slots_;  // of each table; fewer where the room is short
  std::array<Level, levels> slices_;
  std::uint64_t last_change_ = 0;
  std::map<SliceName, std::uint64_t> gone_;  // once written elsewhere, and not yet removed there
};

}  // namespace weir::analytics
