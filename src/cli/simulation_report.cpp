#include "cli/simulation_report.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "api/json_text.hpp"
#include "cli/json_out.hpp"
#include "cli/text_table.hpp"
#include "config/shown.hpp"

namespace weir::cli {

namespace {

// `2026-01-15 12:00:00`
std::string spelled(Instant time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(second - day);
  const auto two = [](auto number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return std::to_string(static_cast<int>(date.year())) + '-' + two(static_cast<unsigned>(date.month())) + '-' +
         two(static_cast<unsigned>(date.day())) + ' ' + two(clock.hours().count()) + ':' +
         two(clock.minutes().count()) + ':' + two(clock.seconds().count());
}

// `40.0%`
std::string share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "-";
  const auto tenths = std::lround(static_cast<double>(part) / static_cast<double>(whole) * 1000);
  return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + '%';
}

template <class Length>
std::int64_t rounded_up_ms(Length length) {
  return std::chrono::ceil<std::chrono::milliseconds>(length).count();
}

}  // namespace

std::string table(const Simulation& simulation, std::size_t keys) {
  std::string out = grouped(simulation.calls()) + (simulation.calls() == 1 ? " call" : " calls");
  if (simulation.calls() > 0) {
    out += ", " + spelled(simulation.first()) + " to " + spelled(simulation.last()) + " UTC";
  }
  out += "\n\n";

  const auto tallies = simulation.tallies();
  const bool denied = std::ranges::any_of(tallies, [](const auto& one) { return one.tally->denied > 0; });
  const bool shadowed = std::ranges::any_of(tallies, [](const auto& one) { return one.tally->shadowed > 0; });
  TextTable limits({"limit", "allowed", "limited", "of calls"});
  if (denied) limits.add_column("denied");
  if (shadowed) limits.add_column("in shadow");
  limits.add_column("cost");
  for (const auto& [limit, tally] : tallies) {
    std::vector<std::string> row{limit->name, grouped(tally->allowed), grouped(tally->limited),
                                 share(tally->limited, tally->allowed + tally->limited + tally->denied)};
    if (denied) row.push_back(grouped(tally->denied));
    if (shadowed) row.push_back(grouped(tally->shadowed));
    row.push_back(grouped(tally->cost));
    limits.add_row(std::move(row));
  }
  out += limits.text();

  const std::vector<LimitedKey> top = simulation.top(keys);
  if (top.empty()) return out;
  TextTable most({"most limited key", "limit", "limited"}, 2);
  for (const LimitedKey& one : top) {
    most.add_row({config::printable(one.key), std::string(one.limit), grouped(one.count)});
  }
  out += '\n' + most.text();
  if (!simulation.counted_every_key()) {
    out += "(among the first " + grouped(Simulation::most_limited_keys) + " limited keys of each limit)\n";
  }
  return out;
}

std::string json(const Simulation& simulation) {
  std::string out = R"({"limits":{)";
  for (bool first = true; const auto& [limit, tally] : simulation.tallies()) {
    if (!std::exchange(first, false)) out += ',';
    api::append_json(out, limit->name);
    out += R"(:{"allowed":)";
    append_number(out, tally->allowed);
    out += R"(,"limited":)";
    append_number(out, tally->limited);
    for (const auto& [name, count] :
         {std::pair{R"(,"denied":)", tally->denied}, std::pair{R"(,"shadowed":)", tally->shadowed}}) {
      if (count == 0) continue;
      out += name;
      append_number(out, count);
    }
    out += '}';
  }
  return out + "}}\n";
}

void append_decision(std::string& out, std::uint64_t line, Instant time, const Simulation::Outcome& outcome) {
  const Decision& decision = outcome.decision;
  out += R"({"line":)";
  append_number(out, line);
  out += R"(,"time":)";
  append_seconds(out, time);
  out += R"(,"limit":)";
  api::append_json(out, outcome.limit->name);
  out += R"(,"key":)";
  if (outcome.limit->key.size() > 1) {
    append_as_utf8(out, outcome.key);
  } else {
    api::append_json(out, outcome.key);
  }
  out += R"(,"cost":)";
  append_number(out, outcome.cost);
  out += decision.allowed ? R"(,"allowed":true,"remaining":)" : R"(,"allowed":false,"remaining":)";
  if (decision.limit) {
    append_number(out, decision.remaining);
  } else {
    out += "null";
  }
  out += R"(,"reset_ms":)";
  append_number(out, rounded_up_ms(decision.reset.time_since_epoch()));
  out += R"(,"retry_after_ms":)";
  if (decision.retry_after) {
    append_number(out, rounded_up_ms(*decision.retry_after));
  } else {
    out += "null";
  }
  out += R"(,"reason":")";
  out += to_string(decision.reason);
  out += "\"}\n";
}

}  // namespace weir::cli
