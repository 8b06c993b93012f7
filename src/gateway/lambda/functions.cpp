#include "gateway/lambda/functions.hpp"

#include <chrono>
#include <utility>

namespace weir::gateway {

lambda::Instant monotonic_now() noexcept { return std::chrono::steady_clock::now().time_since_epoch(); }

Function::Function(const config::Lambda& lambda, std::shared_ptr<api::FunctionMetrics> metrics)
    : function_(lambda.function),
      settings_(lambda.concurrency),
      metrics_(std::move(metrics)),
      concurrency_(lambda.concurrency) {
  show_limit();
}

Function::~Function() { metrics_->concurrency.fetch_sub(shown_, std::memory_order_relaxed); }

bool Function::serves(const config::Lambda& lambda) const {
  return lambda.function == function_ && lambda.concurrency.mode == settings_.mode &&
         lambda.concurrency.most == settings_.most;
}

std::optional<lambda::Concurrency::Place> Function::enter(lambda::Instant now) {
  const std::scoped_lock lock(mutex_);
  const auto place = concurrency_.enter(now);
  show_limit();
  return place;
}

void Function::leave(const lambda::Concurrency::Place& place, lambda::Instant now, lambda::Concurrency::End end,
                     lambda::ThrottleReason reason) {
  const std::scoped_lock lock(mutex_);
  concurrency_.leave(place, now, end, reason);
  show_limit();
}

void Function::count_request() {
  const std::scoped_lock lock(mutex_);
  retries_.count_request();
}

bool Function::take_retry(lambda::Instant now) {
  const std::scoped_lock lock(mutex_);
  return retries_.take(now);
}

bool Function::may_complain(lambda::Instant now) {
  const std::scoped_lock lock(mutex_);
  if (complained_ && now - *complained_ < std::chrono::minutes(1)) return false;
  complained_ = now;
  return true;
}

void Function::show_limit() {
  const std::int64_t limit = concurrency_.limit().value_or(0);
  if (limit == shown_) return;
  metrics_->concurrency.fetch_add(limit - shown_, std::memory_order_relaxed);
  shown_ = limit;
}

std::shared_ptr<Function> Functions::of(std::string_view upstream, const config::Lambda& lambda,
                                        std::shared_ptr<api::FunctionMetrics> metrics) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(by_upstream_, [](const auto& known) { return known.second.expired(); });
  std::weak_ptr<Function>& known = by_upstream_[std::string(upstream)];
  std::shared_ptr<Function> function = known.lock();
  if (function == nullptr || !function->serves(lambda)) {
    function = std::make_shared<Function>(lambda, std::move(metrics));
    known = function;
  }
  return function;
}

}  // namespace weir::gateway
