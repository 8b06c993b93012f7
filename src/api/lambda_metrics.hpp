// lambda_metrics.hpp: what is counted of functions of AWS Lambda. Labels are functions' names out of the configuration.
#pragma once

#include "api/counter.hpp"
#include "lambda/outcome.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

namespace weir::api {

// Of one function. Lives as long as the Metrics.
struct FunctionMetrics {
  std::string function;
  std::array<Counter, lambda::outcomes> invocations;  // requests, by outcome
  Counter attempts;                                   // invokes: retries count, what was never sent does not
  std::array<Counter, lambda::throttle_reasons> throttled;
  std::atomic<std::int64_t> concurrency{0};  // how many calls may run at once; 0: nobody holds them back

  void count(lambda::Outcome outcome) noexcept { invocations[static_cast<std::size_t>(outcome)].add(); }
  void count(lambda::ThrottleReason reason) noexcept { throttled[static_cast<std::size_t>(reason)].add(); }
};

class LambdaMetrics {
 public:
  static constexpr std::size_t max_functions = 500;  // names ever seen; those beyond share the name `other`

  // Takes a lock: look it up once, when the configuration is read.
  [[nodiscard]] FunctionMetrics& function(std::string_view name);
  void append(std::string& text) const;

 private:
  mutable std::mutex mutex_;
  std::deque<FunctionMetrics> functions_;  // never moves what it holds
};

}  // namespace weir::api
