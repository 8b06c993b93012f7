// lambda.cpp: `lambda` of an upstream.
#include "config/characters.hpp"
#include "config/number.hpp"
#include "config/sections.hpp"
#include "config/url.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace weir::config {
namespace {

namespace aws = weir::lambda;

struct Draft {
  Lambda lambda;
  std::optional<Url> endpoint;
  std::optional<Field> function;
  std::optional<Field> qualifier;
  std::optional<Field> region;
  std::optional<Field> throttled;
  std::optional<Field> context;
  bool function_is_good = false;
  bool region_is_good = true;
};

// Text of visible ASCII without blanks: what names in AWS are made of at the most.
Parsed<std::string> parse_name(std::string_view text) {
  const auto is_visible = [](char c) { return c > ' ' && c < 0x7F; };
  if (text.size() > 256 || !std::ranges::all_of(text, is_visible)) {
    return refuse("1 to 256 visible ASCII characters without blanks");
  }
  return std::string(text);
}

Parsed<aws::Function> parse_function(std::string_view text) {
  auto function = aws::parse_function(text);
  if (function) return *std::move(function);
  return refuse("a Lambda function's ARN or name", function.error());
}

void read_function(Reading& reading, const Field& field, Draft& draft) {
  draft.function = field;
  auto function = read_parsed(reading, field, "a Lambda function's ARN or name", parse_function);
  if (!function) return;
  draft.lambda.function = *std::move(function);
  draft.function_is_good = true;
}

Parsed<std::string> parse_qualifier(std::string_view text) {
  const auto function = aws::parse_function("f:" + std::string(text));
  if (function && function->qualifier == text) return std::string(text);
  return refuse("a version, an alias or $LATEST");
}

void read_qualifier(Reading& reading, const Field& field, Draft& draft) {
  if (read_parsed(reading, field, "a version, an alias or $LATEST", parse_qualifier)) draft.qualifier = field;
}

// It becomes part of a host's name.
bool is_region(std::string_view text) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; };
  return !text.empty() && text.size() <= 32 && std::ranges::all_of(text, fits) && is_digit(text.back());
}

Parsed<std::string> parse_region(std::string_view text) {
  if (is_region(text)) return std::string(text);
  return refuse("a region like us-east-1");
}

void read_region(Reading& reading, const Field& field, Draft& draft) {
  const auto region = read_parsed(reading, field, "a region like us-east-1", parse_region);
  draft.region_is_good = region.has_value();
  if (!region) return;
  draft.region = field;
  draft.lambda.region = *region;
}

void read_payload(Reading& reading, const Field& field, Draft& draft) {
  using enum aws::Payload;
  constexpr auto choices = std::to_array<Choice<aws::Payload>>({{"v1", v1}, {"v2", v2}, {"alb", alb}, {"raw", raw}});
  if (const auto choice = read_choice<aws::Payload>(reading, field, choices)) draft.lambda.payload = *choice;
}

void read_invoke(Reading& reading, const Field& field, Draft& draft) {
  using enum aws::Invocation;
  constexpr auto choices =
      std::to_array<Choice<aws::Invocation>>({{"buffered", buffered}, {"stream", stream}, {"event", event}});
  if (const auto choice = read_choice<aws::Invocation>(reading, field, choices)) draft.lambda.invoke = *choice;
}

void read_unwrap(Reading& reading, const Field& field, Draft& draft) {
  if (const auto unwrap = read_boolean(reading, field)) draft.lambda.errors.unwrap = *unwrap;
}

Parsed<int> parse_throttled(std::string_view text) {
  constexpr auto words = std::to_array<std::string_view>({"api_gateway", "passthrough"});
  constexpr int as_api_gateway = 500;
  if (text == words[0]) return as_api_gateway;
  if (text == words[1]) return aws::ErrorPolicy::passthrough;
  if (const auto status = parse_number(text); status && *status >= 400 && *status <= 599) {
    return static_cast<int>(*status);
  }
  const std::string_view meant = nearest(text, words);
  return refuse("api_gateway, passthrough or a status from 400 to 599",
                meant.empty() ? "" : "did you mean " + std::string(meant) + "?");
}

