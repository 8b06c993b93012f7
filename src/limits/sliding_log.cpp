#include "limits/sliding_log.hpp"

#include <limits>

namespace weir::limits {
namespace {

void drop_oldest(Log& log, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) log.sum -= log[i].cost;
  log.size -= count;
  const std::uint64_t head = std::uint64_t{log.head} + count;
  log.head = log.size == 0 ? 0 : static_cast<std::uint32_t>(head < log.capacity ? head : head - log.capacity);
}

void refund(Log& log, std::int64_t amount) {
  while (amount > 0 && log.size > 0) {
    Entry& newest = log[log.size - 1];
    const std::int64_t part = std::min(amount, newest.cost);
    newest.cost -= part;
    log.sum -= part;
    amount -= part;
    if (newest.cost == 0) --log.size;
  }
}

void add(Log& log, Instant now, std::int64_t amount) {
  // Bounded so that the sum stays what the entries add up to.
  amount = std::min(amount, std::numeric_limits<std::int64_t>::max() - log.sum);
  if (amount == 0) return;
  log.sum += amount;
  if (log.size > 0) {
    Entry& newest = log[log.size - 1];
    if (newest.at == now || log.size == log.capacity) {
      newest = {now, newest.cost + amount};
      return;
    }
  }
  ++log.size;
  log[log.size - 1] = {now, amount};
}

// The first entry that was made at `at` or later.
std::uint32_t lower_bound(const Log& log, Instant at) {
  std::uint32_t low = 0;
  std::uint32_t high = log.size;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (log[middle].at < at) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

SlidingLog::Live SlidingLog::live(const Log& log, Instant now) const noexcept {
  if (log.size == 0) return {0, 0, now};
  Live live{0, log.sum, std::max(now, log[log.size - 1].at)};
  while (live.first < log.size && leaves_at(log[live.first].at) <= nanos_since_epoch(live.now)) {
    live.used -= log[live.first++].cost;
  }
  return live;
}

std::uint32_t SlidingLog::entries_needed(const Log& log, Instant now, std::int64_t cost) const noexcept {
  const Live counted = live(log, now);
  const std::uint32_t size = log.size - counted.first;
  const bool joins = size > 0 && (log[log.size - 1].at == counted.now || size >= limit);
  return size + (cost > 0 && !joins ? 1 : 0);
}

bool SlidingLog::needs_room(const Log& log, Instant now, std::int64_t cost) const noexcept {
  return entries_needed(log, now, cost) > log.capacity;
}

Verdict SlidingLog::look(const Log& log, Instant now, std::int64_t cost) const noexcept {
  const Live counted = live(log, now);
  const Tally before{limit, counted.used};
  const Outcome outcome = before.outcome(cost);
  const bool allowed = outcome == Outcome::allowed;
  const Tally tally = allowed ? before.after(cost) : before;
  Verdict verdict{.outcome = outcome, .limit = limit, .remaining = tally.remaining(), .debt = tally.debt()};
  verdict.reset = reset_after(log, counted, allowed ? cost : 0, now);
  if (outcome == Outcome::cost_above_limit) verdict.retry_after = never;
  if (outcome == Outcome::limited) verdict.retry_after = wait_until(passes_at(log, counted, cost), now);
  return verdict;
}

Wide SlidingLog::passes_at(const Log& log, const Live& live, std::int64_t cost) const noexcept {
  std::int64_t used = live.used;
  std::uint32_t i = live.first;
  while (used > limit - Tally::least(cost)) used -= log[i++].cost;
  return leaves_at(log[i - 1].at);
}

// When the newest entry that is left after the call leaves the window.
Instant SlidingLog::reset_after(const Log& log, const Live& live, std::int64_t cost, Instant now) const noexcept {
  if (cost > 0) return instant_at(leaves_at(live.now));
  std::int64_t back = -cost;
  for (std::uint32_t end = log.size; end > live.first; --end) {
    const Entry& entry = log[end - 1];
    if (entry.cost > back) return instant_at(leaves_at(entry.at));
    back -= entry.cost;
  }
  return now;
}

void SlidingLog::charge(Log& log, Instant now, std::int64_t amount) const noexcept {
  if (amount == 0) return;
  const Live counted = live(log, now);
  drop_oldest(log, counted.first);
  if (amount > 0) {
    add(log, counted.now, amount);
  } else {
    refund(log, saturated(-Wide{amount}));
  }
}

Verdict SlidingLog::take(Log& log, Instant now, std::int64_t cost) const noexcept {
  const Verdict verdict = look(log, now, cost);
  if (verdict.allowed()) charge(log, now, cost);
  return verdict;
}

void SlidingLog::give_back(Log& log, Instant now, std::int64_t amount, Instant held_at) const noexcept {
  const Live counted = live(log, now);
  if (leaves_at(held_at) <= nanos_since_epoch(counted.now)) return;
  // Where the clock had stepped back, or debt was merged, the units stand a little later than they were held.
  const std::uint32_t held = lower_bound(log, held_at);
  if (held == log.size) return;
  Entry& entry = log[held];
  const std::int64_t part = std::min(amount, entry.cost);
  entry.cost -= part;
  log.sum -= part;
  if (entry.cost > 0) return;
  for (std::uint32_t i = held; i + 1 < log.size; ++i) log[i] = log[i + 1];
  --log.size;
}

Instant SlidingLog::fresh_at(const Log& log) const noexcept {
  return log.size == 0 ? Instant::min() : instant_at(leaves_at(log[log.size - 1].at));
}

}  // namespace weir::limits
