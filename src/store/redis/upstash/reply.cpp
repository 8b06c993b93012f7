#include "store/redis/upstash/reply.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace weir::store::redis::upstash {
namespace {

using limits::Outcome;
using limits::Verdict;

std::optional<double> number_in(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

// A dynamic limit of 0: nothing passes. What is allowed and has no limit would be taken for undecided.
void say_of_none(Verdict& verdict, std::int64_t cost) {
  if (!verdict.allowed()) return;
  if (cost < 0) {
    verdict.limit = 1;
  } else {
    verdict.outcome = Outcome::cost_above_limit;
    verdict.retry_after = limits::never;
  }
}

// As the package's parseInt: what begins with no number counts nothing.
std::int64_t units_in(std::string_view text) {
  std::int64_t units = 0;
  std::from_chars(text.data(), text.data() + text.size(), units);
  return units;
}

bool is_flag(char flag) { return std::string_view("10dw").contains(flag); }

}  // namespace

std::optional<Found> read_found(std::span<const Value> items) {
  const auto is_text = [](const Value& value) { return value.type == Value::Type::text; };
  if (items.size() != found_items || !std::ranges::all_of(items, is_text)) return std::nullopt;
  const std::optional<double> limit = number_in(items[0].text);
  const std::optional<double> first = number_in(items[1].text);
  const std::optional<double> second = number_in(items[2].text);
  const bool numbers = limit && (first || items[1].text.empty()) && (second || items[2].text.empty());
  if (!numbers || *limit < 0 || *limit > static_cast<double>(max_count)) return std::nullopt;
  if (!std::ranges::all_of(items[3].text, is_flag)) return std::nullopt;
  return Found{.limit = static_cast<std::int64_t>(*limit),
               .state = {.first = first, .second = second.value_or(0)},
               .flags = items[3].text};
}

std::optional<Found> read_found(const Value& limit, const Value& key) {
  if (key.type != Value::Type::text) return std::nullopt;
  std::array<Value, found_items> items{limit};
  std::string_view rest = key.text;
  for (std::size_t at = 1; at < found_items; ++at) {
    const std::size_t end = at + 1 < found_items ? rest.find(' ') : rest.size();
    if (end == std::string_view::npos) return std::nullopt;
    items[at] = Value{.type = Value::Type::text, .text = rest.substr(0, end)};
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return read_found(items);
}

std::shared_ptr<const Requests> read_requests(const Value& fields) {
  if (fields.type != Value::Type::array || fields.items.size() % 2 != 0) return nullptr;
  auto requests = std::make_shared<Requests>();
  for (std::size_t at = 0; at < fields.items.size(); at += 2) {
    const Value& name = fields.items[at];
    const Value& units = fields.items[at + 1];
    if (name.type != Value::Type::text || units.type != Value::Type::text) return nullptr;
    requests->emplace(name.text, units_in(units.text));
  }
  return requests;
}

void tell(const Terms& terms, const Found& found, std::span<const std::int64_t> costs, Instant now,
          std::span<Verdict> verdicts) {
  Terms effective = terms;
  effective.limit = found.limit;
  State state = found.state;
  for (std::size_t at = 0; at < costs.size(); ++at) {
    const char flag = found.flags[at];
    Verdict& verdict = verdicts[at];
    if (flag == 'w') {
      verdict = {};
      continue;
    }
    if (flag == 'd') {
      verdict = {.outcome = Outcome::denied, .limit = found.limit, .reset = now, .retry_after = limits::never};
      continue;
    }
    const State before = state;
    verdict = take(effective, state, now, costs[at]);
    if (flag == '1' && !verdict.allowed()) {  // by force, too
      state = before;
      verdict = charge(effective, state, now, costs[at]);
    }
    if (flag == '0' && verdict.allowed()) {
      state = before;
      verdict.outcome = Outcome::limited;
      verdict.retry_after = std::max(limits::Nanos{1}, verdict.reset - now);
    }
    if (found.limit == 0) say_of_none(verdict, costs[at]);
  }
}

}  // namespace weir::store::redis::upstash
