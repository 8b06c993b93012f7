#include "usage/refusal/refusal.hpp"

#include "usage/json/quoted.hpp"
#include "usage/refusal/rate_headers.hpp"
#include "usage/refusal/time_text.hpp"
#include "usage/refusal/unit_words.hpp"

#include <algorithm>

namespace weir::usage {
namespace {

// Money is written as money: nanos are of no use to a reader.
std::string amount(Unit unit, std::int64_t number) {
  if (unit != Unit::cost) return std::to_string(number);
  std::string fraction = std::to_string(Decimal::one + number % Decimal::one).substr(1);
  fraction.erase(std::max<std::size_t>(fraction.find_last_not_of('0') + 1, 2));
  return std::to_string(number / Decimal::one) + "." + fraction;
}

std::string sentence(const Refused& refused) {
  if (!refused.message.empty()) return std::string(refused.message);
  const Standing& standing = refused.standing;
  std::string text = refused.impossible ? "Request too large" : "Rate limit reached";
  if (!refused.model.empty()) text.append(" for ").append(refused.model);
  text.append(" on ").append(words_of(standing.unit).sentence).append(" (").append(refused.limit).append("): Limit ");
  text += amount(standing.unit, standing.limit);
  if (!refused.impossible) text += ", Remaining " + amount(standing.unit, standing.remaining);
  text += ", Requested " + amount(standing.unit, refused.requested) + ".";
  if (refused.impossible) return text + " Ask for fewer tokens: waiting does not help.";
  if (refused.retry_after) text += " Please try again in " + go_duration(*refused.retry_after) + ".";
  return text;
}

std::string openai_body(const Refused& refused) {
  const std::string_view type = refused.standing.unit == Unit::requests ? "requests"
                                : refused.standing.unit == Unit::cost   ? "cost"
                                                                        : "tokens";
  std::string body = R"({"error":{"message":)";
  json::append_quoted(body, sentence(refused));
  body.append(R"(,"type":")").append(type).append(R"(","param":null,"code":"rate_limit_exceeded"}})");
  return body;
}

std::string anthropic_body(const Refused& refused) {
  std::string body = R"({"type":"error","error":{"type":"rate_limit_error","message":)";
  json::append_quoted(body, sentence(refused));
  return body + "}}";
}

}  // namespace

std::optional<Answer> refusal(Protocol protocol, const Refused& refused, std::span<const Standing> standings,
                              WallClock now) {
  if (protocol != Protocol::openai && protocol != Protocol::anthropic) return std::nullopt;
  Answer answer{.status = 429,
                .content_type = "application/json",
                .headers = rate_headers(protocol, standings, now),
                .body = protocol == Protocol::openai ? openai_body(refused) : anthropic_body(refused)};
  if (refused.impossible) {
    answer.headers.emplace_back("x-should-retry", "false");
  } else if (refused.retry_after) {
    answer.headers.emplace_back("retry-after", delta_seconds(*refused.retry_after));
  }
  return answer;
}

}  // namespace weir::usage
