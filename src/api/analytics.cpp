// analytics.cpp: GET /api/v1/analytics/...: who used what, when.
#include "analytics/query.hpp"
#include "api/analytics_range.hpp"
#include "api/call.hpp"
#include "api/exposition.hpp"
#include "api/json_text.hpp"
#include "api/key_json.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weir::api {

namespace {

using analytics::By;
using analytics::Counts;
using analytics::Kind;
using analytics::Millis;
using analytics::Recorder;
using analytics::SeenSlices;

constexpr std::size_t most_points = 1'000'000;  // in one answer

Result<Recorder*> recorder_of(const Call& call) {
  Recorder* const recorder = call.service.analytics();
  if (recorder == nullptr || !recorder->is_on()) return refuse(404, "Analytics are off.");
  return recorder;
}

void append_number(std::string& out, std::string_view name, std::int64_t value) {
  out.append(R"(,")").append(name).append(R"(":)").append(std::to_string(value));
}

// The query's limit, which must be known; empty: all of them.
Result<std::string> read_limit(const Call& call) {
  auto name = read_once(call, "limit");
  if (!name) return std::unexpected(std::move(name.error()));
  if (!*name) return std::string();
  if (const auto known = limit_named(call.service, **name); !known) return std::unexpected(known.error());
  return **std::move(name);
}

void append_points(std::string& out, const analytics::Usage& usage, const std::vector<Counts>& points) {
  out += R"("points":[)";
  Millis t = usage.begin;
  for (const Counts& point : points) {
    out.append(t == usage.begin ? "{" : ",{").append(R"("t":)").append(std::to_string(t));
    append_number(out, "allowed", point.allowed);
    append_number(out, "limited", point.limited);
    append_number(out, "denied", point.denied);
    append_number(out, "shadowed", point.shadowed);
    append_number(out, "cost", point.cost);
    out += '}';
    t += usage.step;
  }
  out += ']';
}

void append_tokens(std::string& out, const analytics::Tokens& tokens) {
  append_number(out, "input", tokens[Kind::input]);
  append_number(out, "output", tokens[Kind::output]);
  append_number(out, "cached_input", tokens[Kind::cached_input]);
  append_number(out, "cache_write", tokens[Kind::cache_write]);
  append_number(out, "reasoning", tokens[Kind::reasoning]);
  out.append(R"(,"cost":)");
  out.append(tokens.priced > 0 ? seconds(static_cast<std::uint64_t>(tokens[Kind::cost])) : "null");
}

Millis millis(Instant time) { return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count(); }

// What was decided since the event before.
std::string next_event(const Service& service, Recorder::Totals& before) {
  const Instant now = service.now();
  std::string data = R"({"t":)" + std::to_string(millis(now)) + R"(,"limits":{)";
  Recorder* const recorder = service.analytics();
  const Recorder::Totals totals = recorder == nullptr ? Recorder::Totals() : recorder->totals(now);
  for (bool first = true; const NamedLimit& limit : service.limits()) {
    const auto found = totals.find(limit.config->name);
    const Counts sum = found == totals.end() ? Counts{} : found->second;
    Counts& told = before[limit.config->name];
    if (!first) data += ',';
    first = false;
    append_json(data, limit.config->name);
    data.append(R"(:{"allowed":)").append(std::to_string(sum.allowed - told.allowed));
    append_number(data, "limited", sum.limited - told.limited);
    append_number(data, "denied", sum.denied - told.denied);
    data += '}';
    told = sum;
  }
  return "event: usage\ndata: " + data + "}}\n\n";
}

}  // namespace

Response analytics_usage(const Call& call) {
  const auto recorder = recorder_of(call);
  if (!recorder) return recorder.error();
  auto limit = read_limit(call);
  if (!limit) return std::move(limit.error());
  const auto range = read_range(call);
  if (!range) return range.error();
  const auto step = read_step(call, *range, (*recorder)->terms().bucket);
  if (!step) return step.error();
  std::vector<std::string> names;
  for (const NamedLimit& one : call.service.limits()) {
    if (limit->empty() || one.config->name == *limit) names.push_back(one.config->name);
  }
  if (analytics::steps_of(range->from, range->to, *step) > most_points / std::max<std::size_t>(1, names.size())) {
    return problem(
        422, "So many steps are too much for one answer; ask for a longer 'step', a shorter time or one 'limit'.");
  }
  analytics::Usage found;
  (*recorder)->look_at(range->from - *step, range->to, call.service.now(), [&](SeenSlices slices) {
    found = analytics::usage(slices, names, range->from, range->to, *step);
  });
  std::string body = R"({"from":)" + std::to_string(range->from);
  append_number(body, "to", range->to);
  append_number(body, "step_ms", *step);
  body += R"(,"series":[)";
  for (bool first = true; const std::string& name : names) {
    body += first ? R"({"limit":)" : R"(,{"limit":)";
    first = false;
    append_json(body, name);
    body += ',';
    append_points(body, found, found.series.find(name)->second);
    body += '}';
  }
  return json_response(200, body + "]}\n");
}

