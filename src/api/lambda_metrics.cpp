#include "api/lambda_metrics.hpp"

#include "api/exposition.hpp"

#include <algorithm>

namespace weir::api {

FunctionMetrics& LambdaMetrics::function(std::string_view name) {
  const std::scoped_lock lock(mutex_);
  const auto find = [&] { return std::ranges::find(functions_, name, &FunctionMetrics::function); };
  auto known = find();
  if (known == functions_.end() && functions_.size() >= max_functions) {
    name = "other";
    known = find();
  }
  if (known != functions_.end()) return *known;
  FunctionMetrics& made = functions_.emplace_back();
  made.function = name;
  return made;
}

void LambdaMetrics::append(std::string& text) const {
  const std::scoped_lock lock(mutex_);
  if (functions_.empty()) return;
  const auto of_function = [](const FunctionMetrics& one) { return "function=\"" + label_value(one.function) + "\""; };
  describe(text, "weir_lambda_invocations_total", "counter", "Requests to functions by how they came out.");
  for (const FunctionMetrics& one : functions_) {
    for (std::size_t at = 0; at < lambda::outcomes; ++at) {
      const std::string outcome(name_of(static_cast<lambda::Outcome>(at)));
      sample(text, "weir_lambda_invocations_total", of_function(one) + ",outcome=\"" + outcome + "\"",
             std::to_string(one.invocations[at].value()));
    }
  }
  describe(text, "weir_lambda_attempts_total", "counter", "Invokes that were sent, retries too.");
  for (const FunctionMetrics& one : functions_) {
    sample(text, "weir_lambda_attempts_total", of_function(one), std::to_string(one.attempts.value()));
  }
  describe(text, "weir_lambda_throttled_total", "counter", "Invokes that Lambda throttled, by its reason.");
  for (const FunctionMetrics& one : functions_) {
    for (std::size_t at = 0; at < lambda::throttle_reasons; ++at) {
      const std::string reason(name_of(static_cast<lambda::ThrottleReason>(at)));
      sample(text, "weir_lambda_throttled_total", of_function(one) + ",reason=\"" + reason + "\"",
             std::to_string(one.throttled[at].value()));
    }
  }
  describe(text, "weir_lambda_concurrency", "gauge", "How many calls of a function may run at once now.");
  for (const FunctionMetrics& one : functions_) {
    const std::int64_t most = one.concurrency.load(std::memory_order_relaxed);
    if (most > 0) sample(text, "weir_lambda_concurrency", of_function(one), std::to_string(most));
  }
}

}  // namespace weir::api
