// v1.cpp: the event of an API Gateway REST API with a Lambda proxy integration, payload format 1.0. The path is as
// received (REST APIs do not decode it), query parameters are decoded; the single-valued members have the last value.
#include "lambda/event/head.hpp"
#include "lambda/event/json_writer.hpp"
#include "lambda/event/values.hpp"
#include "lambda/text/percent.hpp"

namespace weir::lambda {

namespace {

constexpr std::string_view unknown_identity[] = {"accessKey",
                                                 "accountId",
                                                 "caller",
                                                 "cognitoAuthenticationProvider",
                                                 "cognitoAuthenticationType",
                                                 "cognitoIdentityId",
                                                 "cognitoIdentityPoolId",
                                                 "principalOrgId",
                                                 "user",
                                                 "userArn"};

void write_identity(JsonWriter& json, const Request& request) {
  json.key("identity").open('{');
  json.member("sourceIp", request.client_address);
  const std::string_view agent = header_value(request, "user-agent");
  json.key("userAgent");
  agent.empty() ? json.bare("null") : json.text(agent);
  for (const std::string_view name : unknown_identity) json.key(name).bare("null");
  json.close('}');
}

void write_context(JsonWriter& json, const Request& request, const Context& context, std::string_view resource) {
  const std::string_view stage = context.stage.empty() ? default_stage : context.stage;
  json.key("requestContext").open('{');
  json.member("accountId", context.account_id).member("apiId", context.api_id);
  json.member("domainName", request.host).member("domainPrefix", first_label(request.host));
  json.member("extendedRequestId", request.id).member("httpMethod", request.method);
  write_identity(json, request);
  json.key("path").text(stage == default_stage ? std::string(request.path)
                                               : "/" + std::string(stage) + std::string(request.path));
  json.member("protocol", request.protocol).member("requestId", request.id);
  json.member("requestTime", common_log_time(request.unix_ms));
  json.key("requestTimeEpoch").bare(std::to_string(request.unix_ms));
  json.member("resourceId", resource).member("resourcePath", resource).member("stage", stage);
  json.close('}');
}

}  // namespace

void write_v1_head(std::string& out, const Request& request, const Context& context) {
  const bool is_root = request.path.empty() || request.path == "/";
  const std::string_view resource = is_root ? "/" : "/{proxy+}";
  const AllValues headers = header_values(request);
  const AllValues query = query_values(request.query, true);
  JsonWriter json(out);
  json.open('{').member("version", "1.0").member("resource", resource).member("path", request.path);
  json.member("httpMethod", request.method);
  write_last_values(json.key("headers"), headers);
  write_lists(json.key("multiValueHeaders"), headers);
  if (query.empty()) {
    json.key("queryStringParameters").bare("null").key("multiValueQueryStringParameters").bare("null");
  } else {
    write_last_values(json.key("queryStringParameters"), query);
    write_lists(json.key("multiValueQueryStringParameters"), query);
  }
  write_context(json, request, context, resource);
  json.key("pathParameters");
  if (is_root) {
    json.bare("null");
  } else {
    json.open('{').member("proxy", percent_decoded(request.path.substr(1), false)).close('}');
  }
  json.key("stageVariables").bare("null");
}

}  // namespace weir::lambda
