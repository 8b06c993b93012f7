#include "api/metrics.hpp"

#include "api/exposition.hpp"

#include <algorithm>

namespace weir::api {

namespace {

constexpr std::array<std::string_view, outcomes> outcome_words{"allowed", "limited", "denied", "error", "shadow"};

}  // namespace

std::size_t own_cell() noexcept {
  static std::atomic<std::size_t> next{0};
  thread_local const std::size_t own = next.fetch_add(1, std::memory_order_relaxed) % cells;
  return own;
}

std::uint64_t Counter::value() const noexcept {
  std::uint64_t sum = 0;
  for (const Cell& cell : cells_) sum += cell.value.load(std::memory_order_relaxed);
  return sum;
}

template <const auto& bounds_ns>
void HistogramOf<bounds_ns>::record(std::chrono::nanoseconds time) noexcept {
  const std::int64_t nanos = std::max<std::int64_t>(0, time.count());
  const auto bucket = static_cast<std::size_t>(std::ranges::lower_bound(bounds_ns, nanos) - bounds_ns.begin());
  Cell& cell = cells_[own_cell()];
  cell.counts[bucket].fetch_add(1, std::memory_order_relaxed);
  cell.sum_ns.fetch_add(static_cast<std::uint64_t>(nanos), std::memory_order_relaxed);
}

template <const auto& bounds_ns>
void HistogramOf<bounds_ns>::append(std::string& text, std::string_view name, std::string_view labels) const {
  std::array<std::uint64_t, bounds_ns.size() + 1> counts{};
  std::uint64_t sum = 0;
  for (const Cell& cell : cells_) {
    for (std::size_t at = 0; at < counts.size(); ++at) counts[at] += cell.counts[at].load(std::memory_order_relaxed);
    sum += cell.sum_ns.load(std::memory_order_relaxed);
  }
  const std::string bucket = std::string(name) + "_bucket";
  std::uint64_t below = 0;
  for (std::size_t at = 0; at < counts.size(); ++at) {
    below += counts[at];
    const std::string bound = at == bounds_ns.size() ? "+Inf" : seconds(static_cast<std::uint64_t>(bounds_ns[at]));
    sample(text, bucket, std::string(labels) + ",le=\"" + bound + "\"", std::to_string(below));
  }
  sample(text, std::string(name) + "_sum", labels, seconds(sum));
  sample(text, std::string(name) + "_count", labels, std::to_string(below));
}

template <const auto& bounds_ns>
std::uint64_t HistogramOf<bounds_ns>::count() const noexcept {
  std::uint64_t sum = 0;
  for (const Cell& cell : cells_) {
    for (const auto& count : cell.counts) sum += count.load(std::memory_order_relaxed);
  }
  return sum;
}

template class HistogramOf<decision_bounds_ns>;
template class HistogramOf<answer_bounds_ns>;

LimitMetrics& Metrics::limit(std::string_view name) {
  const std::scoped_lock lock(mutex_);
  if (limits_.size() >= max_limits) name = "other";
  const auto known = std::ranges::find(limits_, name, &LimitMetrics::name);
  return known != limits_.end() ? *known : limits_.emplace_back(std::string(name));
}

std::string Metrics::text(const Readings& readings) const {
  std::string text;
  describe(text, "weir_decisions_total", "counter", "Decisions by limit and outcome.");
  {
    const std::scoped_lock lock(mutex_);
    for (const LimitMetrics& limit : limits_) {
      for (std::size_t at = 0; at < outcomes; ++at) {
        sample(text, "weir_decisions_total",
               "limit=\"" + limit.name() + "\",decision=\"" + std::string(outcome_words[at]) + "\"",
               std::to_string(limit.count_of(static_cast<Outcome>(at))));
      }
    }
  }
  describe(text, "weir_decision_seconds", "histogram", "How long a decision took.");
  if (readings.in_memory || decision_seconds.count() > 0) {
    decision_seconds.append(text, "weir_decision_seconds", "store=\"memory\"");
  }
  if (!readings.in_memory || remote_decision_seconds.count() > 0) {
    remote_decision_seconds.append(text, "weir_decision_seconds", "store=\"redis\"");
  }
  describe(text, "weir_store_up", "gauge", "1 while the store answers.");
  sample(text, "weir_store_up", {}, readings.store.up ? "1" : "0");
  describe(text, "weir_store_errors_total", "counter", "Calls that the store did not decide, by what kept it.");
  for (std::size_t kind = 0; kind < readings.store.errors.size(); ++kind) {
    sample(text, "weir_store_errors_total", "kind=\"" + std::string(store_error_names[kind]) + "\"",
           std::to_string(readings.store.errors[kind]));
  }
  describe(text, "weir_store_reconnects_total", "counter", "Connections to the store that had to be made again.");
  sample(text, "weir_store_reconnects_total", {}, std::to_string(readings.store.reconnects));
  describe(text, "weir_holds_lost_total", "counter",
           "Reservations of streams whose end the store could not be told: their leases end by themselves.");
  sample(text, "weir_holds_lost_total", {}, std::to_string(readings.holds_lost));
  describe(text, "weir_store_owed_keys", "gauge",
           "Keys whose units were granted while the store was away and wait to be charged to it.");
  sample(text, "weir_store_owed_keys", {}, std::to_string(readings.owed));
  describe(text, "weir_store_unsettled", "gauge", "Settlements that wait for the store to answer again.");
  sample(text, "weir_store_unsettled", {}, std::to_string(readings.unsettled));
  describe(text, "weir_store_forgiven_total", "counter", "Of both, those that were dropped at their bound.");
  sample(text, "weir_store_forgiven_total", {}, std::to_string(readings.forgiven));
  describe(text, "weir_evictions_total", "counter", "Living keys that were forgotten for others, at the bound.");
  sample(text, "weir_evictions_total", "store=\"memory\"", std::to_string(readings.evictions));
  describe(text, "weir_store_keys", "gauge", "Keys in use.");
  sample(text, "weir_store_keys", "store=\"memory\"", std::to_string(readings.keys));
  describe(text, "weir_config_reloads_total", "counter", "Changed configurations, applied or refused.");
  sample(text, "weir_config_reloads_total", "result=\"applied\"", std::to_string(reloads_applied.value()));
  sample(text, "weir_config_reloads_total", "result=\"refused\"", std::to_string(reloads_refused.value()));
  describe(text, "weir_access_log_dropped_total", "counter",
           "Access log lines that were lost: the queue was full, or the file could not be written.");
  sample(text, "weir_access_log_dropped_total", {}, std::to_string(access_log_dropped.value()));
  describe(text, "weir_analytics_dropped_total", "counter", "Records of analytics that were lost for want of room.");
  sample(text, "weir_analytics_dropped_total", {}, std::to_string(readings.analytics_dropped));
  describe(text, "weir_alerts_total", "counter", "Alerts by limit and what became of them.");
  for (const alerts::Told& told : readings.alerts) {
    const auto count = [&](std::string_view result, std::uint64_t value) {
      sample(text, "weir_alerts_total", "limit=\"" + told.limit + "\",result=\"" + std::string(result) + "\"",
             std::to_string(value));
    };
    count("sent", told.sent);
    count("failed", told.failed);
    count("dropped", told.dropped);
  }
  models.append(text);
  functions.append(text);
  return text;
}

}  // namespace weir::api
