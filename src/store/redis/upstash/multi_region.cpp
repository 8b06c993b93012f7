#include "store/redis/upstash/multi_region.hpp"

#include "limits/wide.hpp"
#include "store/redis/layout/script_text.hpp"
#include "store/redis/upstash/decide.hpp"
#include "store/redis/upstash/keys.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>

namespace weir::store::redis::upstash {
namespace {

using limits::Outcome;
using limits::Verdict;

constexpr std::size_t most_repaired = 1000;  // ids of one script call

const Script& region_script() {
  static const Script script = Script::of("upstash_region", std::string(script_text("upstash_region")));
  return script;
}

const Script& repair_script() {
  static const Script script = Script::of("upstash_region_repair", std::string(script_text("upstash_region_repair")));
  return script;
}

// As the package's parseInt: what begins with no number counts nothing.
std::int64_t rate_in(std::string_view text) {
  std::int64_t rate = 0;
  std::from_chars(text.data(), text.data() + text.size(), rate);
  return rate;
}

std::optional<Rates> rates_in(const Value& fields) {
  if (fields.type != Value::Type::array || fields.items.size() % 2 != 0) return std::nullopt;
  Rates rates;
  for (std::size_t at = 0; at < fields.items.size(); at += 2) {
    const Value& id = fields.items[at];
    const Value& rate = fields.items[at + 1];
    if (id.type != Value::Type::text || rate.type != Value::Type::text) return std::nullopt;
    rates.emplace(id.text, rate_in(rate.text));
  }
  return rates;
}

double sum_of(const Rates& rates) {
  double sum = 0;
  for (const auto& [id, rate] : rates) sum += static_cast<double>(rate);
  return sum;
}

double weight(const Terms& terms, std::int64_t elapsed, double previous) {
  return previous * (1 - static_cast<double>(elapsed) / static_cast<double>(terms.window));
}

// The first millisecond of a window, not before `from`, at which the previous one weighs at most `room`.
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

// In ms since the window's begin.
std::int64_t passes_at(const Terms& terms, double current, double previous, std::int64_t elapsed, std::int64_t cost) {
  if (terms.kind == Kind::fixed_window) return terms.window;
  const auto room = static_cast<double>(terms.limit - cost);
  std::int64_t passes = terms.window;
  if (current <= room) passes = fades_to(terms, elapsed + 1, previous, room - current);
  return passes < terms.window ? passes : terms.window + fades_to(terms, 0, current, room);
}

Instant at_millisecond(std::int64_t time) { return limits::instant_at(limits::Wide{time} * 1'000'000); }

}  // namespace

std::string request_id(std::uint64_t high, std::uint64_t low) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  limits::UnsignedWide bits = limits::UnsignedWide{high} << 64U | low;
  std::string id;
  for (int i = 0; i < 16; ++i) {
    id += letters[static_cast<std::size_t>(bits % letters.size())];
    bits /= letters.size();
  }
  return id;
}

ScriptCall region_call(const UpstashSpace& space, Key key, std::string_view id, std::int64_t cost, Instant now) {
  const Terms& terms = space.terms();
  return {.script = &region_script(),
          .keys = state_keys(space, identifier_of(key), now),
          .arguments = {std::to_string(milliseconds_of(now)), std::to_string(terms.window),
                        std::to_string(counter_ttl(terms)), std::to_string(terms.limit), std::string(id),
                        std::to_string(cost)}};
}

std::optional<RegionAnswer> read_region(const Value& reply) {
  if (reply.type != Value::Type::array || reply.items.size() != 4) return std::nullopt;
  const std::span<const Value> items = reply.items;
  if (items[0].type != Value::Type::integer || items[1].type != Value::Type::integer) return std::nullopt;
  auto current = rates_in(items[2]);
  auto previous = rates_in(items[3]);
  if (!current || !previous) return std::nullopt;
  return RegionAnswer{.taken = items[0].integer == 1,
                      .written = items[1].integer,
                      .current = *std::move(current),
                      .previous = *std::move(previous)};
}

Verdict region_verdict(const Terms& terms, const RegionAnswer& answer, std::int64_t cost, Instant now) {
  const std::int64_t begin = window_of(terms, now) * terms.window;
  const std::int64_t elapsed = milliseconds_of(now) - begin;
  const double previous = sum_of(answer.previous);
  const double current = sum_of(answer.current) + static_cast<double>(answer.written);
  const double used = std::ceil(weight(terms, elapsed, previous)) + current;
  const auto limit = static_cast<double>(terms.limit);
  Verdict verdict{.outcome = answer.taken ? Outcome::allowed : Outcome::limited,
                  .limit = terms.limit,
                  .remaining = static_cast<std::int64_t>(std::clamp(limit - used, 0.0, limit)),
                  .debt = static_cast<std::int64_t>(std::max(0.0, used - limit)),
                  .reset = at_millisecond(begin + terms.window)};
  if (answer.taken) return verdict;
  if (cost > terms.limit) {
    verdict.outcome = Outcome::cost_above_limit;
    verdict.retry_after = limits::never;
  } else {
    const std::int64_t passes = begin + passes_at(terms, current, previous, elapsed, cost);
    verdict.retry_after = limits::wait_until(limits::nanos_since_epoch(at_millisecond(passes)), now);
  }
  return verdict;
}

std::vector<RegionRepair> reconcile(std::span<const std::optional<RegionAnswer>> answers, std::string_view own_id,
                                    bool allowed) {
  const std::string own(own_id);
  Rates all;
  for (const auto& answer : answers) {
    if (!answer) continue;
    for (const auto& [id, rate] : answer->current) {
      // Where regions differ, somebody has written a wrong one: the larger is against the caller.
      const auto [known, is_new] = all.emplace(id, rate);
      if (!is_new) known->second = std::max(known->second, rate);
    }
    if (allowed && answer->written != 0) all.emplace(own, answer->written);
  }
  std::vector<RegionRepair> repairs(answers.size());
  for (std::size_t at = 0; at < answers.size(); ++at) {
    if (!answers[at]) continue;
    RegionRepair& repair = repairs[at];
    repair.missing = all;
    for (const auto& [id, rate] : answers[at]->current) repair.missing.erase(id);
    if (answers[at]->written != 0) repair.missing.erase(own);
    repair.forget_own = !allowed && answers[at]->written != 0;
  }
  return repairs;
}

std::vector<ScriptCall> repair_calls(const UpstashSpace& space, Key key, std::string_view own_id,
                                     const RegionRepair& repair, Instant now) {
  std::vector<ScriptCall> calls;
  if (repair.empty()) return calls;
  const auto add = [&](std::string_view forget) {
    calls.push_back({.script = &repair_script(),
                     .keys = {state_keys(space, identifier_of(key), now).front()},
                     .arguments = {std::to_string(counter_ttl(space.terms())), std::string(forget)}});
  };
  add(repair.forget_own ? own_id : std::string_view{});
  std::size_t ids = 0;
  for (const auto& [id, rate] : repair.missing) {
    if (ids++ == most_repaired) {
      add({});
      ids = 1;
    }
    calls.back().arguments.push_back(id);
    calls.back().arguments.push_back(std::to_string(rate));
  }
  return calls;
}

}  // namespace weir::store::redis::upstash
