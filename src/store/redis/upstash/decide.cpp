#include "store/redis/upstash/decide.hpp"

#include "limits/wide.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace weir::store::redis::upstash {
namespace {

using limits::Outcome;
using limits::Verdict;

constexpr std::int64_t nanos_a_millisecond = 1'000'000;

std::int64_t whole(double number) {
  constexpr double most = 9.0e18;
  return static_cast<std::int64_t>(std::floor(std::clamp(number, -most, most)));
}

Instant instant_of(double milliseconds) {
  return limits::instant_at(limits::Wide{whole(milliseconds)} * nanos_a_millisecond);
}

Verdict counted(const Terms& terms, Outcome outcome, double used) {
  const auto limit = static_cast<double>(terms.limit);
  return {.outcome = outcome,
          .limit = terms.limit,
          .remaining = whole(std::max(0.0, limit - used)),
          .debt = whole(std::max(0.0, used - limit))};
}

// `left`: of the limit; below 0 when more is used.
Outcome outcome_of(const Terms& terms, double left, std::int64_t cost) {
  if (cost > terms.limit) return Outcome::cost_above_limit;
  return cost >= 0 && left < static_cast<double>(cost) ? Outcome::limited : Outcome::allowed;
}

// Of a refusal: until `passes`, and never when no waiting helps.
void say_when(Verdict& verdict, Instant passes, Instant now) {
  if (verdict.allowed()) return;
  const bool waiting_helps = verdict.outcome == Outcome::limited;
  verdict.retry_after = waiting_helps ? limits::wait_until(limits::nanos_since_epoch(passes), now) : limits::never;
}

Verdict take_fixed(const Terms& terms, State& state, Instant now, std::int64_t cost) {
  double& used = state.first.emplace(std::max(0.0, state.first.value_or(0)));
  const Outcome outcome = outcome_of(terms, static_cast<double>(terms.limit) - used, cost);
  if (outcome == Outcome::allowed) used = std::max(0.0, used + static_cast<double>(cost));
  Verdict verdict = counted(terms, outcome, used);
  verdict.reset = instant_of(static_cast<double>((window_of(terms, now) + 1) * terms.window));
  say_when(verdict, verdict.reset, now);
  return verdict;
}

// What the previous window still weighs after so many ms of this one.
double weight(const Terms& terms, std::int64_t elapsed, double previous) {
  const double share = static_cast<double>(elapsed) / static_cast<double>(terms.window);
  const double weighs = (1 - share) * previous;
  return terms.by_request ? weighs : std::floor(weighs);
}

// The first millisecond of a window, not before `from`, at which at most `room` is left of what the previous one
// weighs; the window's length if there is none.
std::int64_t fades_to(const Terms& terms, std::int64_t from, double previous, double room) {
  std::int64_t low = from;
  std::int64_t high = terms.window;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (weight(terms, middle, previous) <= room) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

Verdict take_sliding(const Terms& terms, State& state, Instant now, std::int64_t cost) {
  double& current = state.first.emplace(std::max(0.0, state.first.value_or(0)));
  const double previous = std::max(0.0, state.second);
  const std::int64_t begin = window_of(terms, now) * terms.window;
  const std::int64_t elapsed = milliseconds_of(now) - begin;
  const double weighs = weight(terms, elapsed, previous);
  const Outcome outcome = outcome_of(terms, static_cast<double>(terms.limit) - weighs - current, cost);
  if (outcome == Outcome::allowed) current = std::max(0.0, current + static_cast<double>(cost));
  Verdict verdict = counted(terms, outcome, weighs + current);
  verdict.reset = instant_of(static_cast<double>(begin + terms.window));
  if (outcome != Outcome::limited) {
    say_when(verdict, {}, now);
    return verdict;
  }
  const auto room = static_cast<double>(terms.limit - cost);
  std::int64_t passes = terms.window;
  if (current <= room) passes = fades_to(terms, elapsed + 1, previous, room - current);
  if (passes == terms.window) passes += fades_to(terms, 0, current, room);
  say_when(verdict, instant_of(static_cast<double>(begin + passes)), now);
  return verdict;
}

struct Bucket {
  double at;  // the last refill
  double tokens;
};

Bucket refilled(const Terms& terms, const State& state, Instant now) {
  const auto limit = static_cast<double>(terms.limit);
  const auto interval = static_cast<double>(terms.window);
  const auto time = static_cast<double>(milliseconds_of(now));
  Bucket bucket{.at = state.first.value_or(time), .tokens = state.first ? state.second : limit};
  if (time >= bucket.at + interval) {
    const double intervals = std::floor((time - bucket.at) / interval);
    bucket.at += intervals * interval;
    bucket.tokens += intervals * static_cast<double>(terms.refill);
  }
  bucket.tokens = std::min(limit, bucket.tokens);
  return bucket;
}

Verdict take_bucket(const Terms& terms, State& state, Instant now, std::int64_t cost) {
  const auto limit = static_cast<double>(terms.limit);
  const auto interval = static_cast<double>(terms.window);
  auto [at, tokens] = refilled(terms, state, now);
  const Outcome outcome = outcome_of(terms, tokens, cost);
  const bool full = cost < 0 && (!state.first || tokens == limit);
  if (outcome == Outcome::allowed && cost != 0 && !full) {
    tokens = std::min(limit, tokens - static_cast<double>(cost));
    state = {.first = at, .second = tokens};
  }
  Verdict verdict = counted(terms, outcome, limit - tokens);
  verdict.reset = instant_of(at + interval);
  const double intervals = std::ceil((static_cast<double>(cost) - tokens) / static_cast<double>(terms.refill));
  say_when(verdict, instant_of(at + intervals * interval), now);
  return verdict;
}

}  // namespace

std::int64_t milliseconds_of(Instant now) {
  return std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
}

std::int64_t window_of(const Terms& terms, Instant now) {
  const std::int64_t time = milliseconds_of(now);
  const std::int64_t window = time / terms.window;
  return time % terms.window < 0 ? window - 1 : window;
}

Verdict take(const Terms& terms, State& state, Instant now, std::int64_t cost) {
  switch (terms.kind) {
    case Kind::fixed_window:
      return take_fixed(terms, state, now, cost);
    case Kind::sliding_window:
      return take_sliding(terms, state, now, cost);
    case Kind::token_bucket:
      break;
  }
  return take_bucket(terms, state, now, cost);
}

Verdict charge(const Terms& terms, State& state, Instant now, std::int64_t cost) {
  const auto units = static_cast<double>(cost);
  if (terms.kind == Kind::token_bucket) {
    const auto [at, tokens] = refilled(terms, state, now);
    state = {.first = at, .second = tokens - units};
  } else {
    state.first = std::max(0.0, state.first.value_or(0)) + units;
  }
  Verdict verdict = take(terms, state, now, 0);
  verdict.outcome = Outcome::allowed;
  verdict.retry_after = limits::Nanos{0};
  return verdict;
}

}  // namespace weir::store::redis::upstash
