// functions.hpp: what the calls of one function share, over requests, workers and changes of the settings: how many
// may run, how many retries they have left, what is counted.
#pragma once

#include "api/lambda_metrics.hpp"
#include "config/lambda.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace weir::gateway {

// Time since any moment, of a clock that never jumps.
[[nodiscard]] lambda::Instant monotonic_now() noexcept;

// Any thread; a lock is held for a few instructions.
class Function {
 public:
  // `metrics` may keep alive what they belong to.
  Function(const config::Lambda& lambda, std::shared_ptr<api::FunctionMetrics> metrics);
  Function(const Function&) = delete;
  Function& operator=(const Function&) = delete;
  ~Function();

  // Whether calls by these settings belong to it.
  [[nodiscard]] bool serves(const config::Lambda& lambda) const;

  // Nothing: as many as may run do. What is entered must be left once.
  [[nodiscard]] std::optional<lambda::Concurrency::Place> enter(lambda::Instant now);
  void leave(const lambda::Concurrency::Place& place, lambda::Instant now, lambda::Concurrency::End end,
             lambda::ThrottleReason reason);

  void count_request();
  // One of the retries that all requests have together; false: none is left.
  [[nodiscard]] bool take_retry(lambda::Instant now);

  // Whether the log may be told now of an answer that is none: once a minute.
  [[nodiscard]] bool may_complain(lambda::Instant now);

  [[nodiscard]] const std::string& name() const { return function_.name; }
  [[nodiscard]] api::FunctionMetrics& metrics() const { return *metrics_; }

 private:
  void show_limit();

  const lambda::Function function_;
  const lambda::Concurrency::Settings settings_;
  const std::shared_ptr<api::FunctionMetrics> metrics_;
  std::mutex mutex_;
  lambda::Concurrency concurrency_;
  lambda::RetryBudget retries_;
  std::int64_t shown_ = 0;  // its part of metrics_->concurrency
  std::optional<lambda::Instant> complained_;
};

// Of a process, by upstream.
class Functions {
 public:
  // The one that serves this upstream already, unless it is another function now or has other bounds: calls under way
  // then end where they began.
  [[nodiscard]] std::shared_ptr<Function> of(std::string_view upstream, const config::Lambda& lambda,
                                             std::shared_ptr<api::FunctionMetrics> metrics);

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::weak_ptr<Function>> by_upstream_;  // of upstreams that are gone, until the next
};

}  // namespace weir::gateway
