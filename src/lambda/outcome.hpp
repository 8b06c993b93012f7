// outcome.hpp: how a call of a function came out, and why Lambda throttles. The names are those of metrics and logs.
#pragma once

#include <cstddef>
#include <string_view>

namespace weir::lambda {

enum class Outcome : unsigned char {
  ok,
  throttled,       // Lambda refused before the function ran
  shed,            // Weir refused before Lambda was asked
  function_error,  // the function failed or ran into its own timeout
  lambda_error,    // Lambda answered with any other error
  malformed,       // the function's answer is none
  truncated,       // a streamed answer was cut or corrupt
  timeout,         // no answer in time
  too_large,       // the event is beyond Lambda's bound
  unreachable,
};
inline constexpr std::size_t outcomes = 10;

[[nodiscard]] constexpr std::string_view name_of(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::ok:
      return "ok";
    case Outcome::throttled:
      return "throttled";
    case Outcome::shed:
      return "shed";
    case Outcome::function_error:
      return "function_error";
    case Outcome::lambda_error:
      return "lambda_error";
    case Outcome::malformed:
      return "malformed";
    case Outcome::truncated:
      return "truncated";
    case Outcome::timeout:
      return "timeout";
    case Outcome::too_large:
      return "too_large";
    case Outcome::unreachable:
      return "unreachable";
  }
  return "";
}

// The Reason of a TooManyRequestsException.
enum class ThrottleReason : unsigned char {
  unknown,
  concurrent_invocations,
  function_rate,
  reserved_concurrent_invocations,
  reserved_rate,
  caller_rate,
  snapshot_creations,
};
inline constexpr std::size_t throttle_reasons = 7;

[[nodiscard]] constexpr std::string_view name_of(ThrottleReason reason) noexcept {
  switch (reason) {
    case ThrottleReason::concurrent_invocations:
      return "ConcurrentInvocationLimitExceeded";
    case ThrottleReason::function_rate:
      return "FunctionInvocationRateLimitExceeded";
    case ThrottleReason::reserved_concurrent_invocations:
      return "ReservedFunctionConcurrentInvocationLimitExceeded";
    case ThrottleReason::reserved_rate:
      return "ReservedFunctionInvocationRateLimitExceeded";
    case ThrottleReason::caller_rate:
      return "CallerRateLimitExceeded";
    case ThrottleReason::snapshot_creations:
      return "ConcurrentSnapshotCreateLimitExceeded";
    case ThrottleReason::unknown:
      break;
  }
  return "Unknown";
}

inline constexpr std::string_view shed_reason = "Shed";

}  // namespace weir::lambda