void read_throttled(Reading& reading, const Field& field, Draft& draft) {
  draft.throttled = field;
  if (const auto status = read_parsed(reading, field, "api_gateway, passthrough or a status", parse_throttled)) {
    draft.lambda.errors.throttled = *status;
  }
}

constexpr Option<Draft> retry_options[] = {
    {"attempts",
     [](Reading& reading, const Field& field, Draft& draft) {
       if (const auto attempts = read_number(reading, field, 1, 100)) {
         draft.lambda.retry.attempts = static_cast<int>(*attempts);
       }
     }},
    {"budget",
     [](Reading& reading, const Field& field, Draft& draft) {
       if (const auto budget =
               read_duration(reading, field, {}, std::chrono::minutes(15))) {  // a function's longest run
         draft.lambda.retry.budget = std::chrono::floor<std::chrono::milliseconds>(*budget);
       }
     }},
};

void read_retry(Reading& reading, const Field& field, Draft& draft) {
  if (!read_mapping(reading, field, "a mapping like { attempts: 3, budget: 2s }")) return;
  read_options(reading, *field.node, " in 'retry'", retry_options, draft);
}

Parsed<aws::Concurrency::Settings> parse_concurrency(std::string_view text) {
  using enum aws::Concurrency::Mode;
  constexpr std::int64_t most = 1'000'000;
  if (text == "off") return aws::Concurrency::Settings{.mode = off};
  if (text == "auto") return aws::Concurrency::Settings{.mode = adaptive};
  if (const auto number = parse_number(text); number && *number >= 1 && *number <= most) {
    return aws::Concurrency::Settings{.mode = fixed, .most = static_cast<std::uint32_t>(*number)};
  }
  return refuse("auto, off or a number from 1 to 1000000");
}

void read_concurrency(Reading& reading, const Field& field, Draft& draft) {
  const auto settings = read_parsed(reading, field, "auto, off or a number from 1 to 1000000", parse_concurrency);
  if (settings) draft.lambda.concurrency = *settings;
}

Parsed<std::string> parse_role(std::string_view text) {
  const std::string shape = "a role's ARN like arn:aws:iam::123456789012:role/NAME";
  const auto name = parse_name(text);
  if (name && text.starts_with("arn:aws") && text.find(":iam::") != std::string_view::npos &&
      text.find(":role/") != std::string_view::npos && !text.ends_with('/')) {
    return std::string(text);
  }
  return refuse(shape);
}

template <auto Member>
void read_credential(Reading& reading, const Field& field, Draft& draft) {
  constexpr bool is_role = Member == &Lambda::Credentials::role_arn;
  const auto text =
      read_parsed(reading, field, is_role ? "a role's ARN" : "a profile's name", is_role ? parse_role : parse_name);
  if (text) draft.lambda.credentials.*Member = *text;
}

constexpr Option<Draft> credential_options[] = {
    {"profile", read_credential<&Lambda::Credentials::profile>},
    {"role_arn", read_credential<&Lambda::Credentials::role_arn>},
};

void read_credentials(Reading& reading, const Field& field, Draft& draft) {
  if (!read_mapping(reading, field, "a mapping like { profile: orders }")) return;
  read_options(reading, *field.node, " in 'credentials'", credential_options, draft);
}

template <auto Member>
void read_context_part(Reading& reading, const Field& field, Draft& draft) {
  if (const auto text = read_parsed(reading, field, "1 to 256 visible ASCII characters", parse_name)) {
    draft.lambda.context.*Member = *text;
  }
}

constexpr Option<Draft> context_options[] = {
    {"stage", read_context_part<&Lambda::Context::stage>},
    {"api_id", read_context_part<&Lambda::Context::api_id>},
    {"account_id", read_context_part<&Lambda::Context::account_id>},
};

void read_context(Reading& reading, const Field& field, Draft& draft) {
  if (!read_mapping(reading, field, "a mapping like { stage: prod, api_id: a1b2c3 }")) return;
  draft.context = field;
  read_options(reading, *field.node, " in 'context'", context_options, draft);
}

