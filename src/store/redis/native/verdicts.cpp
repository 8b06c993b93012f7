#include "store/redis/native/verdicts.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <system_error>
#include <type_traits>
#include <variant>

namespace weir::store::redis::native {
namespace {

using limits::Outcome;

constexpr std::string_view not_ours = "?";  // instead of a state

// Units that are used: never below 0.
std::int64_t used_in(Found& found) { return std::max<std::int64_t>(0, found.next()); }
std::uint64_t unsigned_in(Found& found) { return static_cast<std::uint64_t>(used_in(found)); }

// States as the scripts say them.
limits::FixedWindow::State state_of(const limits::FixedWindow&, Found& found) {
  const Instant start = at_micros(found.next());
  return {start, used_in(found)};
}
limits::SlidingWindow::State state_of(const limits::SlidingWindow&, Found& found) {
  const Instant start = at_micros(found.next());
  const std::int64_t current = used_in(found);
  return {start, current, used_in(found)};
}
Bucket::State state_of(const Bucket& bucket, Found& found) {
  const std::uint64_t micros = unsigned_in(found);
  if (!found.more()) return bucket.state(micros, 0);
  const std::uint64_t parts = unsigned_in(found);
  // As a value says it, with the size of its parts: they are rounded up where they are of another rate.
  const bool of_another = found.more() && unsigned_in(found) != bucket.parts_a_micro;
  return of_another ? bucket.state(micros + 1, 0) : bucket.state(micros, parts);
}
limits::IntervalBucket::State state_of(const limits::IntervalBucket&, Found& found) {
  const Instant refilled = at_micros(found.next());
  return {refilled, used_in(found)};
}

// The same where numbers of other checks follow: a bucket's are two.
template <class Algorithm>
auto told(const Algorithm& algorithm, Found& found) {
  if constexpr (std::is_same_v<Algorithm, Bucket>) {
    const std::uint64_t micros = unsigned_in(found);
    return algorithm.state(micros, unsigned_in(found));
  } else {
    return state_of(algorithm, found);
  }
}

// Of a log the script says less than its state, and what takes the entries to know.
struct LogFound {
  std::int64_t used;
  Instant reset_after;  // the cost passed
  Instant reset;        // as it is
  std::int64_t passes_at;
};
LogFound log_found(Found& found) {
  const std::int64_t used = used_in(found);
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
  if (outcome == Outcome::limited) verdict.retry_after = limits::wait_until(limits::Wide{found.passes_at} * 1000, now);
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
bool read_state(const Algorithm& algorithm, Instant now, std::span<const std::int64_t> costs, Fields& fields,
                std::span<Verdict> verdicts) {
  const std::string_view text = fields.next();
  const std::string_view passed = fields.next();
  if (passed.size() != costs.size()) return false;
  if (text == not_ours) {
    std::ranges::fill(verdicts.first(costs.size()), Verdict{});
    return true;
  }
  Found found(text);
  auto state = text.empty() ? decltype(state_of(algorithm, found)){} : state_of(algorithm, found);
  if (!found.at_end()) return false;
  for (std::size_t at = 0; at < costs.size(); ++at) {
    verdicts[at] = algorithm.look(state, now, costs[at]);
    agree(verdicts[at], passed[at] == '1');
    if (passed[at] == '1') algorithm.charge(state, now, costs[at]);
  }
  return true;
}

bool read_log(const limits::SlidingLog& log, Instant now, std::span<const std::int64_t> costs, Fields& fields,
              std::span<Verdict> verdicts) {
  for (std::size_t at = 0; at < costs.size(); ++at) {
    const std::string_view text = fields.next();
    const std::string_view passed = fields.next();
    verdicts[at] = {};
    if (text == not_ours) continue;
    Found found(text);
    verdicts[at] = look(log, log_found(found), now, costs[at]);
    agree(verdicts[at], passed == "1");
    if (!found.at_end() || passed.size() != 1) return false;
  }
  return true;
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

std::int64_t Found::next() {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), number);
  if (error != std::errc{}) complete_ = false;
  text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
  if (text_.starts_with(' ')) text_.remove_prefix(1);
  return number;
}

std::string_view Fields::next() {
  const std::size_t end = text_.find(';');
  const std::string_view field = text_.substr(0, end);
  more_ = end != std::string_view::npos;
  text_ = more_ ? text_.substr(end + 1) : std::string_view{};
  return field;
}

bool read_key(const Decider& decider, Instant now, std::span<const std::int64_t> costs, Fields& fields,
              std::span<Verdict> verdicts) {
  return std::visit(
      Overloaded{[](const limits::Concurrency&) { return false; },
                 [&](const limits::SlidingLog& log) { return read_log(log, now, costs, fields, verdicts); },
                 [&](const auto& algorithm) { return read_state(algorithm, now, costs, fields, verdicts); }},
      decider);
}

Judged read_check(const Decider& decider, Instant now, std::int64_t before, std::int64_t cost, Found& found) {
  const bool passed = found.next() != 0;
  Judged result = std::visit(
      Overloaded{[&](const limits::Concurrency& limit) {
                   const std::int64_t held = used_in(found);
                   return judged([&](std::int64_t amount) { return limit.look(held, amount); }, before, cost);
                 },
                 [&](const limits::SlidingLog& log) {
                   const LogFound what = log_found(found);
                   return judged([&](std::int64_t amount) { return look(log, what, now, amount); }, before, cost);
                 },
                 [&](const auto& algorithm) {
                   const auto state = told(algorithm, found);
                   return judged([&](std::int64_t amount) { return algorithm.look(state, now, amount); }, before, cost);
                 }},
      decider);
  agree(result.alone, passed);
  return result;
}

}  // namespace weir::store::redis::native
