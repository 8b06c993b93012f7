#include "lambda/policy/reaction.hpp"

#include <array>
#include <optional>
#include <string>

#include "lambda/text/json_cursor.hpp"

namespace weir::lambda {

namespace {

struct StatusBody {
  int status;
  std::string_view body;
  std::string_view error_type;
};

constexpr StatusBody of_500 = {500, R"({"message":"Internal server error"})", "InternalServerErrorException"};

// API Gateway's words; every status that is not here has those of 500.
constexpr auto bodies = std::to_array<StatusBody>({
    {413, R"({"message":"Request Too Long"})", ""},
    {429, R"({"message":"Too Many Requests"})", "TooManyRequestsException"},
    of_500,
    {502, of_500.body, of_500.error_type},
    {503, R"({"message":"Service Unavailable"})", ""},
    {504, R"({"message":"Endpoint request timed out"})", ""},
});

Reaction replacement(int status) {
  StatusBody found{status, of_500.body, ""};
  for (const StatusBody& each : bodies) {
    if (each.status == status) found = each;
  }
  Reaction reaction{.way = Reaction::Way::replace, .status = status, .body = found.body};
  reaction.headers.push_back({"content-type", "application/json"});
  if (!found.error_type.empty()) reaction.headers.push_back({"x-amzn-errortype", std::string(found.error_type)});
  return reaction;
}

constexpr int throttled_status(const ErrorPolicy& policy) noexcept {
  return !policy.unwrap || policy.throttled == ErrorPolicy::passthrough ? 429 : policy.throttled;
}

constexpr auto reasons =
    std::to_array<ThrottleReason>({ThrottleReason::concurrent_invocations, ThrottleReason::function_rate,
                                   ThrottleReason::reserved_concurrent_invocations, ThrottleReason::reserved_rate,
                                   ThrottleReason::caller_rate, ThrottleReason::snapshot_creations});

// Without the namespace before # and the address after : that some services add.
std::string_view bare_type(std::string_view type) noexcept {
  type = type.substr(0, type.find(':'));
  const std::size_t hash = type.rfind('#');
  return hash == std::string_view::npos ? type : type.substr(hash + 1);
}

void tell_status(Reaction& reaction, int status) {
  reaction.headers.push_back({std::string(statuscode_header), std::to_string(status)});
}

void tell_reason(Reaction& reaction, std::string_view reason) {
  reaction.headers.push_back({std::string(reason_header), std::string(reason)});
}

}  // namespace

ThrottleReason throttle_reason(std::string_view body) {
  JsonCursor json(body);
  std::string text;
  // A body that was cut after the Reason still tells it.
  [[maybe_unused]] const bool whole = json.object([&](const JsonString& key) {
    if (!key.is("Reason") || json.kind() != JsonKind::string) return json.skip();
    const std::optional<JsonString> reason = json.take_string();
    if (reason) text = reason->text();
    return reason.has_value();
  });
  for (const ThrottleReason each : reasons) {
    if (name_of(each) == text) return each;
  }
  return ThrottleReason::unknown;
}

Meaning meaning_of(const Reply& reply) {
  if (reply.status == 429 || bare_type(reply.error_type) == "TooManyRequestsException") {
    return {Outcome::throttled, throttle_reason(reply.body)};
  }
  if (reply.status != 200 && reply.status != 202) return {Outcome::lambda_error};
  return {reply.function_error.empty() ? Outcome::ok : Outcome::function_error};
}

Reaction react(const Reply& reply, const Meaning& meaning, const ErrorPolicy& policy) {
  const bool throttled = meaning.outcome == Outcome::throttled;
  Reaction reaction;
  if (!policy.unwrap || (throttled && policy.throttled == ErrorPolicy::passthrough)) {
    reaction = {.way = Reaction::Way::pass, .status = reply.status};
  } else if (throttled) {
    reaction = replacement(policy.throttled);
    if (is_field_value(reply.retry_after) && !reply.retry_after.empty()) {
      reaction.headers.push_back({"retry-after", std::string(reply.retry_after)});
    }
  } else if (meaning.outcome == Outcome::function_error) {
    reaction = replacement(502);
  } else if (meaning.outcome == Outcome::lambda_error) {
    reaction = replacement(500);
    tell_status(reaction, reply.status);
  } else if (reply.status == 202) {
    reaction = {.way = Reaction::Way::replace, .status = 202};
  }
  if (throttled) {
    tell_status(reaction, reply.status);
    tell_reason(reaction, name_of(meaning.reason));
  }
  return reaction;
}

Reaction react(Outcome outcome, const ErrorPolicy& policy) {
  switch (outcome) {
    case Outcome::shed: {
      Reaction reaction = replacement(throttled_status(policy));
      reaction.headers.push_back({"retry-after", "1"});
      tell_reason(reaction, shed_reason);
      return reaction;
    }
    case Outcome::throttled:
      return replacement(throttled_status(policy));
    case Outcome::function_error:
    case Outcome::malformed:
    case Outcome::truncated:
      return replacement(502);
    case Outcome::timeout:
      return replacement(504);
    case Outcome::too_large:
      return replacement(413);
    case Outcome::ok:
    case Outcome::lambda_error:
    case Outcome::unreachable:
      break;
  }
  return replacement(500);
}

}  // namespace weir::lambda
