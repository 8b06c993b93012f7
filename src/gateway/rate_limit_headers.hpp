// rate_limit_headers.hpp: what an answer says of the limits that were asked.
//
// ietf: RateLimit-Policy and RateLimit of draft-ietf-httpapi-ratelimit-headers, lists of structured fields, a member a
// limit. x: the older X-RateLimit-Limit, -Remaining and -Reset, which speak of one limit, the one nearest to refusing.
// Seconds are rounded up: who comes back then is not a moment too early.
#pragma once

#include "config/config.hpp"
#include "gateway/answer_headers.hpp"

#include <weir/decision.hpp>
#include <weir/rule.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir::gateway {

// One limit that applied, shadow limits excepted: those stay unseen.
struct LimitState {
  std::string_view name;
  std::int64_t capacity;  // the decision's limit, which is set: unlimited is no policy
  const Decision* decision;
  const Rule* rule;  // that decided
};

// Whole seconds of the window that `now` lies in, rounded up, at least 1; nothing for rules without windows.
[[nodiscard]] std::optional<std::int64_t> window_seconds(const Rule& rule, Instant now);

// One member of RateLimit-Policy: `"per-user";q=100;w=60`.
[[nodiscard]] std::string policy_member(std::string_view name, std::int64_t capacity,
                                        std::optional<std::int64_t> window_seconds);

// `retry_after`: in seconds, of a refusal. `policy`: RateLimit-Policy's text when it is known; it outlives the answer.
void add_rate_limit_headers(AnswerHeaders& headers, const config::Responses& responses,
                            std::span<const LimitState> limits, Instant now, std::string_view policy = {},
                            std::optional<std::int64_t> retry_after = std::nullopt);

// Rounded up; 0 for what is past.
[[nodiscard]] std::int64_t whole_seconds(std::chrono::nanoseconds span);

}  // namespace weir::gateway
