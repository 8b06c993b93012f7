// metrics.hpp: what is counted, and its Prometheus text. Counting takes a few nanoseconds and no lock: each thread has
// a cell of its own, on its own cache line; reading adds them up. Labels are names from the configuration, never keys.
#pragma once

#include "alerts/delivery.hpp"
#include "api/counter.hpp"
#include "api/lambda_metrics.hpp"

#include <weir/store_health.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace weir::api {

inline constexpr std::array<std::int64_t, 15> decision_bounds_ns{
    100,     250,     500,       1'000,      2'500,      5'000,       10'000,       25'000,
    100'000, 500'000, 2'500'000, 10'000'000, 50'000'000, 250'000'000, 1'000'000'000};
// OpenTelemetry's for what models take: 10 ms, doubled up to 82 s.
inline constexpr std::array<std::int64_t, 14> answer_bounds_ns{
    10'000'000,    20'000'000,    40'000'000,    80'000'000,     160'000'000,    320'000'000,    640'000'000,
    1'280'000'000, 2'560'000'000, 5'120'000'000, 10'240'000'000, 20'480'000'000, 40'960'000'000, 81'920'000'000};

// Seconds in buckets, as a Prometheus histogram shows them.
template <const auto& bounds_ns>
class HistogramOf {
 public:
  void record(std::chrono::nanoseconds time) noexcept;
  // `name` with `_bucket`, `_sum` and `_count`; `labels` as they stand between braces.
  void append(std::string& text, std::string_view name, std::string_view labels) const;
  [[nodiscard]] std::uint64_t count() const noexcept;

 private:
  struct alignas(64) Cell {
    std::array<std::atomic<std::uint64_t>, bounds_ns.size() + 1> counts{};
    std::atomic<std::uint64_t> sum_ns{0};
  };
  std::array<Cell, cells> cells_;
};

using Histogram = HistogramOf<decision_bounds_ns>;
using AnswerHistogram = HistogramOf<answer_bounds_ns>;

// What became of a limit in one decision; the `decision` label.
enum class Outcome : std::uint8_t { allowed, limited, denied, error, shadow };
inline constexpr std::size_t outcomes = 5;

// Of one limit. Lives as long as the Metrics, also when the limit is gone from the configuration.
class LimitMetrics {
 public:
  explicit LimitMetrics(std::string name) : name_(std::move(name)) {}
  void count(Outcome outcome) noexcept { decisions_[static_cast<std::size_t>(outcome)].add(); }
  [[nodiscard]] std::uint64_t count_of(Outcome outcome) const noexcept {
    return decisions_[static_cast<std::size_t>(outcome)].value();
  }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::array<Counter, outcomes> decisions_;
};

// Of one model behind one upstream. Lives as long as the Metrics.
struct ModelMetrics {
  std::string upstream;
  std::string model;
  Counter input;
  Counter output;
  Counter cached_input;
  Counter cache_write;
  Counter reasoning;
  AnswerHistogram time_to_first_token;
  AnswerHistogram time_per_output_token;
  AnswerHistogram answer;
};

// How what a call took became known; the `how` label.
enum class Settlement : std::uint8_t { exact, estimated, released };
inline constexpr std::size_t settlements = 3;

// Of one upstream that is a model. Lives as long as the Metrics.
struct UpstreamMetrics {
  std::string upstream;
  std::array<Counter, settlements> settled;
  Counter truncated;
  std::atomic<std::int64_t> tokens_held{0};
  std::atomic<std::int64_t> streams{0};     // answers under way
  std::atomic<std::int64_t> complained{0};  // ns since the epoch: when the log was last told that usage is missing
};

class ModelsMetrics {
 public:
  // Names of models come from requests: those beyond so many share the name `other`.
  static constexpr std::size_t max_models = 200;

  // Both take a lock: once a call.
  [[nodiscard]] UpstreamMetrics& upstream(std::string_view name);
  [[nodiscard]] ModelMetrics& model(std::string_view upstream, std::string_view model);
  void append(std::string& text) const;

 private:
  mutable std::mutex mutex_;
  std::deque<UpstreamMetrics> upstreams_;  // never move what they hold
  std::deque<ModelMetrics> models_;
};

class Metrics {
 public:
  static constexpr std::size_t max_limits = 10'000;  // names ever seen; those beyond share the name `other`

  // The limit's counters, made when it is new. Takes a lock: look them up once, when the configuration is read.
  [[nodiscard]] LimitMetrics& limit(std::string_view name);

  Histogram decision_seconds;         // store="memory"
  Histogram remote_decision_seconds;  // store="redis"
  [[nodiscard]] Histogram& decision_seconds_of(bool in_memory) {
    return in_memory ? decision_seconds : remote_decision_seconds;
  }
  Counter reloads_applied;
  Counter reloads_refused;
  Counter access_log_dropped;  // lines
  ModelsMetrics models;
  LambdaMetrics functions;

  // Gauges and counts that others keep.
  struct Readings {
    StoreHealth store{};
    bool in_memory = true;         // the store in force
    std::uint64_t holds_lost = 0;  // whose end the store could not be told
    std::uint64_t evictions = 0;
    std::uint64_t keys = 0;
    std::uint64_t owed = 0;               // keys whose units were granted without the store and wait to be charged
    std::uint64_t unsettled = 0;          // settlements that wait to be sent again
    std::uint64_t forgiven = 0;           // of both, dropped
    std::uint64_t analytics_dropped = 0;  // records
    std::vector<alerts::Told> alerts{};   // by limit
  };
  // The Prometheus text format 0.0.4.
  [[nodiscard]] std::string text(const Readings& readings) const;

 private:
  mutable std::mutex mutex_;
  std::deque<LimitMetrics> limits_;  // never moves what it holds
};

}  // namespace weir::api
