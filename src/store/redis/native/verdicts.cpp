#include "store/redis/native/verdicts.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <type_traits>

namespace weir::store::redis::native {
namespace {

using limits::Outcome;

constexpr std::int64_t not_ours = -max_count;  // instead of a state

// States as the scripts say them.
limits::FixedWindow::State state_of(const limits::FixedWindow&, Found& found) {
  const Instant start = at_micros(found.next());
  return {start, found.next()};
}
limits::SlidingWindow::State state_of(const limits::SlidingWindow&, Found& found) {
  const Instant start = at_micros(found.next());
  const std::int64_t current = found.next();
  return {start, current, found.next()};
}
Bucket::State state_of(const Bucket& bucket, Found& found) {
  const auto micros = static_cast<std::uint64_t>(found.next());
  return bucket.state(micros, static_cast<std::uint64_t>(found.next()));
}
limits::IntervalBucket::State state_of(const limits::IntervalBucket&, Found& found) {
  const Instant refilled = at_micros(found.next());
  return {refilled, found.next()};
}

// Of a log the script says less than its state, and what takes the entries to know.
struct LogFound {
  std::int64_t used;
  Instant reset_after;  // the cost passed
  Instant reset;        // as it is
  std::int64_t passes_at;
};
LogFound log_found(Found& found) {
  const std::int64_t used = found.next();
  const Instant after = at_micros(found.next());
  const Instant as_it_is = at_micros(found.next());
  return {used, after, as_it_is, found.next()};
}

Verdict look(const limits::SlidingLog& log, const LogFound& found, Instant now, std::int64_t cost) {
  const limits::Tally before{log.limit, found.used};
  const Outcome outcome = before.outcome(cost);
  const bool allowed = outcome == Outcome::allowed;
  const limits::Tally tally = allowed ? before.after(cost) : before;
  Verdict verdict{.outcome = outcome, .limit = log.limit, .remaining = tally.remaining(), .debt = tally.debt()};
  verdict.reset = allowed && cost != 0 ? found.reset_after : found.reset;
  if (outcome == Outcome::cost_above_limit) verdict.retry_after = limits::never;
  if (outcome == Outcome::limited) verdict.retry_after = at_micros(found.passes_at) - now;
  return verdict;
}

void agree(Verdict& verdict, bool passed) {
  if (passed == verdict.allowed()) return;
  verdict.outcome = passed ? Outcome::allowed : Outcome::limited;
  verdict.retry_after = limits::Nanos(passed ? 0 : 1);
}

template <class... Kinds>
struct Overloaded : Kinds... {
  using Kinds::operator()...;
};

template <class Algorithm>
void read_state(const Algorithm& algorithm, Instant now, std::span<const std::int64_t> costs, Found& found,
                std::span<Verdict> verdicts) {
  if (found.peek() == not_ours) {
    found.skip(2 + (std::is_same_v<Algorithm, limits::SlidingWindow> ? 1 : 0) + costs.size());
    std::ranges::fill(verdicts.first(costs.size()), Verdict{});
    return;
  }
  auto state = state_of(algorithm, found);
  for (std::size_t at = 0; at < costs.size(); ++at) {
    const bool passed = found.next() != 0;
    verdicts[at] = algorithm.look(state, now, costs[at]);
    agree(verdicts[at], passed);
    if (passed) algorithm.charge(state, now, costs[at]);
  }
}

// It asks whether one is left behind those before it, when it costs nothing itself.
template <class Look>
Judged judged(const Look& look, std::int64_t before, std::int64_t cost) {
  Verdict alone = look(before + cost);
  if (cost == 0 && before > 0 && alone.allowed() && alone.remaining == 0) alone = look(before + 1);
  return {alone, look(0)};
}

}  // namespace

Instant at_micros(std::int64_t micros) { return limits::instant_at(limits::Wide{micros} * 1000); }

std::optional<std::vector<std::int64_t>> numbers_in(std::span<const Value> items) {
  std::vector<std::int64_t> numbers;
  numbers.reserve(items.size());
  for (const Value& item : items) {
    if (item.type != Value::Type::integer) return std::nullopt;
    numbers.push_back(item.integer);
  }
  return numbers;
}

std::optional<std::vector<std::int64_t>> numbers_in(std::string_view text) {
  std::vector<std::int64_t> numbers;
  while (!text.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return std::nullopt;
    numbers.push_back(number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
  return numbers;
}

void read_key(const Decider& decider, Instant now, std::span<const std::int64_t> costs, Found& found,
              std::span<Verdict> verdicts) {
  std::visit(Overloaded{[](const limits::Concurrency&) {},
                        [&](const limits::SlidingLog& log) {
                          for (std::size_t at = 0; at < costs.size(); ++at) {
                            const LogFound before = log_found(found);
                            verdicts[at] = before.used < 0 ? Verdict{} : look(log, before, now, costs[at]);
                            const bool passed = found.next() != 0;
                            if (before.used >= 0) agree(verdicts[at], passed);
                          }
                        },
                        [&](const auto& algorithm) { read_state(algorithm, now, costs, found, verdicts); }},
             decider);
}

Judged read_check(const Decider& decider, Instant now, std::int64_t before, std::int64_t cost, Found& found) {
  const bool passed = found.next() != 0;
  Judged result = std::visit(
      Overloaded{[&](const limits::Concurrency& limit) {
                   const std::int64_t held = found.next();
                   return judged([&](std::int64_t amount) { return limit.look(held, amount); }, before, cost);
                 },
                 [&](const limits::SlidingLog& log) {
                   const LogFound what = log_found(found);
                   return judged([&](std::int64_t amount) { return look(log, what, now, amount); }, before, cost);
                 },
                 [&](const auto& algorithm) {
                   const auto state = state_of(algorithm, found);
                   return judged([&](std::int64_t amount) { return algorithm.look(state, now, amount); }, before, cost);
                 }},
      decider);
  agree(result.alone, passed);
  return result;
}

}  // namespace weir::store::redis::native
