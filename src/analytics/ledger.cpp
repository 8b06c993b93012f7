#include "analytics/ledger.hpp"

#include <algorithm>
#include <iterator>

namespace weir::analytics {

namespace {

// In buckets: how long the slices of a level are, how wide their points, and for how long they stay.
struct LevelShape {
  Millis length;
  Millis width;
  Millis kept;
};
constexpr std::array<LevelShape, Ledger::levels> shapes{{{.length = 1, .width = 1, .kept = 60},
                                                         {.length = 60, .width = 1, .kept = 48 * 60},
                                                         {.length = 1440, .width = 60, .kept = 0}}};

}  // namespace

Millis Ledger::length_of(std::size_t level) const { return shapes[level].length * terms_.bucket; }
Millis Ledger::width_of(std::size_t level) const { return shapes[level].width * terms_.bucket; }

Ledger::Ledger(const Terms& terms, std::size_t room)
    : terms_(terms), room_(room), slots_(HeavyHitters::slots_for(terms.top)) {}

void Ledger::change(const Terms& terms) {
  if (terms == terms_) return;
  terms_ = terms;
  slots_ = HeavyHitters::slots_for(terms.top);
}

// Where the clock went back, what is ahead of it is as young as can be.
bool Ledger::has_left(std::size_t level, Millis t, Millis now) const {
  if (level + 1 == levels) return false;
  const Millis parent = length_of(level + 1);
  return start_of(t, parent) + parent <= now - shapes[level].kept * terms_.bucket;
}

// Once there is a slice of the next level all that lies in it belongs there, also when the clock was set back: who
// finds both takes the shorter one for a part of the longer.
bool Ledger::has_parent(std::size_t level, Millis t) const {
  return level + 1 < levels && slices_[level + 1].contains(start_of(t, length_of(level + 1)));
}

std::size_t Ledger::level_of(Millis bucket, Millis now) const {
  std::size_t level = 0;
  while (has_left(level, bucket, now) || has_parent(level, bucket)) ++level;
  return level;
}

void Ledger::put(std::size_t level, Millis t, const Slice& what) {
  const auto at = slices_[level].try_emplace(start_of(t, length_of(level))).first;
  Held& held = at->second;
  if (held.length != 0 && held.length < length_of(level)) {  // it is from under other terms
    goes(level, at->first, held);
    held.written = 0;
  }
  held.length = std::max(held.length, length_of(level));
  held.slice.add(what, slots_, width_of(level));
  held.young = true;
  changed(held);
}

void Ledger::add(Millis bucket, const Slice& what, Millis now) {
  if (bucket + terms_.bucket <= now - terms_.retention) return;
  put(level_of(bucket, now), bucket, what);
}

std::int64_t Ledger::advance(Millis now) {
  forget(now);
  move_on(now);
  close(now);
  return shrink();
}

void Ledger::forget(Millis now) {
  for (std::size_t level = 0; level < levels; ++level) {
    for (auto at = slices_[level].begin(); at != slices_[level].end();) {
      const bool is_old = at->first + at->second.length <= now - terms_.retention;
      if (is_old) goes(level, at->first, at->second);
      at = is_old ? slices_[level].erase(at) : std::next(at);
    }
  }
}

void Ledger::move_on(Millis now) {
  for (std::size_t level = 0; level + 1 < levels; ++level) {
    Level& slices = slices_[level];
    while (!slices.empty() && has_left(level, slices.begin()->first, now)) {
      auto leaving = slices.extract(slices.begin());
      put(level + 1, leaving.key(), leaving.mapped().slice);
      goes(level, leaving.key(), leaving.mapped());
    }
  }
}

// A slice that was over a bucket ago is hardly added to any more.
void Ledger::close(Millis now) {
  for (Level& level : slices_) {
    for (auto& [begin, held] : level) {
      if (!held.young || begin + held.length + terms_.bucket > now) continue;
      held.slice.keep(std::min(terms_.top, slots_ / 4));
      held.young = false;
      changed(held);
    }
  }
}

std::int64_t Ledger::shrink() {
  std::size_t taken = bytes();
  if (taken < room_ / 4) slots_ = std::min(slots_ * 2, HeavyHitters::slots_for(terms_.top));
  for (; taken > room_ && slots_ > least_slots; taken = bytes()) {
    slots_ /= 2;
    for (Level& level : slices_) {
      for (auto& [begin, held] : level) held.slice.hold_to(slots_);
    }
  }
  std::int64_t dropped = 0;
  for (; taken > room_; taken = bytes()) {
    Level& oldest =
        *std::ranges::find_if(slices_.rbegin(), slices_.rend(), [](const Level& one) { return !one.empty(); });
    dropped += oldest.begin()->second.slice.decisions();
    goes(static_cast<std::size_t>(&oldest - slices_.data()), oldest.begin()->first, oldest.begin()->second);
    oldest.erase(oldest.begin());
  }
  return dropped;
}

std::size_t Ledger::bytes() const {
  std::size_t sum = 0;
  for (const Level& level : slices_) {
    for (const auto& [begin, held] : level) sum += held.slice.bytes();
  }
  return sum;
}

void Ledger::goes(std::size_t level, Millis begin, Held& held) {
  if (held.written == 0) return;
  changed(held);
  gone_[{.level = level, .begin = begin, .length = held.length}] = held.change;
}

void Ledger::told(const SliceChange& written) {
  if (written.gone) {
    const auto known = gone_.find(written.name);
    if (known != gone_.end() && known->second == written.change) gone_.erase(known);
    return;
  }
  Level& level = slices_[written.name.level];
  const auto found = level.find(written.name.begin);
  if (found != level.end() && found->second.length == written.name.length) {
    found->second.written = written.change;
  } else {
    gone_[written.name] = ++last_change_;  // it went meanwhile
  }
}

void Ledger::nothing_is_told() {
  gone_.clear();
  for (Level& level : slices_) {
    for (auto& [begin, held] : level) held.written = 0;
  }
}

std::size_t Ledger::size() const {
  std::size_t sum = 0;
  for (const Level& level : slices_) sum += level.size();
  return sum;
}

}  // namespace weir::analytics
