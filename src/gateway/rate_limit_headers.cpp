#include "gateway/rate_limit_headers.hpp"

#include "limits/windows.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace weir::gateway {

namespace {

using Text = AnswerHeaders::Text;

void append(Text& text, std::string_view more) { text.insert(text.end(), more.begin(), more.end()); }

void append(Text& text, std::int64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  text.insert(text.end(), digits.data(), end);
}

std::int64_t seconds_until(Instant then, Instant now) {
  return whole_seconds(then > now ? then - now : Instant::duration{});
}

void add_policies(AnswerHeaders& headers, std::span<const LimitState> limits, Instant now) {
  headers.start("ratelimit-policy");
  for (const LimitState& limit : limits) {
    if (&limit != limits.data()) append(headers.text(), ",");
    append(headers.text(), policy_member(limit.name, limit.capacity, window_seconds(*limit.rule, now)));
  }
}

void add_states(AnswerHeaders& headers, std::span<const LimitState> limits, Instant now) {
  headers.start("ratelimit");
  Text& text = headers.text();
  for (const LimitState& limit : limits) {
    append(text, &limit == limits.data() ? "\"" : ",\"");
    append(text, limit.name);
    append(text, "\";r=");
    append(text, limit.decision->remaining);
    append(text, ";t=");
    append(text, seconds_until(limit.decision->reset, now));
  }
}

// A limit that refused is nearest, of several the one that refuses longest; else that with the least left.
const LimitState& nearest_to_refusing(std::span<const LimitState> limits) {
  const auto nearer = [](const LimitState& a, const LimitState& b) {
    if (a.decision->allowed != b.decision->allowed) return !a.decision->allowed;
    if (a.decision->allowed) return a.decision->remaining < b.decision->remaining;
    constexpr auto forever = std::chrono::nanoseconds::max();
    return a.decision->retry_after.value_or(forever) > b.decision->retry_after.value_or(forever);
  };
  return *std::ranges::min_element(limits, nearer);
}

void add_x_headers(AnswerHeaders& headers, const LimitState& limit, config::Responses::Reset form, Instant now,
                   std::optional<std::int64_t> retry_after) {
  headers.start("x-ratelimit-limit");
  append(headers.text(), limit.capacity);
  headers.start("x-ratelimit-remaining");
  append(headers.text(), limit.decision->remaining);
  headers.start("x-ratelimit-reset");
  std::int64_t seconds = retry_after ? *retry_after : seconds_until(limit.decision->reset, now);
  if (form == config::Responses::Reset::epoch) {
    const auto until = retry_after ? now + std::chrono::seconds(*retry_after) : std::max(limit.decision->reset, now);
    seconds = whole_seconds(until.time_since_epoch());
  }
  append(headers.text(), seconds);
}

}  // namespace

std::int64_t whole_seconds(std::chrono::nanoseconds span) {
  return std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::seconds>(span).count());
}

std::optional<std::int64_t> window_seconds(const Rule& rule, Instant now) {
  switch (rule.algorithm) {
    case Algorithm::fixed_window: {
      const limits::Window window = limits::Windows(rule.period, rule.anchor).at(now);
      return std::max<std::int64_t>(1, whole_seconds(window.end - window.start));
    }
    case Algorithm::sliding_window:
    case Algorithm::sliding_log:
      return std::max<std::int64_t>(1, whole_seconds(rule.period.length()));
    case Algorithm::token_bucket:
    case Algorithm::interval_bucket:
    case Algorithm::gcra:
    case Algorithm::concurrency:
    case Algorithm::unlimited:
      break;
  }
  return std::nullopt;
}

std::string policy_member(std::string_view name, std::int64_t capacity, std::optional<std::int64_t> window_seconds) {
  std::string member = "\"" + std::string(name) + "\";q=" + std::to_string(capacity);
  if (window_seconds) member += ";w=" + std::to_string(*window_seconds);
  return member;
}

void add_rate_limit_headers(AnswerHeaders& headers, const config::Responses& responses,
                            std::span<const LimitState> limits, Instant now, std::string_view policy,
                            std::optional<std::int64_t> retry_after) {
  using Headers = config::Responses::Headers;
  if (limits.empty() || responses.headers == Headers::none) return;
  if (responses.headers != Headers::x) {
    if (policy.empty()) {
      add_policies(headers, limits, now);
    } else {
      headers.add_lasting("ratelimit-policy", policy);
    }
    add_states(headers, limits, now);
  }
  if (responses.headers != Headers::ietf) {
    add_x_headers(headers, nearest_to_refusing(limits), responses.reset, now, retry_after);
  }
}

}  // namespace weir::gateway
