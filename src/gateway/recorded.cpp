#include "gateway/recorded.hpp"

#include "api/decision_json.hpp"
#include "api/recorded.hpp"
#include "gateway/key_source.hpp"
#include "usage/price/charge.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory_resource>

namespace weir::gateway {

namespace {

using analytics::Kind;

std::int64_t clamped(std::uint64_t count) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(count, std::numeric_limits<std::int64_t>::max() / 4));
}

analytics::Tokens tokens_of(const Runtime& runtime, std::string_view model, const usage::Counts& counts) {
  analytics::Tokens tokens;
  tokens[Kind::input] = clamped(counts.input);
  tokens[Kind::output] = clamped(counts.output);
  tokens[Kind::cached_input] = clamped(counts.cached_input);
  tokens[Kind::cache_write] = clamped(counts.cache_write);
  tokens[Kind::reasoning] = clamped(counts.reasoning);
  if (const usage::Rates* price = runtime.prices().find(model)) {
    tokens[Kind::cost] = usage::charge({.unit = usage::Unit::cost, .rates = *price}, counts);
    tokens.priced = 1;
  }
  return tokens;
}

}  // namespace

std::vector<KeyOfLimit> keys_of(const AskedLimits& asked) {
  std::vector<KeyOfLimit> keys;
  for (std::size_t i = 0; i < asked.checks.size(); ++i) {
    keys.push_back({.limit = asked.limits[i]->recorded, .text = std::string(asked.checks[i].key.text())});
  }
  return keys;
}

void record_decisions(const Runtime& runtime, const AskedLimits& asked, std::span<const Decision> decisions,
                      bool allowed) {
  analytics::Recorder& recorder = runtime.lasting()->recorder;
  if (!recorder.is_on()) return;
  const Instant now = runtime.now();
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    const auto outcome = api::outcome_of(decisions[i], allowed);
    if (!outcome) continue;
    const std::int64_t cost = !asked.holds && api::charged(decisions[i]) ? asked.checks[i].cost : 0;
    api::record(&recorder, asked.limits[i]->recorded, asked.checks[i].key, *outcome, cost, now);
  }
}

void record_denied(const Runtime& runtime, const EnforcedLimit& limit, const Request& request, std::string_view route) {
  analytics::Recorder& recorder = runtime.lasting()->recorder;
  if (!recorder.is_on()) return;
  std::array<std::byte, 512> on_stack;
  std::pmr::monotonic_buffer_resource memory(on_stack.data(), on_stack.size());
  const KeyText key = key_text(limit.config.key, request, route, memory);
  if (key.missing != nullptr) return;
  recorder.decided(limit.recorded, Key(key.text), analytics::Outcome::denied, 0, runtime.now());
}

void record_tokens(const Runtime& runtime, std::string_view upstream, std::string_view model,
                   const usage::Counts& counts, std::span<const KeyOfLimit> keys) {
  analytics::Recorder& recorder = runtime.lasting()->recorder;
  if (!recorder.is_on() || counts.total() == 0) return;
  std::vector<analytics::CountedFor> counted;
  for (const KeyOfLimit& key : keys) counted.push_back({.limit = key.limit, .key = Key(key.text)});
  recorder.took(upstream, model, tokens_of(runtime, model, counts), counted, runtime.now());
}

void record_lambda(const Runtime& runtime, std::string_view function, std::string_view outcome,
                   std::string_view reason) {
  runtime.lasting()->recorder.invoked(function, outcome, reason, runtime.now());
}

}  // namespace weir::gateway
