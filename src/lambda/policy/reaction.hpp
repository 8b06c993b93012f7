// reaction.hpp: what Lambda answered, what it means, and what the client gets.
//
// With `unwrap` the client sees what API Gateway would show it:
//
//     Lambda                                  outcome         client                             headers
//     200                                     ok              the function's answer, unwrapped
//     202 (event)                             ok              202 without a body
//     200 and X-Amz-Function-Error            function_error  502 Internal server error
//     429                                     throttled       500, or as `throttled` says        statuscode, reason
//     anything else                           lambda_error    500 Internal server error          statuscode
//     nothing: shed                           shed            as throttled, Retry-After: 1       reason: Shed
//     nothing: the event is too large         too_large       413 Request Too Long
//     nothing in time                         timeout         504 Endpoint request timed out
//     nothing: not reached                    unreachable     500 Internal server error
//     an answer that is none, or cut          malformed, ...  502 Internal server error
//
// Without it, what Lambda answered passes as it is. statuscode is x-envoy-lambda-statuscode, Lambda's own status;
// reason is x-weir-lambda-reason, why it throttled.
#pragma once

#include <string_view>

#include "lambda/field.hpp"
#include "lambda/outcome.hpp"

namespace weir::lambda {

inline constexpr std::string_view statuscode_header = "x-envoy-lambda-statuscode";
inline constexpr std::string_view reason_header = "x-weir-lambda-reason";

// The head of Lambda's answer; "" for what it does not have.
struct Reply {
  int status = 0;
  std::string_view error_type = {};      // x-amzn-errortype
  std::string_view function_error = {};  // x-amz-function-error
  std::string_view retry_after = {};
  std::string_view body = {};  // of an error: its Reason stands there; a cut one is read as far as it goes
};

struct Meaning {
  Outcome outcome = Outcome::ok;
  ThrottleReason reason = ThrottleReason::unknown;  // of `throttled`
  bool operator==(const Meaning&) const = default;
};

[[nodiscard]] Meaning meaning_of(const Reply& reply);

// The Reason in the body of a TooManyRequestsException.
[[nodiscard]] ThrottleReason throttle_reason(std::string_view body);

// The configuration's words, for one function.
struct ErrorPolicy {
  static constexpr int passthrough = 0;

  bool unwrap = true;
  int throttled = 500;  // or another status, or passthrough
};

struct Reaction {
  enum class Way : unsigned char {
    unwrap,   // the function's output becomes the answer
    pass,     // Lambda's answer as it is, with `headers` on top
    replace,  // `status`, `headers` and `body` are the answer
  };
  Way way = Way::unwrap;
  int status = 200;
  Fields headers = {};
  std::string_view body = {};  // lives for ever
};

// To an answer of Lambda's.
[[nodiscard]] Reaction react(const Reply& reply, const Meaning& meaning, const ErrorPolicy& policy);

// To what went wrong beside Lambda's answer: shed, too_large, timeout, unreachable, malformed, truncated, and errors
// that came within a stream before anything was passed on. Always `replace`.
[[nodiscard]] Reaction react(Outcome outcome, const ErrorPolicy& policy);

}  // namespace weir::lambda
