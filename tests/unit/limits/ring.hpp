// ring.hpp: a sliding log with a ring of its own, grown as a store would.
#pragma once

#include "limits/sliding_log.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace weir::limits {

class Ring {
 public:
  explicit Ring(const SlidingLog& rule) : rule_(rule) {}
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  [[nodiscard]] Verdict look(Instant now, std::int64_t cost) const { return rule_.look(log_, now, cost); }
  Verdict take(Instant now, std::int64_t cost) {
    if (look(now, cost).allowed()) make_room(now, cost);
    return rule_.take(log_, now, cost);
  }
  void charge(Instant now, std::int64_t amount) {
    make_room(now, amount);
    rule_.charge(log_, now, amount);
  }
  void give_back(Instant now, std::int64_t amount, Instant held_at) { rule_.give_back(log_, now, amount, held_at); }
  [[nodiscard]] Instant fresh_at() const { return rule_.fresh_at(log_); }

  [[nodiscard]] std::vector<Entry> entries() const {
    std::vector<Entry> all;
    all.reserve(log_.size);
    for (std::uint32_t i = 0; i < log_.size; ++i) all.push_back(log_[i]);
    return all;
  }
  using Snapshot = std::vector<Entry>;
  [[nodiscard]] Snapshot snapshot() const { return entries(); }

 private:
  void make_room(Instant now, std::int64_t amount) {
    if (!rule_.needs_room(log_, now, amount)) return;
    std::vector<Entry> all = entries();
    const std::int64_t doubled = std::max<std::int64_t>(2 * std::int64_t{log_.capacity}, 1);
    all.resize(static_cast<std::size_t>(std::min(doubled, rule_.limit)));
    storage_ = std::move(all);
    log_.entries = storage_.data();
    log_.capacity = static_cast<std::uint32_t>(storage_.size());
    log_.head = 0;
  }

  SlidingLog rule_;
  std::vector<Entry> storage_;
  Log log_;
};

}  // namespace weir::limits
