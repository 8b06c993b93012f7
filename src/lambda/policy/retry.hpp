// retry.hpp: whether a throttled invoke is tried again.
//
// Envoy makes the retry: it matches a private header on the attempt's answer, waits (Retry-After, or a back-off with
// full jitter) and sends the whole request again. What is decided here is the header: an attempt that must not be
// repeated goes without it. Throttles alone are retried: the function has not run, so that any method may be repeated.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "lambda/outcome.hpp"
#include "lambda/policy/instant.hpp"

namespace weir::lambda {

// On an attempt's answer, for the route's retriable_headers; it never reaches the client.
inline constexpr std::string_view retry_mark_header = "x-weir-lambda-retry";

struct RetryPolicy {
  int attempts = 3;                        // all invokes of a request, the first one too
  std::chrono::milliseconds budget{2000};  // from the request's begin to the last attempt's
};

struct Attempt {
  int number = 1;                        // of this one
  std::chrono::milliseconds elapsed{0};  // since the request's begin
  std::string_view retry_after = {};
};

// The least time that passes before a retry when Lambda names none.
inline constexpr std::chrono::milliseconds least_back_off{25};

// Retry-After in seconds, "" is zero; nothing when it is no number (a date, or worse).
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(std::string_view text) noexcept;

[[nodiscard]] bool may_retry(const RetryPolicy& policy, Outcome outcome, const Attempt& attempt) noexcept;

// How many retries all requests of one function may cause together: a fifth of the requests, and one a second, so that
// quiet functions have some. What is not used is kept up to a bound. One thread at a time.
class RetryBudget {
 public:
  // A request begins: its first attempt.
  void count_request() noexcept;
  // Takes one retry; false when there is none left.
  [[nodiscard]] bool take(Instant now) noexcept;

 private:
  static constexpr std::int64_t one = 1000;  // thousandths
  static constexpr std::int64_t per_request = one / 5;
  static constexpr std::int64_t most = 100 * one;
  static constexpr std::int64_t most_by_time = 10 * one;  // time alone fills it to here

  std::int64_t left_ = most_by_time;
  std::optional<Instant> filled_;
};

}  // namespace weir::lambda
