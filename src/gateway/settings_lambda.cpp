#include "gateway/settings_lambda.hpp"

#include "gateway/envoy_clusters.hpp"
#include "gateway/settings_json.hpp"

namespace weir::gateway {

namespace {

namespace json = boost::json;
using lambda::Concurrency;
using lambda::Invocation;
using lambda::Payload;

constexpr Words<Payload, 4> payload_words{
    {{Payload::v1, "v1"}, {Payload::v2, "v2"}, {Payload::alb, "alb"}, {Payload::raw, "raw"}}};
constexpr Words<Invocation, 3> invoke_words{
    {{Invocation::buffered, "buffered"}, {Invocation::stream, "stream"}, {Invocation::event, "event"}}};
constexpr Words<Concurrency::Mode, 3> concurrency_words{
    {{Concurrency::Mode::off, "off"}, {Concurrency::Mode::fixed, "fixed"}, {Concurrency::Mode::adaptive, "auto"}}};

constexpr std::pair<std::string_view, std::string lambda::Function::*> function_parts[] = {
    {"id", &lambda::Function::id},
    {"name", &lambda::Function::name},
    {"qualifier", &lambda::Function::qualifier},
    {"region", &lambda::Function::region},
    {"account", &lambda::Function::account},
    {"partition", &lambda::Function::partition},
};
constexpr std::pair<std::string_view, std::string config::Lambda::Context::*> context_parts[] = {
    {"stage", &config::Lambda::Context::stage},
    {"api_id", &config::Lambda::Context::api_id},
    {"account_id", &config::Lambda::Context::account_id},
};

template <class Value, class Parts>
json::object write_parts(const Value& value, const Parts& parts) {
  json::object object;
  for (const auto& [name, part] : parts) object[json::string_view(name.data(), name.size())] = value.*part;
  return object;
}

template <class Value, class Parts>
void read_parts(const json::value& object, std::string_view name, const Parts& parts, Value& into) {
  const json::value* value = member(object, name);
  if (value == nullptr) return;
  for (const auto& [key, part] : parts) read(*value, key, into.*part);
}

}  // namespace

LambdaRoute lambda_route(const config::Upstream& upstream) {
  return {.upstream = upstream.name, .authority = authority_of(upstream), .lambda = *upstream.lambda};
}

json::value write_lambda(const LambdaRoute& route) {
  const config::Lambda& lambda = route.lambda;
  return json::object{{"upstream", route.upstream},
                      {"authority", route.authority},
                      {"function", write_parts(lambda.function, function_parts)},
                      {"region", lambda.region},
                      {"payload", word(payload_words, lambda.payload)},
                      {"invoke", word(invoke_words, lambda.invoke)},
                      {"unwrap", lambda.errors.unwrap},
                      {"throttled", lambda.errors.throttled},
                      {"attempts", lambda.retry.attempts},
                      {"budget", duration_text(lambda.retry.budget)},
                      {"concurrency", word(concurrency_words, lambda.concurrency.mode)},
                      {"most", lambda.concurrency.most},
                      {"context", write_parts(lambda.context, context_parts)}};
}

LambdaRoute read_lambda(const json::value& object) {
  LambdaRoute route;
  config::Lambda& lambda = route.lambda;
  read(object, "upstream", route.upstream);
  read(object, "authority", route.authority);
  read_parts(object, "function", function_parts, lambda.function);
  read(object, "region", lambda.region);
  read(object, "payload", payload_words, lambda.payload);
  read(object, "invoke", invoke_words, lambda.invoke);
  read(object, "unwrap", lambda.errors.unwrap);
  read(object, "throttled", lambda.errors.throttled);
  read(object, "attempts", lambda.retry.attempts);
  std::chrono::nanoseconds budget = lambda.retry.budget;
  read(object, "budget", budget);
  lambda.retry.budget = std::chrono::floor<std::chrono::milliseconds>(budget);
  read(object, "concurrency", concurrency_words, lambda.concurrency.mode);
  read(object, "most", lambda.concurrency.most);
  read_parts(object, "context", context_parts, lambda.context);
  return route;
}

}  // namespace weir::gateway
