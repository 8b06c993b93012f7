// metrics.hpp: what is counted, and its Prometheus text. Counting takes a few nanoseconds and no lock: each thread has
// a cell of its own, on its own cache line; reading adds them up. Labels are names from the configuration, never keys.
#pragma once

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

namespace weir::api {

// Which cell a thread counts in. Two threads may share one: it is atomic all the same.
inline constexpr std::size_t cells = 16;
[[nodiscard]] std::size_t own_cell() noexcept;

class Counter {
 public:
  void add(std::uint64_t by = 1) noexcept { cells_[own_cell()].value.fetch_add(by, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const noexcept;

 private:
  struct alignas(64) Cell {
    std::atomic<std::uint64_t> value{0};
  };
  std::array<Cell, cells> cells_;
};

// Seconds in buckets that a Prometheus histogram shows, from 100 ns to 1 s.
class Histogram {
 public:
  static constexpr std::array<std::int64_t, 15> bounds_ns{
      100,     250,     500,       1'000,      2'500,      5'000,       10'000,       25'000,
      100'000, 500'000, 2'500'000, 10'000'000, 50'000'000, 250'000'000, 1'000'000'000};
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

  // Gauges and counts that others keep.
  struct Readings {
    StoreHealth store{};
    bool in_memory = true;         // the store in force
    std::uint64_t holds_lost = 0;  // whose end the store could not be told
    std::uint64_t evictions = 0;
    std::uint64_t keys = 0;
    std::uint64_t owed = 0;       // keys whose units were granted without the store and wait to be charged
    std::uint64_t unsettled = 0;  // settlements that wait to be sent again
    std::uint64_t forgiven = 0;   // of both, dropped
  };
  // The Prometheus text format 0.0.4.
  [[nodiscard]] std::string text(const Readings& readings) const;

 private:
  mutable std::mutex mutex_;
  std::deque<LimitMetrics> limits_;  // never moves what it holds
};

}  // namespace weir::api
