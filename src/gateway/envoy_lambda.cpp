#include "gateway/envoy_lambda.hpp"

#include "gateway/envoy_duration.hpp"
#include "gateway/envoy_filters.hpp"
#include "gateway/envoy_types.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace weir::gateway {

namespace {

namespace json = boost::json;
using std::chrono::milliseconds;

json::string text(std::string_view view) { return json::string(view.data(), view.size()); }

json::object profile_alone(const std::string& profile) {
  return {{"credentials_file_provider", json::object{{"profile", profile}}},
          {"custom_credential_provider_chain", true}};
}

// Empty: Envoy asks AWS's usual chain. Envoy looks for a named profile in the credentials file alone.
json::object credentials(const config::Lambda::Credentials& given) {
  if (given.role_arn.empty()) return given.profile.empty() ? json::object() : profile_alone(given.profile);
  json::object role{{"role_arn", given.role_arn}, {"role_session_name", "weir"}};
  if (!given.profile.empty()) role["credential_provider"] = profile_alone(given.profile);
  return {{"assume_role_credential_provider", std::move(role)}, {"custom_credential_provider_chain", true}};
}

json::object filter(const char* name, json::object config) {
  return {{"name", name}, {"typed_config", std::move(config)}};
}

json::object signing_filter(const config::Lambda& lambda) {
  json::object config{{"@type", envoy::request_signing}, {"service_name", "lambda"}, {"region", lambda.region}};
  if (json::object given = credentials(lambda.credentials); !given.empty()) {
    config["credential_provider"] = std::move(given);
  }
  return filter("envoy.filters.http.aws_request_signing", std::move(config));
}

}  // namespace

json::value lambda_call_filter(const RenderOptions& options) {
  json::value filter = module_filter(lambda_call_name, options);
  filter.as_object()["disabled"] = true;
  return filter;
}

void add_lambda(json::object& cluster, const config::Upstream& upstream, const RenderOptions& options) {
  json::object protocol{
      {"@type", envoy::http_protocol},
      // A connection a call, as AWS's own clients have it: a stream whose client reads slowly holds up no other. An
      // idle one is closed before Lambda would, so that no call meets a connection that is just being closed.
      {"explicit_http_config", json::object{{"http_protocol_options", json::object()}}},
      {"common_http_protocol_options", json::object{{"idle_timeout", "15s"}}},
      {"http_filters", json::array{module_filter(lambda_filter_name, options), signing_filter(*upstream.lambda),
                                   filter("envoy.filters.http.upstream_codec", {{"@type", envoy::upstream_codec}})}}};
  cluster["typed_extension_protocol_options"] =
      json::object{{"envoy.extensions.upstreams.http.v3.HttpProtocolOptions", std::move(protocol)}};
  // A function may think for a quarter of an hour; what is between forgets silent connections sooner.
  cluster["upstream_connection_options"] = json::object{
      {"tcp_keepalive",
       json::object{{"keepalive_time", 45}, {"keepalive_interval", 15}, {"keepalive_probes", 4}}}};  // seconds
}

json::object lambda_retries(const lambda::RetryPolicy& policy) {
  if (policy.attempts < 2 || policy.budget < lambda::least_back_off) return {};
  return {
      {"retry_on", "retriable-headers"},
      {"num_retries", policy.attempts - 1},
      {"retriable_headers",
       json::array{json::object{{"name", text(lambda::retry_mark_header)}, {"present_match", true}}}},
      // Waits are drawn from all between nothing and a bound that doubles.
      {"retry_back_off", json::object{{"base_interval", envoy_duration(lambda::least_back_off)},
                                      {"max_interval", envoy_duration(std::min(policy.budget, milliseconds(250)))}}},
      {"rate_limited_retry_back_off",
       json::object{{"reset_headers", json::array{json::object{{"name", "retry-after"}, {"format", "SECONDS"}}}},
                    {"max_interval", envoy_duration(policy.budget)}}}};
}

std::uint64_t lambda_body_limit(const config::Lambda& lambda) {
  constexpr std::uint64_t room = std::uint64_t{64} << 10U;  // a body is refused once it is seen to be too long
  return lambda::max_event(lambda.invoke) + room;
}

}  // namespace weir::gateway
