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
  append_each_by(
      text, {"weir_lambda_invocations_total", "counter", "Requests to functions by how they came out."}, functions_,
      of_function,
      LabelWords{"outcome", lambda::outcomes, [](std::size_t at) { return name_of(static_cast<lambda::Outcome>(at)); }},
      [](const FunctionMetrics& one, std::size_t at) { return one.invocations[at].value(); });
  append_each(text, {"weir_lambda_attempts_total", "counter", "Invokes that were sent, retries too."}, functions_,
              of_function, [](const FunctionMetrics& one) { return one.attempts.value(); });
  append_each_by(text, {"weir_lambda_throttled_total", "counter", "Invokes that Lambda throttled, by its reason."},
                 functions_, of_function,
                 LabelWords{"reason", lambda::throttle_reasons,
                            [](std::size_t at) { return name_of(static_cast<lambda::ThrottleReason>(at)); }},
                 [](const FunctionMetrics& one, std::size_t at) { return one.throttled[at].value(); });
  describe(text, "weir_lambda_concurrency", "gauge", "How many calls of a function may run at once now.");
  for (const FunctionMetrics& one : functions_) {
    const std::int64_t most = one.concurrency.load(std::memory_order_relaxed);
    if (most > 0) sample(text, "weir_lambda_concurrency", of_function(one), std::to_string(most));
  }
}

}  // namespace weir::api
