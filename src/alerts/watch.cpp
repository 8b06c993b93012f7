#include "alerts/watch.hpp"

#include "limits/wide.hpp"

#include <algorithm>
#include <utility>

namespace weir::alerts {

namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

// Of refusals: the window above, how many below.
constexpr unsigned count_bits = 24;
constexpr std::uint64_t most_counted = (std::uint64_t{1} << count_bits) - 1;

std::int64_t capacity_of(const Decision& decision) { return decision.limit.value_or(0); }

std::int64_t used_of(const Decision& decision) {
  const limits::Wide used = limits::Wide{capacity_of(decision)} - decision.remaining + decision.debt;
  return std::max<std::int64_t>(0, limits::saturated(used));
}

// A claim of a window that began with its crossing must be over when the window is: it comes a little later.
nanoseconds shortened(nanoseconds window) {
  return std::max(window - std::min<nanoseconds>(window / 10, seconds(2)), nanoseconds(1));
}

}  // namespace

Watch::Watch(Terms terms)
    : terms_(std::make_shared<const Terms>(std::move(terms))), known_(std::make_shared<Known>()) {}

Watch::Watch(Terms terms, const Watch& before)
    : terms_(std::make_shared<const Terms>(std::move(terms))),
      known_(terms_->same_crossings(before.terms()) ? before.known_ : std::make_shared<Known>()) {}

std::optional<Crossing> Watch::see(const Decision& decision, bool refused, Key key, Instant now) const noexcept {
  if (terms_->kind == Kind::share) return see_share(decision, key, now);
  if (!refused) return std::nullopt;
  return see_refusal(decision, key, now);
}

std::optional<Crossing> Watch::see_share(const Decision& decision, Key key, Instant now) const noexcept {
  const std::int64_t capacity = capacity_of(decision);
  const std::int64_t used = used_of(decision);
  if (used <= 0 || limits::Wide{used} * whole_share < limits::Wide{capacity} * terms_->at) return std::nullopt;

  const bool ends = terms_->ends && decision.reset > Instant{};
  const Instant until = ends ? decision.reset : now + terms_->window;
  const auto as_number = [](Instant at) { return static_cast<std::uint64_t>(at.time_since_epoch().count()); };
  // Windows that end are told apart by their ends, whatever the clock here says.
  const auto is_told = [&](std::uint64_t known) { return ends ? known >= as_number(until) : known > as_number(now); };
  const std::uint64_t hash = known_->hash(key);
  const auto* known = known_->keys.find(hash);
  if (known != nullptr && is_told(known->load(std::memory_order_relaxed))) return std::nullopt;
  if (!known_->keys.put(hash, as_number(until), is_told)) return std::nullopt;

  Crossing crossing{.used = used, .capacity = capacity, .reset = decision.reset, .at = now};
  if (ends) {
    crossing.window = until;
    crossing.lasts = std::max<nanoseconds>(until - now, nanoseconds(0)) + seconds(10);  // clocks differ
  } else {
    crossing.lasts = shortened(terms_->window);
  }
  return crossing;
}

std::optional<Crossing> Watch::see_refusal(const Decision& decision, Key key, Instant now) const noexcept {
  const auto window = static_cast<std::uint64_t>(now.time_since_epoch() / terms_->per);
  const std::uint64_t hash = known_->hash(key);
  std::uint64_t count = 0;
  const auto counted = [&](std::uint64_t before) {
    const bool same = before >> count_bits == window;
    count = same ? std::min((before & most_counted) + 1, most_counted) : 1;
    return window << count_bits | count;
  };
  const auto count_in = [&](std::atomic<std::uint64_t>& number) {
    std::uint64_t before = number.load(std::memory_order_relaxed);
    while (!number.compare_exchange_weak(before, counted(before), std::memory_order_relaxed)) {
    }
  };
  if (auto* const number = known_->keys.find(hash)) {
    count_in(*number);
  } else if (known_->keys.put(hash, counted(0), [](std::uint64_t) { return true; })) {
    count = 1;
  } else if (auto* const found = known_->keys.find(hash)) {  // another thread was faster
    count_in(*found);
  }
  if (count != static_cast<std::uint64_t>(terms_->at)) return std::nullopt;
  const Instant start{nanoseconds(static_cast<std::int64_t>(window) * terms_->per.count())};
  return Crossing{.used = used_of(decision),
                  .capacity = capacity_of(decision),
                  .reset = decision.reset,
                  .at = now,
                  .window = start,
                  .lasts = start + terms_->per - now + seconds(10)};
}

}  // namespace weir::alerts