Response analytics_top(const Call& call) {
  constexpr auto words = std::to_array<std::string_view>({"allowed", "limited", "denied", "tokens"});
  const auto recorder = recorder_of(call);
  if (!recorder) return recorder.error();
  auto limit = read_limit(call);
  if (!limit) return std::move(limit.error());
  const auto by = read_word(call, "by", words);
  if (!by) return by.error();
  const auto range = read_range(call);
  if (!range) return range.error();
  const auto n = read_count(call);
  if (!n) return n.error();
  std::vector<analytics::Ranked> ranked;
  (*recorder)->look_at(range->from, range->to, call.service.now(),
                       [&](SeenSlices slices) { ranked = analytics::top(slices, static_cast<By>(*by), *limit, *n); });
  std::string body = R"({"by":")" + std::string(words[*by]) + R"(","top":[)";
  for (bool first = true; const analytics::Ranked& one : ranked) {
    const auto named = call.service.find(one.limit);
    body += first ? R"({"limit":)" : R"(,{"limit":)";
    first = false;
    append_json(body, one.limit);
    body += R"(,"key":)";
    append_key(body, one.key, named && named->config->key.size() > 1);
    append_number(body, "count", one.count);
    append_number(body, "error", one.error);
    body += '}';
  }
  return json_response(200, body + "]}\n");
}

Response analytics_tokens(const Call& call) {
  constexpr auto words = std::to_array<std::string_view>({"model", "upstream", "key"});
  const auto recorder = recorder_of(call);
  if (!recorder) return recorder.error();
  const auto by = read_word(call, "by", words);
  if (!by) return by.error();
  const auto range = read_range(call);
  if (!range) return range.error();
  const bool by_key = static_cast<analytics::TokensBy>(*by) == analytics::TokensBy::key;
  const std::size_t most = (*recorder)->terms().top;
  std::vector<analytics::TokenRow> rows;
  (*recorder)->look_at(range->from, range->to, call.service.now(), [&](SeenSlices slices) {
    rows = analytics::tokens(slices, static_cast<analytics::TokensBy>(*by), most);
  });
  std::string body = R"({"rows":[)";
  for (bool first = true; const analytics::TokenRow& row : rows) {
    body += first ? R"({"name":)" : R"(,{"name":)";
    first = false;
    append_key(body, row.name, by_key);
    append_tokens(body, row.tokens);
    body += '}';
  }
  return json_response(200, body + "]}\n");
}

Response analytics_lambda(const Call& call) {
  const auto recorder = recorder_of(call);
  if (!recorder) return recorder.error();
  const auto range = read_range(call);
  if (!range) return range.error();
  std::vector<analytics::LambdaRow> rows;
  (*recorder)->look_at(range->from, range->to, call.service.now(),
                       [&](SeenSlices slices) { rows = analytics::lambdas(slices); });
  std::string body = R"({"rows":[)";
  for (bool first = true; const analytics::LambdaRow& row : rows) {
    body += first ? R"({"function":)" : R"(,{"function":)";
    first = false;
    append_json(body, row.name.function);
    body += R"(,"outcome":)";
    append_json(body, row.name.outcome);
    body += R"(,"reason":)";
    append_json(body, row.name.reason);
    append_number(body, "count", row.count);
    body += '}';
  }
  return json_response(200, body + "]}\n");
}

Response analytics_stream(const Call& call) {
  const auto recorder = recorder_of(call);
  if (!recorder) return recorder.error();
  if (call.request.method == "HEAD") return {.content_type = "text/event-stream"};
  const auto before = std::make_shared<Recorder::Totals>((*recorder)->totals(call.service.now()));
  return {.content_type = "text/event-stream", .body = "retry: 1000\n\n", .more = [before](const Service& service) {
            return next_event(service, *before);
          }};
}

}  // namespace weir::api
