#include "lambda/policy/retry.hpp"

#include <algorithm>
#include <charconv>

namespace weir::lambda {

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text) noexcept {
  std::uint32_t seconds = 0;
  if (text.empty()) return std::chrono::seconds(0);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return std::chrono::seconds(seconds);
}

bool may_retry(const RetryPolicy& policy, Outcome outcome, const Attempt& attempt) noexcept {
  if (outcome != Outcome::throttled || attempt.number >= policy.attempts) return false;
  const std::optional<std::chrono::seconds> asked = parse_retry_after(attempt.retry_after);
  if (!asked) return false;
  const auto wait = std::max<std::chrono::milliseconds>(*asked, least_back_off);
  return attempt.elapsed + wait <= policy.budget;
}

void RetryBudget::count_request() noexcept { left_ = std::min(left_ + per_request, most); }

bool RetryBudget::take(Instant now) noexcept {
  using std::chrono::milliseconds;
  const Instant since = filled_ ? std::max(now - *filled_, Instant(0)) : Instant(0);
  filled_ = filled_ ? std::max(*filled_, now) : now;
  const std::int64_t by_time =
      std::min<std::int64_t>(std::chrono::duration_cast<milliseconds>(since).count(), most_by_time);
  if (left_ < most_by_time) left_ = std::min(left_ + by_time, most_by_time);
  if (left_ < one) return false;
  left_ -= one;
  return true;
}

}  // namespace weir::lambda