void read_endpoint(Reading& reading, const Field& field, Draft& draft) {
  auto url = read_url(reading, field, "a URL like https://vpce-1234.lambda.us-east-1.vpce.amazonaws.com", parse_url);
  if (!url) return;
  if (url->path.empty()) {
    draft.endpoint = *std::move(url);
  } else {
    add_refusal(reading, field, {.expected = "a URL without a path"});
  }
}

constexpr Option<Draft> options[] = {
    {"function", read_function},       {"qualifier", read_qualifier}, {"region", read_region},
    {"payload", read_payload},         {"invoke", read_invoke},       {"unwrap", read_unwrap},
    {"throttled", read_throttled},     {"retry", read_retry},         {"concurrency", read_concurrency},
    {"credentials", read_credentials}, {"context", read_context},     {"endpoint", read_endpoint},
};

// The two ways to say a qualifier say the same, or one of them is silent.
void settle_qualifier(Reading& reading, Draft& draft) {
  if (!draft.qualifier || !draft.function_is_good) return;
  std::string& qualifier = draft.lambda.function.qualifier;
  const std::string& given = draft.qualifier->node->text;
  if (!qualifier.empty() && qualifier != given) {
    reading.errors.add(draft.qualifier->spot, "'qualifier' is not the one that 'function' ends in; remove one of them");
  }
  qualifier = given;
}

// The first of these that is set, as AWS's own tools look for it.
std::optional<std::string> region_of_environment(Reading& reading, const Field& function) {
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    const auto value = reading.environment ? reading.environment(name) : std::nullopt;
    if (!value || value->empty()) continue;
    if (is_region(*value)) return value;
    reading.errors.add(function.spot, std::string("the variable ") + name +
                                          " holds no region like us-east-1; set it, or add 'region' to 'lambda'");
    return std::nullopt;
  }
  reading.errors.add(function.spot,
                     "in which region is the function? Give its whole ARN, add 'region' to 'lambda', or set the "
                     "variable AWS_REGION");
  return std::nullopt;
}

void settle_region(Reading& reading, Draft& draft) {
  if (!draft.function_is_good || !draft.region_is_good) return;
  aws::Function& function = draft.lambda.function;
  std::string& region = draft.lambda.region;
  if (draft.region && !function.region.empty() && region != function.region) {
    reading.errors.add(draft.region->spot, "'region' is not the one in the ARN of 'function'; remove it");
  }
  if (region.empty()) region = function.region;
  if (region.empty()) region = region_of_environment(reading, *draft.function).value_or("");
  function.region = region;
}

void check_together(Reading& reading, const Draft& draft) {
  const Lambda& lambda = draft.lambda;
  if (draft.throttled && !lambda.errors.unwrap) {
    reading.errors.add(draft.throttled->key_spot,
                       "'throttled' has no effect with unwrap: false, which passes on what Lambda answers; remove it");
  }
  const bool raw = lambda.payload == aws::Payload::raw;
  if (draft.context && (raw || lambda.payload == aws::Payload::alb)) {
    reading.errors.add(draft.context->key_spot, std::string("'context' has no effect with payload: ") +
                                                    (raw ? "raw" : "alb") + ", whose events do not hold it; remove it");
  }
}

}  // namespace

void read_lambda(Reading& reading, const Field& field, Upstream& upstream) {
  upstream.lambda.emplace();
  if (!read_mapping(reading, field,
                    "a mapping like { function: arn:aws:lambda:us-east-1:123456789012:function:orders }"))
    return;
  Draft draft;
  read_options(reading, *field.node, " in 'lambda'", options, draft);
  if (!draft.function) {
    reading.errors.add(field.key_spot, "'function' is missing in 'lambda'; it is a function's ARN or name");
  }
  settle_qualifier(reading, draft);
  settle_region(reading, draft);
  check_together(reading, draft);
  Lambda& lambda = draft.lambda;
  if (lambda.context.account_id.empty()) lambda.context.account_id = lambda.function.account;
  upstream.host = draft.endpoint ? draft.endpoint->host : aws::lambda_host(lambda.region);
  upstream.port = draft.endpoint ? draft.endpoint->port : 443;
  upstream.tls = !draft.endpoint || draft.endpoint->tls;
  upstream.lambda = std::move(lambda);
}

}  // namespace weir::config
