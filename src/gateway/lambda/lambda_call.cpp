#include "gateway/lambda/lambda_call.hpp"

#include <utility>

namespace weir::gateway {

using lambda::Outcome;

void HeldPlace::leave(lambda::Concurrency::End end, lambda::ThrottleReason reason) {
  const auto place = std::exchange(place_, std::nullopt);
  if (place) function_->leave(*place, monotonic_now(), end, reason);
}

LambdaCall::LambdaCall(std::shared_ptr<const LambdaRoute> route, std::shared_ptr<Function> function, Client client,
                       lambda::Instant began)
    : route_(std::move(route)), function_(std::move(function)), client_(std::move(client)), began_(began) {}

bool LambdaCall::enter(lambda::Instant now) {
  const auto place = function_->enter(now);
  if (!place) {
    failed(Outcome::shed);
    return false;
  }
  entered_ = std::make_unique<HeldPlace>(function_, *place);
  return true;
}

std::unique_ptr<HeldPlace> LambdaCall::invoke(lambda::Instant now) {
  told_ = {};
  if (entered_ == nullptr && !enter(now)) return nullptr;
  if (attempts_++ == 0) function_->count_request();
  function_->metrics().attempts.add();
  return std::move(entered_);
}

void LambdaCall::answer_began(int status, std::string_view version) {
  told_.status = status;
  told_.version = version;
}

bool LambdaCall::answered(const lambda::Meaning& meaning, std::string_view retry_after, lambda::Instant now) {
  told_.outcome = meaning.outcome;
  if (meaning.outcome != Outcome::throttled) return false;
  told_.reason = name_of(meaning.reason);
  function_->metrics().count(meaning.reason);
  const lambda::Attempt attempt{.number = attempts_,
                                .elapsed = std::chrono::floor<std::chrono::milliseconds>(now - began_),
                                .retry_after = retry_after};
  return lambda::may_retry(lambda().retry, meaning.outcome, attempt) && function_->take_retry(now);
}

void LambdaCall::failed(Outcome outcome) {
  told_.outcome = outcome;
  told_.reason = outcome == Outcome::shed ? lambda::shed_reason : std::string_view{};
}

std::optional<Outcome> LambdaCall::over(Outcome otherwise) {
  if (std::exchange(counted_, true)) return std::nullopt;
  const Outcome outcome = told_.outcome.value_or(otherwise);
  function_->metrics().count(outcome);
  return outcome;
}

}  // namespace weir::gateway
